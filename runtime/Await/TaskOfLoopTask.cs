namespace Mainspring;

/// <summary>A <see cref="Task{T}"/> that ends with a <see cref="LoopTask{T}"/>.</summary>
internal sealed class TaskOfLoopTask<T> : Continuation
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LoopTaskSource<T> _source;
    private readonly int _version;

    private TaskOfLoopTask(LoopTaskSource<T> source, int version)
    {
        _source = source;
        _version = version;
    }

    public static Task<T> From(LoopTaskSource<T> source, int version)
    {
        var task = new TaskOfLoopTask<T>(source, version);
        if (source.IsOver(version))
        {
            task.Resume();
        }
        else
        {
            source.OnOver(task);
        }

        return task._completion.Task;
    }

    public override void Resume()
    {
        try
        {
            _completion.SetResult(_source.GetResult(_version));
        }
        catch (OperationCanceledException exception)
        {
            _completion.SetCanceled(exception.CancellationToken.IsCancellationRequested ? exception.CancellationToken : new CancellationToken(true));
        }
        catch (Exception exception)
        {
            _completion.SetException(exception);
        }
    }
}
