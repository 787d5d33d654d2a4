using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>What the compiler builds <c>async LoopTask</c> methods with; not for other use.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[SuppressMessage("Performance", "CA1822", Justification = "The compiler calls them on the builder.")]
public struct LoopTaskMethodBuilder
{
    private LoopTaskSource<Nothing>? _source; // the box, once it has waited; or what holds an exception from before that

    /// <summary>The method's task.</summary>
    public readonly LoopTask Task => new(_source);

    /// <summary>Makes a builder.</summary>
    /// <returns>The builder.</returns>
    public static LoopTaskMethodBuilder Create() => default;

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
    public readonly void SetResult() => _source?.SetResult(default);

    /// <summary>The method has thrown.</summary>
    /// <param name="exception">What it threw.</param>
    public void SetException(Exception exception) => (_source ??= new LoopTaskSource<Nothing>(MainLoop.Current)).SetException(exception);

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
            StateMachineBox<TStateMachine, Nothing>.Move(ref stateMachine, ref _source, null);
        }

        awaiter.OnCompleted(Unsafe.As<StateMachineBox<Nothing>>(_source!).ResumeAction);
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
            StateMachineBox<TStateMachine, Nothing>.Move(ref stateMachine, ref _source, loop);
        }

        if (!OperatingSystem.IsWindows() && awaiter is ILoopAwaiter)
        {
            ((ILoopAwaiter)awaiter).Continue(_source!);
        }
        else if (!OperatingSystem.IsWindows() || !LoopAwaiters.TryContinue(ref awaiter, _source!))
        {
            awaiter.UnsafeOnCompleted(Unsafe.As<StateMachineBox<Nothing>>(_source!).ResumeAction);
        }
    }
}
