namespace Mainspring;

/// <summary>A task with a time limit. When the time has come it looks once more when nothing else is runnable, so that a result of the same time wins however many methods it
/// has to pass.</summary>
internal sealed class TimeoutWait<T>(MainLoop loop, TimeSpan timeout, Task? task, CancellationTokenSource? cancellation) : LoopTaskSource<T>(loop)
{
    private static readonly Action<TimeoutWait<T>> s_onTimer = static wait => wait.Loop!.CallSoon(s_lookAgain!, wait, Priority.Idle);
    private static readonly Action<TimeoutWait<T>> s_lookAgain = static wait => wait.LookAgain();

    private const int MostLooks = 64; // a flood puts off no time-out for ever

    private LoopTask<T> _inner;
    private int _looks;
    private TimerHandle _timer;
    private bool _isCancelled; // the function is: one that heeds it ends before the time-out is told, and may be called again then
    private bool _isOver;

    public override string Name => "WithTimeout";

    public LoopTask<T> Start(LoopTask<T> inner)
    {
        _inner = inner;
        _timer = Loop!.CallAtNs(Nanoseconds.Deadline(Loop.Clock.ReadNs(), Nanoseconds.From(timeout)), s_onTimer, this);
        inner.Source!.OnOver(new InnerEnd(this));
        return new LoopTask<T>(this);
    }

    private void OnInnerEnd()
    {
        _timer.Cancel();
        T result;
        try
        {
            result = _inner.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            if (!_isOver && _isCancelled && exception is OperationCanceledException)
            {
                Expire();
            }
            else if (!_isOver)
            {
                SetException(exception);
            }
            else if (exception is not OperationCanceledException)
            {
                Loop!.ReportFromAnywhere(exception, Name); // nobody waits for it any more
            }

            cancellation?.Dispose();
            return;
        }

        cancellation?.Dispose();
        if (!_isOver && _isCancelled)
        {
            Expire();
        }
        else if (!_isOver)
        {
            SetResult(result);
        }
    }

    private void LookAgain()
    {
        if (_inner.IsCompleted || task is { IsCompleted: true } || _isOver)
        {
            return; // its end is on its way
        }

        if (Loop!.HasRegularCallbacks && ++_looks < MostLooks)
        {
            Loop.CallSoon(s_lookAgain, this, Priority.Idle); // promoted, while there was other work
            return;
        }

        if (cancellation is null || _isCancelled)
        {
            Expire();
            return;
        }

        (_isCancelled, _looks) = (true, 0);
        try
        {
            cancellation.Cancel();
        }
        catch (AggregateException exception)
        {
            Loop.ReportFromAnywhere(exception, Name); // of those who were told
        }

        Loop.CallSoon(s_lookAgain, this, Priority.Idle);
    }

    private void Expire()
    {
        _isOver = true;
        SetException(new TimeoutException($"{(task is null ? $"'{_inner.Source!.Name}'" : "A task")} has not ended within {timeout.TotalSeconds:0.###} s, on loop '{Loop!.Name}'."));
    }

    private sealed class InnerEnd(TimeoutWait<T> wait) : Continuation
    {
        public override string Name => wait.Name;

        public override void Resume() => wait.OnInnerEnd();
    }
}
