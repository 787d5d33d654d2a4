namespace Mainspring;

/// <summary>
/// What <see cref="MainLoop.Run()"/> does to its thread. Policy and affinity are the thread's own, from the beginning of <c>Run</c> to its end, and then what they were before; a guest's
/// <see cref="MainLoop.Tick"/> changes nothing. Linux and Windows; docs/guides/real-time.md has what a machine needs besides.
/// </summary>
/// <remarks>
/// Threads that are started from the loop's thread do not have its policy (SCHED_RESET_ON_FORK), but Linux gives them its timer slack, and in native
/// programs its affinity (CoreCLR resets that). The loop's own helper threads take the process's again, and so do threads of the pool that do the loop's work for it (<c>RunInExecutor</c>). Others do so with <see cref="ResetThread"/> as the first thing that they run: the
/// pool starts its threads wherever work is queued.
/// </remarks>
public sealed record RealTimeOptions
{
    /// <summary>The scheduling policy, by sched_setattr(2). Needs the capability CAP_SYS_NICE, or a limit RLIMIT_RTPRIO of the priority at least. On Windows either of both is the thread priority TIME_CRITICAL, which needs nothing.</summary>
    public SchedulingPolicy Policy { get; init; } = SchedulingPolicy.Fifo;

    /// <summary>The priority, from 1 to 99; Windows has one. The default is below the 50 of interrupt threads, which serve the loop's devices.</summary>
    public int Priority { get; init; } = 40;

    /// <summary>The numbers of the CPUs on which the thread may run, by sched_setaffinity(2) or SetThreadAffinityMask (of one processor group); null leaves them as they are. Needs no privilege.</summary>
    public IReadOnlyCollection<int>? CpuAffinity { get; init; }

    /// <summary>On Windows: the task of the multimedia class scheduler that the thread has, such as "Games" or "Pro Audio" (AvSetMmThreadCharacteristics); null is none. Other systems have no such thing, and leave it alone.</summary>
    public string? MultimediaTask { get; init; }

    /// <summary>
    /// Keep what the process has touched in memory, by mlockall(2) with MCL_ONFAULT. It is for the whole process, and for good. Needs the capability CAP_IPC_LOCK, or an unlimited
    /// RLIMIT_MEMLOCK: with a finite one some later allocation would fail, so it is refused. Windows has nothing of the kind for a whole process, and refuses.
    /// </summary>
    public bool LockMemory { get; init; }

    /// <summary>How many bytes of the thread's stack to touch before the first tick, so that no page of it is missing later. Ends early where the stack does.</summary>
    public int StackToTouch { get; init; } = 64 * 1024;

    /// <summary>Whether <c>Run</c> throws when the system refuses one of these; otherwise each is logged, and the loop runs without it.</summary>
    public bool Required { get; init; } = true;

    /// <summary>Gives the calling thread the CPUs and the timer slack that the process had when its first loop was made: for threads that are started from a loop's thread. Any system.</summary>
    public static void ResetThread() => HelperThread.Settle();
}
