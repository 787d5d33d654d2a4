using System.Runtime.Versioning;

namespace Mainspring.Processes;

/// <summary>Reaps children that have lost their loop: each has a thread that waits for its end, so that no zombie stays.</summary>
[SupportedOSPlatform("linux")]
internal static class Reaper
{
    private const int StackSize = 128 * 1024;

    /// <summary>Takes over a child.</summary>
    public static void Take(int pid) => Start($"child {pid}", () => WaitStatus.Reap(pid));

    /// <summary>Starts a small thread, which does not keep the process.</summary>
    public static void Start(string name, Action action) => new Thread(
        () =>
        {
            HelperThread.Settle();
            action();
        },
        StackSize)
    { IsBackground = true, Name = name }.Start();
}
