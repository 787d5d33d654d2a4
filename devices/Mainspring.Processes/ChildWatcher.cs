namespace Mainspring.Processes;

/// <summary>How the end of a child process is noticed: what asyncio has child watchers for.</summary>
public enum ChildWatcher
{
    /// <summary><see cref="Pidfd"/>; where the system refuses it, <see cref="Thread"/>.</summary>
    Auto,

    /// <summary>A descriptor of the process, in the loop's one wait (pidfd_open(2), Linux 5.3): no thread, no signal. Where it is refused, starting fails.</summary>
    Pidfd,

    /// <summary>A thread for each child that blocks in waitid(2), for old kernels and for seccomp filters that do not know pidfd_open.</summary>
    Thread,
}
