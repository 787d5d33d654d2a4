using System.Collections.Concurrent;

namespace Mainspring.Embed;

/// <summary>A call that any thread has posted; pooled by its loop.</summary>
internal sealed unsafe class PostedCall(EmbeddedLoop loop)
{
    private static readonly Action<PostedCall> s_run = static call => call.Run();
    private static readonly SendOrPostCallback s_runHere = static call => ((PostedCall)call!).Run();

    private nint _callback;
    private nint _data;
    private nint _destroy;

    /// <summary>Posts a call.</summary>
    /// <returns>False when the loop was destroyed.</returns>
    public static bool TryPost(EmbeddedLoop loop, ConcurrentQueue<PostedCall> pool, nint callback, nint data, nint destroy)
    {
        if (!pool.TryDequeue(out PostedCall? call))
        {
            call = new PostedCall(loop);
        }

        call._callback = callback;
        call._data = data;
        call._destroy = destroy;
        if (ReferenceEquals(MainLoop.Current, loop.Loop))
        {
            loop.EndBatch();
            loop.Loop.SynchronizationContext.Post(s_runHere, call); // here a post is a call of its own thread, and this way takes no closure
            return true;
        }

        return loop.Loop.TryPost(s_run, call);
    }

    private void Run()
    {
        (nint callback, nint data, nint destroy) = (_callback, _data, _destroy);
        loop.Give(this);
        loop.EndBatch();
        ((delegate* unmanaged<nint, nint, void>)callback)(loop.Number.Value, data);
        Item.Destroy(destroy, data);
    }
}
