using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>
/// An asynchronous function that <see cref="MainLoop.StartTask(Func{CancellationToken, Task}, string?, ExecutionContext?)"/> runs on the loop beside everything else: asyncio's <c>Task</c>. It has a name, can be cancelled,
/// and is in <see cref="MainLoop.Tasks"/> until its end. Loop's thread only, but for <see cref="Cancel"/> and the task that <see cref="Completion"/> gives.
/// </summary>
[DebuggerDisplay("{Name} {IsCompleted ? \"over\" : \"running\"}")]
[SuppressMessage("Design", "CA1001", Justification = "A source that is linked to nothing and has no timer holds nothing that would have to be given back.")]
public class StartedTask
{
    private static readonly AsyncLocal<StartedTask?> s_current = new();
    private static readonly ContextCallback s_run = static task => _ = ((StartedTask)task!).RunAsync();

    private readonly CancellationTokenSource _cancellation = new();
    private readonly ExecutionContext? _context;
    private readonly Func<CancellationToken, Task> _function;
    private bool _hasBegun;
    private Exception? _exception;
    private UnseenException? _unseen; // as long as nobody has asked
    private bool _isAsked;
    private int _state; // of State

    internal StartedTask(MainLoop loop, Func<CancellationToken, Task> function, string? name, ExecutionContext? context)
    {
        (Loop, _function, _context) = (loop, function, context);
        Name = name ?? $"task-{loop.NextTaskNumber()}";
        CancellationToken = _cancellation.Token;
        Node = new LinkedListNode<StartedTask>(this);
    }

    private enum State
    {
        Running,
        Completed,
        Cancelled,
        Faulted,
    }

    /// <summary>The task within which this runs, or null: asyncio's <c>current_task</c>. It flows as values of <see cref="AsyncLocal{T}"/> do, and so not through <see cref="LoopTask"/> methods after an <c>await</c>.</summary>
    public static StartedTask? Current => s_current.Value;

    /// <summary>Its name, in messages. A task that was given none has a number.</summary>
    public string Name { get; set; }

    /// <summary>Its loop.</summary>
    public MainLoop Loop { get; }

    /// <summary>What the function was given: cancelled by <see cref="Cancel"/>. Any thread.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Whether it is over, whichever way.</summary>
    public bool IsCompleted => Volatile.Read(ref _state) != (int)State.Running;

    /// <summary>Whether it ended with an <see cref="OperationCanceledException"/>, or was cancelled before it began.</summary>
    public bool IsCancelled => Volatile.Read(ref _state) == (int)State.Cancelled;

    /// <summary>What it threw; null while it runs, and when it threw nothing or was cancelled. Reading it is seeing it: it is not reported any more.</summary>
    public Exception? Exception
    {
        get
        {
            if (IsCompleted)
            {
                See();
            }

            return IsCancelled ? null : _exception;
        }
    }

    /// <summary>Its end as a task, which may be kept and awaited often, by any thread. Asking for it means waiting for it: an exception goes there, and otherwise to <see cref="MainLoop.UnhandledException"/> when
    /// this object is collected.</summary>
    public Task Completion
    {
        get
        {
            See();
            return CompletionTask;
        }
    }

    internal LinkedListNode<StartedTask> Node { get; }

    private protected virtual Task CompletionTask => Source.Task;

    private protected TaskCompletionSource Source => field ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Asks it to end, by its token. The function decides: it may clean up first, and a function that ignores the token completes. One that has not begun never does.</summary>
    /// <returns>False when it is over, or was asked before.</returns>
    public bool Cancel()
    {
        if (IsCompleted || _cancellation.IsCancellationRequested)
        {
            return false;
        }

        try
        {
            _cancellation.Cancel();
        }
        catch (AggregateException exception)
        {
            Loop.ReportException(exception, $"What was registered with the token of task '{Name}' failed", this);
        }

        return true;
    }

