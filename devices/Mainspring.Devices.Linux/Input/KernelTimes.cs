using System.Diagnostics;

namespace Mainspring.Devices.Linux;

/// <summary>Times of the system's monotonic clock, as times of a loop's clock. They never go back.</summary>
internal sealed class KernelTimes
{
    private TimeSpan _ahead;    // of the kernel's clock before the loop's
    private TimeSpan _last;

    public void Begin() => _last = TimeSpan.Zero;

    /// <summary>Compares both clocks: a virtual one does not keep step with the kernel's.</summary>
    public void Compare(MainLoop loop)
    {
#pragma warning disable RS0030 // CLOCK_MONOTONIC, the clock of the events
        TimeSpan kernel = Stopwatch.GetElapsedTime(0);
#pragma warning restore RS0030
        _ahead = kernel - loop.TimeProvider.GetElapsedTime(0);
    }

    public TimeSpan ToLoop(TimeSpan kernel)
    {
        TimeSpan time = kernel - _ahead;
        return _last = time > _last ? time : _last;
    }
}
