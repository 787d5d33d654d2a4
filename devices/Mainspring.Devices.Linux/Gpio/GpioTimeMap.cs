namespace Mainspring.Devices.Linux;

/// <summary>Maps the kernel's time of an edge to the loop's clock.</summary>
internal sealed class GpioTimeMap
{
    private const int Attempts = 5;
    private const long DriftPerNs = 10_000; // of a hardware clock: 100 ppm at the most

    private readonly GpioEventClock _clock;
    private readonly TimeProvider _loopTime; // its timestamps are nanoseconds since the loop's start
    private readonly Func<int, long> _kernelTime;
    private readonly bool _isFixed;
    private long _offsetNs;   // loop's time less kernel's time
    private long _nowNs;      // the loop's, at this batch
    private long _learntNs = long.MinValue; // when the offset of a hardware clock was looked at

    public GpioTimeMap(MainLoop loop, GpioEventClock clock)
        : this(loop.TimeProvider, clock, isFixed: clock == GpioEventClock.Monotonic && loop.Clock is MonotonicClock, GpioAbi.Time)
    {
    }

    internal GpioTimeMap(TimeProvider loopTime, GpioEventClock clock, bool isFixed, Func<int, long> kernelTime)
    {
        (_loopTime, _clock, _isFixed, _kernelTime) = (loopTime, clock, isFixed, kernelTime);
        if (isFixed)
        {
            Measure(Attempts); // both are the same clock: once is enough, and keeps all times in order
        }
    }

    /// <summary>Events are about to be mapped.</summary>
    public void BeginBatch()
    {
        if (_isFixed)
        {
            return;
        }

        if (_clock == GpioEventClock.Hardware)
        {
            _nowNs = _loopTime.GetTimestamp();
        }
        else
        {
            Measure(1);
        }
    }

    public TimeSpan ToLoop(long kernelNs)
    {
        if (_clock == GpioEventClock.Hardware)
        {
            Learn(kernelNs);
        }

        return new TimeSpan((kernelNs + _offsetNs) / 100);
    }

    // The reading between two of the loop's clock that are nearest to each other is the best.
    private void Measure(int attempts)
    {
        long best = long.MaxValue;
        for (int i = 0; i < attempts; i++)
        {
            long before = _loopTime.GetTimestamp();
            long kernel = _kernelTime(_clock == GpioEventClock.Realtime ? GpioAbi.ClockIdRealtime : GpioAbi.ClockIdMonotonic);
            long after = _loopTime.GetTimestamp();
            if (after - before < best)
            {
                best = after - before;
                _offsetNs = before + (best / 2) - kernel;
            }
        }
    }

    // No event is read before it happens: the least difference is nearest to the truth. The clock may drift, so that it may grow slowly.
    private void Learn(long kernelNs)
    {
        long offset = _nowNs - kernelNs;
        _offsetNs = _learntNs == long.MinValue ? offset : Math.Min(offset, _offsetNs + ((_nowNs - _learntNs) / DriftPerNs));
        _learntNs = _nowNs;
    }
}
