using System.Runtime.ExceptionServices;

namespace Mainspring;

/// <summary>
/// Work in parts that are all over before it is: what <see cref="MainLoop.RunGroup"/> gives to its function (structured concurrency; <c>asyncio.TaskGroup</c> in Python). When one part
/// fails, the others are cancelled. All members but <see cref="CancellationToken"/> are for the loop's thread.
/// </summary>
public sealed class TaskGroup
{
    private readonly MainLoop _loop;
    private readonly CancellationToken _outside;
    private readonly CancellationTokenSource _cancellation;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _running = 1; // the function itself is the first part
    private ExceptionDispatchInfo? _failure;
    private bool _isCancelled; // by Cancel, and so no error

    internal TaskGroup(MainLoop loop, CancellationToken cancellationToken)
    {
        _loop = loop;
        _outside = cancellationToken;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        CancellationToken = _cancellation.Token;
    }

    /// <summary>Cancelled when a part has failed, by <see cref="Cancel"/>, or from outside. Every part is given it. Any thread.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>How many parts are not over, the group's function apart.</summary>
    public int Running => Volatile.Read(ref _running) - (IsFunctionOver ? 0 : 1);

    private bool IsFunctionOver { get; set; }

    /// <summary>Starts a part, in the next round.</summary>
    /// <param name="function">The part. Its token is <see cref="CancellationToken"/>.</param>
    /// <returns>Its end. The group waits for it by itself; to await it too is for those who want to go on after it.</returns>
    /// <exception cref="InvalidOperationException">The group is over.</exception>
    public Task Start(Func<CancellationToken, LoopTask> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Start(async token =>
        {
            await function(token);
            return default(Nothing);
        });
    }

    /// <inheritdoc cref="Start(Func{CancellationToken, LoopTask})"/>
    /// <typeparam name="T">The result's type.</typeparam>
    public Task<T> Start<T>(Func<CancellationToken, LoopTask<T>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _loop.CheckAccess("TaskGroup.Start");
        if (_ended.Task.IsCompleted)
        {
            throw new InvalidOperationException("The group is over: start its parts before its function and the parts before have ended.");
        }

        Interlocked.Increment(ref _running);
        Task<T> part = Run(function);
        _ = part.ContinueWith(
            static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default); // the group has seen it
        return part;
    }

    /// <summary>Cancels all parts. The group is over when they are; that is no error, unless one fails.</summary>
    public void Cancel()
    {
        _isCancelled = true;
        CancelParts();
    }

    internal async LoopTask RunAsync(Func<TaskGroup, LoopTask> function)
    {
        try
        {
            await function(this);
        }
        catch (Exception exception)
        {
            Fail(exception, isFunction: true);
        }

        IsFunctionOver = true;
        Leave();
        await _ended.Task;
        _cancellation.Dispose();
        _failure?.Throw();
        if (!_isCancelled)
        {
            _outside.ThrowIfCancellationRequested();
        }
    }

    private async Task<T> Run<T>(Func<CancellationToken, LoopTask<T>> function)
    {
        try
        {
            await _loop.Yield();
            CancellationToken.ThrowIfCancellationRequested();
            return await function(CancellationToken);
        }
        catch (Exception exception)
        {
            Fail(exception, isFunction: false);
            throw;
        }
        finally
        {
            Leave();
        }
    }

    // Of several errors the first is thrown by the group, and the rest are told to the loop: none is lost. A part that was cancelled, or that cancelled itself, is no error; the function's
    // own cancellation is the group's.
    private void Fail(Exception exception, bool isFunction)
    {
        if (exception is OperationCanceledException && (!isFunction || CancellationToken.IsCancellationRequested))
        {
            return;
        }

        var failure = ExceptionDispatchInfo.Capture(exception);
        ExceptionDispatchInfo? first = Interlocked.CompareExchange(ref _failure, failure, null);
        if (first is null)
        {
            CancelParts();
        }
        else if (!ReferenceEquals(first.SourceException, exception)) // awaited by another part, which it has ended too
        {
            _loop.ReportFromAnywhere(exception, "TaskGroup");
        }
    }

    private void CancelParts()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It is over.
        }
        catch (AggregateException exception)
        {
            _loop.ReportFromAnywhere(exception, "TaskGroup"); // of those who were told
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _ended.TrySetResult();
        }
    }
}
