namespace Mainspring.Devices.Iot;

/// <summary>Gives lines back on the thread pool, while the loop goes on. A virtual clock stands still meanwhile.</summary>
internal sealed class ControllerRelease
{
    private volatile SourceContext? _waiting; // is woken at the end

    /// <summary>The end of the last one.</summary>
    public Task Task { get; private set; } = Task.CompletedTask;

    /// <summary>Whether the last one is over; otherwise the context is woken then.</summary>
    public bool IsOver(SourceContext context)
    {
        _waiting = context;
        Interlocked.MemoryBarrier(); // either it is seen there, or the end here
        return Task.IsCompleted;
    }

    /// <summary>Begins one. Loop's thread only.</summary>
    public void Start(SourceContext context, ControllerPins pins)
    {
        MainLoop loop = context.Loop;
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task = end.Task;
        _waiting = null;
        try
        {
            loop.RunInExecutor(Release).Forget();
        }
        catch (ObjectDisposedException)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static release => release(), Release, preferLocal: false); // the loop is ending, and waits for nothing
        }

        void Release()
        {
            if (pins.Release() is { } exception)
            {
                loop.TryPost(() => context.Warn($"what the driver said when the lines were given back: {exception.Message}"));
            }

            end.SetResult();
            _waiting?.Wake();
        }
    }
}
