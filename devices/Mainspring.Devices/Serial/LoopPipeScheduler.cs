using System.IO.Pipelines;

namespace Mainspring.Devices;

/// <summary>Has what waits for a pipe go on on the loop, from whichever thread it is woken. After the loop's end, on the thread pool.</summary>
internal sealed class LoopPipeScheduler(MainLoop loop) : PipeScheduler
{
    private Adapted? _last;

    public override void Schedule(Action<object?> action, object? state)
    {
        // An awaiting method always gives the same action: its delegate is made once.
        Adapted? adapted = Volatile.Read(ref _last);
        if (adapted is null || !ReferenceEquals(adapted.Action, action))
        {
            Volatile.Write(ref _last, adapted = new Adapted(action));
        }

        loop.SynchronizationContext.Post(adapted.Callback, state);
    }

    private sealed class Adapted(Action<object?> action)
    {
        public Action<object?> Action => action;

        public SendOrPostCallback Callback { get; } = new(action);
    }
}
