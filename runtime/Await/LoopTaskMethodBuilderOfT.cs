using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>What the compiler builds <c>async LoopTask&lt;T&gt;</c> methods with; not for other use.</summary>
/// <typeparam name="T">The result's type.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
[SuppressMessage("Performance", "CA1822", Justification = "The compiler calls them on the builder.")]
[SuppressMessage("Design", "CA1000", Justification = "The compiler calls Create so.")]
public struct LoopTaskMethodBuilder<T>
{
    private LoopTaskSource<T>? _source; // the box, once it has waited; or what holds an exception from before that
    private T? _result;                // of one that never waited

    /// <summary>The method's task.</summary>
    public readonly LoopTask<T> Task => _source is { } source ? new LoopTask<T>(source) : new LoopTask<T>(_result!);

    /// <summary>Makes a builder.</summary>
    /// <returns>The builder.</returns>
    public static LoopTaskMethodBuilder<T> Create() => default;

    /// <summary>Runs the method up to its first wait.</summary>
    /// <typeparam name="TStateMachine">The method.</typeparam>
    /// <param name="stateMachine">The method.</param>
    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        ExecutionContext? context = ExecutionContext.Capture();
        stateMachine.MoveNext();
        AmbientContext.RestoreLocals(context); // what it has put into an AsyncLocal is not the caller's
    }

    /// <summary>Of no use here.</summary>
    /// <param name="stateMachine">The method.</param>
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
        // It is for builders that box the method themselves and from outside; this one has its own box.
    }

    /// <summary>The method has come to its end.</summary>
    /// <param name="result">Its result.</param>
    public void SetResult(T result)
    {
        if (_source is null)
        {
            _result = result;
        }
        else
        {
            _source.SetResult(result);
        }
    }

    /// <summary>The method has thrown.</summary>
    /// <param name="exception">What it threw.</param>
    public void SetException(Exception exception) => (_source ??= new LoopTaskSource<T>(MainLoop.Current)).SetException(exception);

    /// <summary>The method waits.</summary>
    /// <typeparam name="TAwaiter">For what.</typeparam>
    /// <typeparam name="TStateMachine">The method.</typeparam>
    /// <param name="awaiter">For what.</param>
    /// <param name="stateMachine">The method.</param>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine
    {
        if (_source is null)
        {
            StateMachineBox<TStateMachine, T>.Move(ref stateMachine, ref _source, null);
        }

        awaiter.OnCompleted(Unsafe.As<StateMachineBox<T>>(_source!).ResumeAction);
    }

    /// <summary>The method waits.</summary>
    /// <typeparam name="TAwaiter">For what.</typeparam>
    /// <typeparam name="TStateMachine">The method.</typeparam>
    /// <param name="awaiter">For what.</param>
    /// <param name="stateMachine">The method.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine
    {
        // Known at compile time for each awaiter, so nothing is boxed.
        if (_source is null)
        {
            MainLoop? loop = OperatingSystem.IsWindows() ? LoopAwaiters.LoopOf(ref awaiter) : awaiter is ILoopAwaiter ? ((ILoopAwaiter)awaiter).Loop : null;
            StateMachineBox<TStateMachine, T>.Move(ref stateMachine, ref _source, loop);
        }

        if (!OperatingSystem.IsWindows() && awaiter is ILoopAwaiter)
        {
            ((ILoopAwaiter)awaiter).Continue(_source!);
        }
        else if (!OperatingSystem.IsWindows() || !LoopAwaiters.TryContinue(ref awaiter, _source!))
        {
            awaiter.UnsafeOnCompleted(Unsafe.As<StateMachineBox<T>>(_source!).ResumeAction);
        }
    }
}
