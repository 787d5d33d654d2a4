using System.Globalization;
using System.Runtime.InteropServices;

namespace Mainspring.Contracts;

/// <summary>How many descriptors this process may have (getrlimit(2), RLIMIT_NOFILE).</summary>
internal static unsafe partial class NetLimits
{
    private const int Files = 7; // RLIMIT_NOFILE

    public static (long Soft, long Hard) Descriptors
    {
        get
        {
            long* both = stackalloc long[2];
            return Get(Files, both) == 0 ? (both[0], both[1]) : throw new IOException("getrlimit");
        }

        set
        {
            long* both = stackalloc long[2] { value.Soft, value.Hard };
            if (Set(Files, both) != 0)
            {
                throw new IOException("setrlimit");
            }
        }
    }

    /// <summary>The highest descriptor that is open, when all below it are; otherwise the lowest limit under which none can be opened.</summary>
    public static long Highest
    {
        get
        {
            HashSet<long> open = [.. Directory.GetFiles("/proc/self/fd").Select(static path => long.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))];
            long lowestFree = 0;
            while (open.Contains(lowestFree))
            {
                lowestFree++;
            }

            return lowestFree - 1;
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, long* limits);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, long* limits);
}
