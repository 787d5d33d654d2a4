namespace Mainspring;

/// <summary>
/// A thread that looks at the loop's progress and names what has been running too long. It costs the loop nothing while it runs,
/// and sleeps while the loop sleeps.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    public static readonly TimeSpan ShortestThreshold = TimeSpan.FromMilliseconds(4);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly MainLoop _loop;
    private readonly long _thresholdNs;
    private readonly object _lock = new();
    private readonly Thread _thread;
    private volatile bool _isParked;
    private bool _isClosed; // guarded by _lock

    public Watchdog(MainLoop loop, TimeSpan threshold)
    {
        _loop = loop;
        _thresholdNs = Nanoseconds.From(threshold);
        _thread = new Thread(Watch, 256 * 1024) { IsBackground = true, Name = "mainspring watchdog" };
        _thread.Start();
    }

    /// <summary>Whether the thread waits for <see cref="LoopIsAwake"/>.</summary>
    public bool IsParked => _isParked;

    /// <summary>The loop has said that it is busy, and now says so here: there is something to watch.</summary>
    public void LoopIsAwake()
    {
        Interlocked.MemoryBarrier(); // the loop reads IsParked after it has said that it is busy; the watchdog the other way round
        if (_isParked)
        {
            lock (_lock)
            {
                _isParked = false;
                Monitor.Pulse(_lock);
            }
        }
    }

    /// <summary>Ends the thread, and waits for its end: not when this is the thread itself, in a handler, nor for longer than a second when a handler blocks.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            _isParked = false;
            Monitor.Pulse(_lock);
        }

        if (Thread.CurrentThread != _thread)
        {
            _thread.Join(s_patience);
        }
    }

    private void Watch()
    {
        HelperThread.Settle();
        int pauseMs = (int)Math.Clamp(_thresholdNs / 4 / Nanoseconds.PerMillisecond, 1, 1000);
        long seen = -1;
        long sinceNs = 0;
        long reportedSinceNs = -1;
        string name = "";
        while (Pause(pauseMs))
        {
            long progress = _loop.Progress;
            long nowNs = MonotonicClock.SystemNs();
            bool busy = _loop.IsBusy;
            if (progress != seen || !busy)
            {
                if (reportedSinceNs >= 0)
                {
                    _loop.OnStall(name, nowNs - reportedSinceNs, isOver: true);
                    reportedSinceNs = -1;
                }

                seen = progress;
                sinceNs = nowNs;
                if (!busy)
                {
                    Park();
                }
            }
            else if (nowNs - sinceNs >= _thresholdNs && reportedSinceNs < 0)
            {
                reportedSinceNs = sinceNs;
                name = _loop.DescribeRunning();
                _loop.OnStall(name, nowNs - sinceNs, isOver: false);
            }
        }

        if (reportedSinceNs >= 0 && !_loop.IsBusy)
        {
            _loop.OnStall(name, MonotonicClock.SystemNs() - reportedSinceNs, isOver: true); // the loop was disposed since
        }
    }

    private bool Pause(int milliseconds)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                Monitor.Wait(_lock, milliseconds);
            }

            return !_isClosed;
        }
    }

    private void Park()
    {
        lock (_lock)
        {
            _isParked = true;
            Interlocked.MemoryBarrier();
            while (_isParked && !_isClosed && !_loop.IsBusy)
            {
                Monitor.Wait(_lock);
            }

            _isParked = false;
        }
    }
}
