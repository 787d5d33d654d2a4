using System.Diagnostics;

namespace Mainspring.Contracts;

/// <summary>Checks that code allocates nothing in its steady state.</summary>
public static class Allocations
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Runs rounds until a thousand of them in a row have allocated nothing on this thread. The first ones may: pools fill, and a JIT's first code boxes.</summary>
    public static void None(Action round)
    {
        const int Rounds = 1000;
        long start = Stopwatch.GetTimestamp();
        long bytes;
        do
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Rounds; i++)
            {
                round();
            }

            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        while (bytes > 0 && Stopwatch.GetElapsedTime(start) < s_patience);
        Check.True(bytes == 0, $"{bytes} bytes in {Rounds} rounds");
    }
}
