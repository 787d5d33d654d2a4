using System.Runtime.InteropServices;

namespace Mainspring.Embed;

/// <summary>
/// The functions of mainspring.h. What they do is said there. Each finds the loop, checks the thread and the arguments, and lets no exception out.
/// </summary>
internal static unsafe partial class Exports
{
    private const int AbiVersion = 1;

    [UnmanagedCallersOnly(EntryPoint = "ms_abi_version")]
    private static int GetAbiVersion()
    {
        Prepare(); // native/calls.c asks for it: before there was a loop it does not know whom else to call
        return AbiVersion;
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_version")]
    private static byte* GetVersion()
    {
        try
        {
            return LibraryVersion.Text;
        }
        catch (Exception)
        {
            return Text.Empty; // no memory
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_last_error")]
    private static byte* GetLastError() => LastError.Message;

    [UnmanagedCallersOnly(EntryPoint = "ms_status_name")]
    private static byte* GetStatusName(int status) => (Status)status switch
    {
        Status.Argument => Text.Constant("MS_E_ARGUMENT"u8),
        Status.Handle => Text.Constant("MS_E_HANDLE"u8),
        Status.Thread => Text.Constant("MS_E_THREAD"u8),
        Status.State => Text.Constant("MS_E_STATE"u8),
        Status.Limit => Text.Constant("MS_E_LIMIT"u8),
        Status.System => Text.Constant("MS_E_SYSTEM"u8),
        Status.Failed => Text.Constant("MS_E_FAILED"u8),
        >= Status.Ok => Text.Constant("MS_OK"u8),
        _ => Text.Constant("unknown status"u8),
    };

    private static void Prepare() => NativeCalls.Initialize(&BeginBatch, &CallSoon);

    private static int NullArgument(string argument) => LastError.Set(Status.Argument, $"'{argument}' is NULL.");

    private static int BadArgument(string argument, long value, string range) => LastError.Set(Status.Argument, $"'{argument}' is {value}: it has to be {range}.");
}
