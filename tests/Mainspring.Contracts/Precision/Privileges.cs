using System.Globalization;
using System.Runtime.InteropServices;

namespace Mainspring.Contracts;

/// <summary>Capabilities of the calling thread, and limits of the process. What a case drops is gone for its thread, which ends with it.</summary>
internal static unsafe partial class Privileges
{
    public const int CapIpcLock = 14;
    public const int CapSysNice = 23;
    public const int LimitMemLock = 8;
    public const int LimitRtPrio = 14;

    public static bool Has(int capability)
    {
        string line = File.ReadLines("/proc/thread-self/status").First(static line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return (ulong.Parse(line.Split(':')[1].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << capability)) != 0;
    }

    /// <summary>Takes a capability from the calling thread, for good.</summary>
    public static void Drop(int capability)
    {
        uint* header = stackalloc uint[2] { 0x20080522, 0 }; // _LINUX_CAPABILITY_VERSION_3, the calling thread
        uint* sets = stackalloc uint[6];                     // effective, permitted, inheritable: of the lower 32, of the upper
        Check(CapGet(header, sets), "capget");
        sets[0] &= ~(1u << capability);
        sets[1] &= ~(1u << capability);
        Check(CapSet(header, sets), "capset");
        Contracts.Check.False(Has(capability));
    }

    /// <summary>Sets a soft limit for as long as the action takes; false when that is not permitted.</summary>
    public static bool TryWithLimit(int resource, ulong soft, Action action)
    {
        ulong* before = stackalloc ulong[2];
        Check(GetLimit(resource, before), "getrlimit");
        ulong* limit = stackalloc ulong[2] { soft, Math.Max(soft, before[1]) };
        if (SetLimit(resource, limit) != 0)
        {
            return false;
        }

        try
        {
            action();
        }
        finally
        {
            Check(SetLimit(resource, before), "setrlimit");
        }

        return true;
    }

    public static void UnlockMemory() => Check(UnlockAll(), "munlockall");

    private static void Check(int result, string call)
    {
        if (result != 0)
        {
            throw new IOException(call, Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "capget", SetLastError = true)]
    private static partial int CapGet(uint* header, uint* sets);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int CapSet(uint* header, uint* sets);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, ulong* values);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, ulong* values);

    [LibraryImport("libc", EntryPoint = "munlockall", SetLastError = true)]
    private static partial int UnlockAll();
}
