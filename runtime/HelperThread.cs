namespace Mainspring;

/// <summary>Threads that serve a loop. Linux gives a thread the affinity and the timer slack of the one that starts it, and those of a loop's thread are for the loop alone.</summary>
internal static class HelperThread
{
    // What the process had when its first loop was made, before any loop could have changed it. Null on other systems.
    private static readonly Linux.ThreadPlacement? s_original = OperatingSystem.IsLinux() ? Linux.ThreadPlacement.OfProcess() : null;

    private static volatile bool s_hasPinned;

    [ThreadStatic]
    private static bool s_isSettled;

    /// <summary>Every loop calls it before it has a thread.</summary>
    public static void Remember() => _ = s_original;

    /// <summary>The first thing that a helper thread does.</summary>
    public static void Settle() => s_original?.Take();

    /// <summary>A loop's thread is about to be pinned: from now on threads of the pool, which it starts where work is queued, can be on the loop's CPUs.</summary>
    public static void ExpectPinned() => s_hasPinned = true;

    /// <summary>What a thread of the pool does before a loop's work. Once each, and only where a loop was pinned.</summary>
    public static void SettlePoolThread()
    {
        if (s_hasPinned && !s_isSettled)
        {
            s_isSettled = true;
            Settle();
        }
    }
}
