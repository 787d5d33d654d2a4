namespace Mainspring.Net;

/// <summary>Any number of waits for the same thing. Signals are used again.</summary>
internal sealed class LoopSignals(MainLoop loop)
{
    private static readonly List<LoopSignal<bool>> s_none = [];

    private readonly MainLoop _loop = loop;
    private Stack<LoopSignal<bool>>? _free; // these come with the first wait: most connections never have one
    private List<LoopSignal<bool>> _waiting = s_none;
    private List<LoopSignal<bool>> _spare = s_none;

    public ValueTask Wait(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (_free is null)
        {
            (_free, _waiting, _spare) = ([], [], []);
        }

        LoopSignal<bool> signal = _free.TryPop(out LoopSignal<bool>? free) ? free : new LoopSignal<bool>(_loop) { Taken = _free.Push };
        _waiting.RemoveAll(static signal => !signal.IsPending); // cancelled meanwhile
        _waiting.Add(signal);
        return signal.BeginWithoutResult(cancellationToken);
    }

    /// <summary>Ends all waits.</summary>
    /// <param name="exception">With what; null is success.</param>
    public void End(Exception? exception)
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        (_waiting, _spare) = (_spare, _waiting);
        foreach (LoopSignal<bool> signal in _spare)
        {
            if (exception is null)
            {
                signal.SetResult(true);
            }
            else
            {
                signal.SetException(exception);
            }
        }

        _spare.Clear();
    }
}
