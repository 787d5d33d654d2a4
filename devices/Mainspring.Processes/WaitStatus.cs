using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mainspring.Processes;

/// <summary>waitid(2) for one child: no other one's status is ever taken.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class WaitStatus
{
    /// <summary>Reaps a child if it has ended.</summary>
    /// <param name="pidfd">Its descriptor, or -1.</param>
    /// <param name="pid">Its number, which is its own until it is reaped.</param>
    /// <returns>How it has ended; null while it runs.</returns>
    public static ChildExit? TryReap(int pidfd, int pid) => Wait(pidfd, pid, ProcessAbi.HasExited | ProcessAbi.DoNotBlock);

    /// <summary>Whether a number is that of a child of ours that was not reaped: then it means no other process.</summary>
    public static bool IsOurs(int pid) => Wait(-1, pid, ProcessAbi.HasExited | ProcessAbi.DoNotBlock | ProcessAbi.DoNotReap) is not { IsKnown: false };

    /// <summary>Waits until a child has ended, without reaping it.</summary>
    public static void WaitForEnd(int pid) => _ = Wait(-1, pid, ProcessAbi.HasExited | ProcessAbi.DoNotReap);

    /// <summary>Waits until a child has ended, and reaps it.</summary>
    public static void Reap(int pid) => _ = Wait(-1, pid, ProcessAbi.HasExited);

    private static ChildExit? Wait(int pidfd, int pid, int options)
    {
        while (true)
        {
            ProcessAbi.SignalInfo info = default; // its pid stays 0 when the child runs
            if (Libc.WaitId(pidfd >= 0 ? ProcessAbi.ByPidfd : ProcessAbi.ByPid, pidfd >= 0 ? pidfd : pid, &info, options) == 0)
            {
                return info.Pid == 0 ? null : ChildExit.From(info);
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case ProcessAbi.Interrupted:
                    break;
                case ProcessAbi.Invalid when pidfd >= 0:
                    pidfd = -1; // Linux 5.3 has pidfds, but waits for them since 5.4
                    break;
                default:
                    return ChildExit.Unknown; // ECHILD: somebody else has reaped it
            }
        }
    }
}
