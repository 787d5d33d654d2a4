namespace Mainspring.Linux;

/// <summary>What of the kernel the epoll poller may use; tests switch things off to stand for an old kernel or a strict seccomp filter.</summary>
[Flags]
internal enum EpollFeatures
{
    /// <summary>Waits through the timerfd only.</summary>
    None = 0,

    /// <summary>epoll_pwait2 (Linux 5.11), for short waits.</summary>
    PreciseWait = 1,

    /// <summary>Everything; what turns out to be missing or refused is done without.</summary>
    All = PreciseWait,
}
