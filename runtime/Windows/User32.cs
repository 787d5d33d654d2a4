using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mainspring.Windows;

/// <summary>The message queue of a thread, as in the documentation of messages. Used only by a loop that was given one: user32 makes a thread that calls it one with a queue.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class User32
{
    public const uint AllInput = 0x04FF;        // QS_ALLINPUT
    public const uint InputAvailable = 4;       // MWMO_INPUTAVAILABLE: also what was seen and not taken

    [LibraryImport("user32", EntryPoint = "MsgWaitForMultipleObjectsEx", SetLastError = true)]
    public static partial uint WaitForMessagesOrObjects(uint count, nint* handles, uint milliseconds, uint kinds, uint flags);

    [LibraryImport("user32", EntryPoint = "GetQueueStatus")]
    public static partial uint QueueStatus(uint kinds);
}