    /// <summary>Awaits its end, as <see cref="Completion"/> does.</summary>
    /// <returns>The awaiter.</returns>
    public TaskAwaiter GetAwaiter() => Completion.GetAwaiter();

    /// <summary>In the next round.</summary>
    internal void Begin() => Loop.CallSoon(static task => task.Run(), this);

    /// <summary>Within the call.</summary>
    internal void BeginNow() => Run();

    /// <summary>The loop is being disposed. One that has not begun never will.</summary>
    internal void Abandon()
    {
        Cancel();
        if (!_hasBegun)
        {
            _hasBegun = true;
            End(new OperationCanceledException(CancellationToken));
        }
    }

    private protected virtual Task Call(Func<CancellationToken, Task> function) => function(CancellationToken);

    private protected virtual void SetEnd(bool isCancelled, Exception? exception)
    {
        if (exception is null)
        {
            Source.SetResult();
        }
        else if (isCancelled)
        {
            Source.SetCanceled(TokenOf(exception));
        }
        else
        {
            Source.SetException(exception);
            _ = Source.Task.Exception; // whether it is seen is known here, and the framework need not tell too
        }
    }

    private protected static CancellationToken TokenOf(Exception exception) =>
        exception is OperationCanceledException { CancellationToken: { IsCancellationRequested: true } token } ? token : new CancellationToken(true);

    private void Run()
    {
        _hasBegun = true;
        if (CancellationToken.IsCancellationRequested)
        {
            End(new OperationCanceledException(CancellationToken));
        }
        else if (_context is null)
        {
            _ = RunAsync(); // the flow was suppressed
        }
        else
        {
            ExecutionContext.Run(_context, s_run, this);
        }
    }

    private void See()
    {
        _isAsked = true;
        _unseen?.See();
        _unseen = null;
    }

    private async Task RunAsync()
    {
        s_current.Value = this; // as all that an async method sets, for what it calls alone
        try
        {
            Task? task = Loop.TaskFactory is { } factory ? factory(this, () => Call(_function)) : Call(_function);
            await (task ?? throw new InvalidOperationException($"The function of task '{Name}', or the loop's task factory, gave no task, but null."));
            End(null);
        }
        catch (Exception exception)
        {
            End(exception);
        }
    }

    private void End(Exception? exception)
    {
        State end = exception is null ? State.Completed : exception is OperationCanceledException ? State.Cancelled : State.Faulted;
        _exception = exception;
        if (end == State.Faulted && !_isAsked)
        {
            _unseen = new UnseenException(Loop, exception!, Name, this);
        }

        Volatile.Write(ref _state, (int)end);
        Loop.Forget(this);
        SetEnd(end == State.Cancelled, exception);
    }
}

/// <summary>As <see cref="StartedTask"/>, with a result.</summary>
/// <typeparam name="T">The result's type.</typeparam>
public sealed class StartedTask<T> : StartedTask
{
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    internal StartedTask(MainLoop loop, Func<CancellationToken, Task<T>> function, string? name, ExecutionContext? context)
        : base(loop, function, name, context)
    {
    }

    /// <inheritdoc cref="StartedTask.Completion"/>
    public new Task<T> Completion => (Task<T>)base.Completion;

    private protected override Task CompletionTask => _source.Task;

    /// <inheritdoc cref="StartedTask.GetAwaiter"/>
    public new TaskAwaiter<T> GetAwaiter() => Completion.GetAwaiter();

    private protected override async Task Call(Func<CancellationToken, Task> function) => _result = await (Task<T>)function(CancellationToken);

    private protected override void SetEnd(bool isCancelled, Exception? exception)
    {
        if (exception is null)
        {
            _source.SetResult(_result!);
        }
        else if (isCancelled)
        {
            _source.SetCanceled(TokenOf(exception));
        }
        else
        {
            _source.SetException(exception);
            _ = _source.Task.Exception;
        }
    }
}
