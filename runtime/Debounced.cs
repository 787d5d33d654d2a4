namespace Mainspring;

/// <summary>One run when no call has come for a while, or when the first one has waited for too long.</summary>
internal sealed class Debounced : RateLimited
{
    private readonly long _quietNs;
    private readonly long _maxWaitNs;
    private readonly CallbackRecord _run;
    private TimerHandle _timer;
    private long _dueNs;
    private long _latestNs;

    public Debounced(MainLoop loop, Action action, long quietNs, long maxWaitNs, string? name)
        : base(loop, action, name)
    {
        _quietNs = quietNs;
        _maxWaitNs = maxWaitNs;
        _run = Record(static () => { });
    }

    public override bool IsPending => _timer.IsPending;

    public override void Call()
    {
        long nowNs = Loop.Clock.ReadNs();
        if (_timer.IsPending)
        {
            Coalesced++;
            if (_dueNs <= nowNs)
            {
                return; // it was quiet for long enough; putting it off now, again and again, could keep it from ever running
            }

            _timer.Cancel();
        }
        else
        {
            _latestNs = Nanoseconds.Deadline(nowNs, _maxWaitNs);
        }

        _dueNs = Math.Min(Nanoseconds.Deadline(nowNs, _quietNs), _latestNs);
        _timer = Loop.CallAtNs(_dueNs, _run);
    }

    public override bool Cancel() => _timer.Cancel();
}
