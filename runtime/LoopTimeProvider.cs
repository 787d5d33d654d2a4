namespace Mainspring;

/// <summary>The loop's clock and timers as a <see cref="TimeProvider"/>, so that third-party code obeys them, the virtual clock included.</summary>
internal sealed class LoopTimeProvider(MainLoop loop, LoopClock clock) : TimeProvider
{
    public override long TimestampFrequency => Nanoseconds.PerSecond;

    public override TimeZoneInfo LocalTimeZone => clock is VirtualClock ? TimeZoneInfo.Utc : base.LocalTimeZone;

    public override long GetTimestamp() => clock.ReadNs();

    public override DateTimeOffset GetUtcNow() => clock.UtcStart + Nanoseconds.ToTimeSpan(clock.ReadNs());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        loop.ThrowIfDisposed(loop.IsDisposed);
        var timer = new ProviderTimer(loop, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>A timer that any thread may change; its callback runs on the loop's thread.</summary>
    private sealed class ProviderTimer(MainLoop loop, TimerCallback callback, object? state) : ITimer
    {
        private readonly Lock _lock = new();
        private long _dueNs; // guarded by _lock, like all that follows
        private long _periodNs;
        private bool _disposed;
        private TimerHandle _handle; // loop's thread only

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_lock)
            {
                if (_disposed)
                {
                    return false;
                }

                _dueNs = dueTime < TimeSpan.Zero ? -1 : Nanoseconds.Deadline(loop.Clock.ReadNs(), Nanoseconds.From(dueTime));
                _periodNs = period <= TimeSpan.Zero ? 0 : Nanoseconds.From(period);
            }

            Apply();
            return true;
        }

        public void Dispose()
        {
            lock (_lock)
            {
                _disposed = true;
                _dueNs = -1;
            }

            Apply();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Apply()
        {
            if (loop.IsOnOwnThread)
            {
                Arm(this);
            }
            else
            {
                _ = loop.TryPost(Arm, this); // a disposed loop fires no timers
            }
        }

        private static void Arm(ProviderTimer timer)
        {
            timer._handle.Cancel();
            lock (timer._lock)
            {
                if (timer._dueNs >= 0 && !timer.Loop.IsDisposed)
                {
                    timer._handle = timer.Loop.CallAtNs(timer._dueNs, Fire, timer);
                }
            }
        }

        private static void Fire(ProviderTimer timer)
        {
            lock (timer._lock)
            {
                long now = timer.Loop.NowNs;
                if (timer._dueNs < 0 || timer._dueNs > now)
                {
                    return; // another thread has ended it or put it off; its post arms it anew
                }

                // On the grid of the deadline before; what was missed is left out.
                timer._dueNs = timer._periodNs == 0 ? -1 : PeriodicTimerRecord.NextOnGrid(timer._dueNs, timer._periodNs, now, out _);
            }

            Arm(timer); // first: a callback that throws has not stopped its timer
            timer.Callback(timer.State);
        }

        private MainLoop Loop => loop;

        private TimerCallback Callback => callback;

        private object? State => state;
    }
}
