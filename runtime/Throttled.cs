namespace Mainspring;

/// <summary>
/// A token bucket as one number (GCRA): the time at which the bucket would be full again. A run takes a token and puts that time one interval further off; there is
/// a token as long as it is not more than a full bucket's time ahead.
/// </summary>
internal sealed class Throttled : RateLimited
{
    private readonly long _intervalNs; // rounded up, so that the rate is never exceeded
    private readonly long _fullNs;     // what all tokens but one take to come
    private readonly CallbackRecord _next;
    private readonly CallbackRecord _trailing;
    private readonly Queue<CallbackHandle> _queued; // runs that have their token, in the order of the lane
    private TimerHandle _timer;        // the run that waits for a token
    private long _fullAtNs;

    public Throttled(MainLoop loop, Action action, double perSecond, int burst, string? name)
        : base(loop, action, name)
    {
        _intervalNs = (long)Math.Ceiling(Nanoseconds.PerSecond / perSecond);
        _fullNs = _intervalNs * (burst - 1);
        _queued = new Queue<CallbackHandle>(Math.Min(burst, 16));
        _next = Record(() => _queued.Dequeue());
        _trailing = Record(() => TakeToken(Loop.Clock.ReadNs()));
    }

    public override bool IsPending => _timer.IsPending || (_queued.TryPeek(out CallbackHandle handle) && handle.IsPending);

    public override void Call()
    {
        long nowNs = Loop.Clock.ReadNs();
        if (_timer.IsPending)
        {
            Coalesced++;
        }
        else if (nowNs >= _fullAtNs - _fullNs)
        {
            _queued.Enqueue(Loop.CallSoon(_next));
            TakeToken(nowNs);
        }
        else
        {
            _timer = Loop.CallAtNs(_fullAtNs - _fullNs, _trailing);
        }
    }

    public override bool Cancel()
    {
        bool was = _timer.Cancel();
        while (_queued.TryDequeue(out CallbackHandle handle))
        {
            was |= handle.Cancel();
        }

        return was;
    }

    private void TakeToken(long nowNs) => _fullAtNs = Nanoseconds.Deadline(Math.Max(_fullAtNs, nowNs), _intervalNs);
}
