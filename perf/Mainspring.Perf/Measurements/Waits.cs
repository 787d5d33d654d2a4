namespace Mainspring.Perf.Measurements;

/// <summary>How late a timer runs, one at a time, on a loop that sleeps meanwhile.</summary>
internal sealed class Waits
{
    private readonly MainLoop _loop;
    private readonly TimeSpan _delay;
    private readonly long[] _samples;
    private readonly long[] _begun; // when the loop has read the clock; the callback is called later
    private readonly Action _expire;
    private int _taken;
    private long _deadlineNs;

    private Waits(MainLoop loop, TimeSpan delay, int count)
    {
        _loop = loop;
        _delay = delay;
        _samples = new long[count];
        _begun = new long[count];
        _expire = Expire;
    }

    public static void Measure(long delayNs, int count)
    {
        using var loop = new MainLoop();
        var waits = new Waits(loop, new TimeSpan(delayNs / TimeSpan.NanosecondsPerTick), count);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        waits.Schedule();
        loop.Run();
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        Measurement.Percentiles(waits._samples, (double)bytes / count);
        Measurement.Percentiles(waits._begun, double.NaN, "begun_");
    }

    private void Schedule()
    {
        _deadlineNs = _loop.TimeProvider.GetTimestamp() + (_delay.Ticks * TimeSpan.NanosecondsPerTick);
        _loop.CallLater(_delay, _expire);
    }

    private void Expire()
    {
        _samples[_taken] = _loop.TimeProvider.GetTimestamp() - _deadlineNs;
        _begun[_taken++] = (_loop.Now.Ticks * TimeSpan.NanosecondsPerTick) - _deadlineNs;
        if (_taken == _samples.Length)
        {
            _loop.Stop();
        }
        else
        {
            Schedule();
        }
    }
}
