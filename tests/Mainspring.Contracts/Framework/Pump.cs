using System.Diagnostics;

namespace Mainspring.Contracts;

/// <summary>Ticks a loop until something has happened.</summary>
public static class Pump
{
    /// <summary>How long one tick waits for an event at the most.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Ticks until the condition holds.</summary>
    /// <exception cref="CheckException">It has not come true in 20 s.</exception>
    public static void Until(MainLoop loop, Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > s_patience)
            {
                throw new CheckException($"it has not come true in {s_patience.TotalSeconds} s");
            }

            loop.Tick(Wait);
        }
    }

    /// <summary>Ticks a number of times without waiting.</summary>
    public static void Ticks(MainLoop loop, int count)
    {
        for (int i = 0; i < count; i++)
        {
            loop.Tick();
        }
    }
}
