using System.IO.Pipelines;

namespace Mainspring.Devices;

/// <summary>Has what waits for a pipe go on on the loop, from whichever thread it is woken. After the loop's end, on the thread pool.</summary>
internal sealed class LoopPipeScheduler(MainLoop loop) : PipeScheduler
{
    public override void Schedule(Action<object?> action, object? state)
    {
        if (!loop.TryPost(action, state ?? this))
        {
            System.Threading.ThreadPool.UnsafeQueueUserWorkItem(action, state, preferLocal: false);
        }
    }
}
