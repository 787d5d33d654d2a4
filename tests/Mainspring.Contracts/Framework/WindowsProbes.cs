using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>What tests/wine measures beside the programs: a bare waitable timer, and a loop that has nothing to do. One line of JSON each.</summary>
[SupportedOSPlatform("windows")]
public static unsafe partial class WindowsProbes
{
    /// <summary>Runs a probe: <c>timer HZ SECONDS</c>, <c>idle SECONDS</c> or <c>window SECONDS</c>.</summary>
    public static int Run(string[] arguments)
    {
        Console.WriteLine(arguments switch
        {
            ["timer", var hz, var seconds] => Timer(double.Parse(hz, CultureInfo.InvariantCulture), double.Parse(seconds, CultureInfo.InvariantCulture)),
            ["idle", var seconds] => Idle(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture))),
            ["window", var seconds] => WindowProbe.Run(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture))),
            _ => throw new ArgumentException("give timer HZ SECONDS, idle SECONDS or window SECONDS", nameof(arguments)),
        });
        return 0;
    }

    // Frames as a program without a loop would make them: a high-resolution timer for each deadline, and a wait.
    private static string Timer(double hz, double seconds)
    {
        using SafeWaitHandle timer = CreateTimer(null, null, 2, 0x1F0003);
        double period = Stopwatch.Frequency / hz;
        long start = Stopwatch.GetTimestamp(), frame = 0;
        var late = new List<double>((int)(hz * seconds) + 1);
        while (frame < hz * seconds)
        {
            long deadline = start + (long)(++frame * period);
            long due = -((deadline - Stopwatch.GetTimestamp()) * 10_000_000 / Stopwatch.Frequency + 1);
            if (due < 0 && (!SetTimer(timer, &due, 0, 0, 0, 0) || Wait(timer, uint.MaxValue) != 0))
            {
                throw new IOException($"timer: {Marshal.GetLastPInvokeErrorMessage()}");
            }

            late.Add((Stopwatch.GetTimestamp() - deadline) * 1e6 / Stopwatch.Frequency);
        }

        int held = late.Count(microseconds => microseconds < 1e6 / hz); // a loop drops those that come after the next one was due
        late.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{{\"frames\":{late.Count},\"held\":{held},\"p50_us\":{late[late.Count / 2]:F1},\"p99_us\":{late[late.Count * 99 / 100]:F1},\"max_us\":{late[^1]:F1}}}");
    }

    private static string Idle(TimeSpan time)
    {
        using var loop = new MainLoop();
        loop.Add(new WaitHandleSource(EventResetMode.ManualReset));
        loop.CallLater(TimeSpan.FromHours(1), static () => { });
        loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(500) }); // everything has run once
        using var self = Process.GetCurrentProcess();
        long ticks = loop.Counters.Ticks;
        TimeSpan before = self.TotalProcessorTime;
        loop.Run(new RunOptions { For = time });
        self.Refresh();
        return string.Create(CultureInfo.InvariantCulture, $"{{\"seconds\":{time.TotalSeconds:F0},\"cpu_ms\":{(self.TotalProcessorTime - before).TotalMilliseconds:F1},\"ticks\":{loop.Counters.Ticks - ticks}}}");
    }

    [LibraryImport("kernel32", EntryPoint = "CreateWaitableTimerExW", SetLastError = true)]
    private static partial SafeWaitHandle CreateTimer(void* attributes, char* name, uint flags, uint access);

    [LibraryImport("kernel32", EntryPoint = "SetWaitableTimer", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetTimer(SafeWaitHandle timer, long* due, int periodMs, nint routine, nint argument, int resumes);

    [LibraryImport("kernel32", EntryPoint = "WaitForSingleObject", SetLastError = true)]
    private static partial uint Wait(SafeWaitHandle handle, uint milliseconds);
}
