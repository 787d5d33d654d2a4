using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>The part of a box that does not know its method.</summary>
internal abstract class StateMachineBox<T>(MainLoop? loop, bool isPooled) : LoopTaskSource<T>(loop, isPooled)
{
    private Action? _resume;

    /// <summary>Resumes the method, for awaiters that are not the loop's.</summary>
    public Action ResumeAction => _resume ??= Resume;
}

/// <summary>Where a <see cref="LoopTask"/> method lives while it waits. The loop's pool keeps it for the next call of the same method.</summary>
internal sealed class StateMachineBox<TStateMachine, T>(MainLoop? loop, bool isPooled) : StateMachineBox<T>(loop, isPooled)
    where TStateMachine : IAsyncStateMachine
{
    private TStateMachine? _stateMachine;

    public override string Name => NameOf(typeof(TStateMachine));

    /// <summary>Moves a method that has to wait from the stack into a box.</summary>
    /// <param name="stateMachine">The method.</param>
    /// <param name="place">Its builder's place for the box.</param>
    /// <param name="loop">The loop, when the awaiter knows it.</param>
    public static void Move(ref TStateMachine stateMachine, ref LoopTaskSource<T>? place, MainLoop? loop)
    {
        MainLoop? here = MainLoop.Current;
        loop ??= here;
        StateMachineBox<TStateMachine, T> box = loop is not null && loop == here
            ? loop.TaskPool.Take(typeof(StateMachineBox<TStateMachine, T>)) is { } free
                ? Unsafe.As<StateMachineBox<TStateMachine, T>>(free)
                : new StateMachineBox<TStateMachine, T>(loop, isPooled: true)
            : new StateMachineBox<TStateMachine, T>(loop, isPooled: false);
        place = box;                      // a field of the method itself, so first
        box._stateMachine = stateMachine;
    }

    public override void Resume() => _stateMachine!.MoveNext();

    protected override void Clear()
    {
        base.Clear();
        _stateMachine = default;
    }

    protected override void GiveBack()
    {
        if (IsPooled)
        {
            Loop!.TaskPool.Add(typeof(StateMachineBox<TStateMachine, T>), this);
        }
    }
}
