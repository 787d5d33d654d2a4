using System.Globalization;

namespace Mainspring.Hardware.Soak;

/// <summary>What the process has of the system, at rest.</summary>
internal readonly record struct Footprint(long Resident, long Heap, int Descriptors, int Threads)
{
    /// <summary>Collects what nobody needs, and looks.</summary>
    public static Footprint Take()
    {
        // Twice: what a finalizer gave up goes with the second. Aggressive gives free memory back to the system.
        for (int i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        long heap = GC.GetTotalMemory(forceFullCollection: false);
        string[] memory = File.ReadAllText("/proc/self/statm").Split(' ');
        long resident = long.Parse(memory[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        int descriptors = Directory.GetFileSystemEntries("/proc/self/fd").Length, threads = Directory.GetDirectories("/proc/self/task").Length;
        return new Footprint(resident, heap, descriptors, threads);
    }
}
