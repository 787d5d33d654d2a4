using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Windows;

/// <summary>
/// What expires at a deadline: a high-resolution timer that counts from now on, and for a wait of more than a second one by the calendar besides. A timer that counts stands still while the machine
/// sleeps (SetWaitableTimer, since Windows 8), and the loop's clock (QueryPerformanceCounter) does not: without the second, what was due meanwhile would be late by what was left when the machine fell asleep.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class DeadlineTimer : IDisposable
{
    private const long LongNs = Nanoseconds.PerSecond;
    private const long Unit = 100;                                   // nanoseconds of a FILETIME
    private const long BehindNs = 50 * Nanoseconds.PerMillisecond;   // the calendar is as coarse as the system's tick: the first is to be first

    private readonly SafeWaitHandle _counting;
    private readonly SafeWaitHandle _calendar;

    /// <exception cref="IOException">The system refuses the handles.</exception>
    public DeadlineTimer()
    {
        SafeWaitHandle counting = Kernel32.CreateWaitableTimer(null, null, Kernel32.HighResolution, Kernel32.AllAccess);
        _counting = counting.IsInvalid ? Create() : counting; // before Windows 10 1803: as coarse as the system's tick
        try
        {
            _calendar = Create();
        }
        catch
        {
            _counting.Dispose();
            throw;
        }
    }

    /// <summary>The timer that counts. It resets itself.</summary>
    public nint Counting => _counting.DangerousGetHandle();

    /// <summary>The timer by the calendar: of use when <see cref="Arm"/> says so. It resets itself.</summary>
    public nint Calendar => _calendar.DangerousGetHandle();

    /// <summary>Arms it.</summary>
    /// <param name="leftNs">How long from now on; rounded up, so that it is never early.</param>
    /// <returns>Whether the calendar's is armed too.</returns>
    /// <exception cref="IOException">A handle was closed by somebody else.</exception>
    public bool Arm(long leftNs)
    {
        Set(Counting, -((leftNs / Unit) + 1));
        if (leftNs <= LongNs)
        {
            return false;
        }

        long now;
        Kernel32.GetSystemTime(&now);
        Set(Calendar, now + (leftNs / Unit) + (BehindNs / Unit));
        return true;
    }

    public void Dispose()
    {
        _counting.Dispose();
        _calendar.Dispose();
    }

    private static void Set(nint timer, long due)
    {
        if (!Kernel32.SetWaitableTimer(timer, &due, 0, 0, 0, 0))
        {
            throw WindowsErrors.Last("The loop's poller is broken (SetWaitableTimer)");
        }
    }

    private static SafeWaitHandle Create()
    {
        SafeWaitHandle timer = Kernel32.CreateWaitableTimer(null, null, 0, Kernel32.AllAccess);
        return timer.IsInvalid ? throw WindowsErrors.Last("The loop cannot make its poller (CreateWaitableTimerEx)") : timer;
    }
}
