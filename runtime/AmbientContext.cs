using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>
/// What a piece of work can leave behind on its thread: values of <see cref="AsyncLocal{T}"/>, a synchronization context. The loop puts its own back after each, so
/// that nothing leaks into the next one; there is nothing to restore as long as nothing was changed. See docs/decisions/0010-ambient-context.md.
/// </summary>
internal readonly struct AmbientContext
{
    private readonly Thread? _thread;              // null: its fields cannot be read here
    private readonly ExecutionContext? _field;     // what stands in the thread's field: null for the default context
    private readonly ExecutionContext? _execution; // null when the flow is suppressed: nothing can be captured then, and nothing is restored
    private readonly SynchronizationContext? _synchronization;

    private AmbientContext(Thread? thread, ExecutionContext? field)
    {
        _thread = thread;
        _field = field;
        _execution = ExecutionContext.Capture();
        _synchronization = SynchronizationContext.Current;
    }

    /// <summary>What this thread has now.</summary>
    public static AmbientContext Capture()
    {
        Thread? thread = s_canReadFields ? Thread.CurrentThread : null;
        return new AmbientContext(thread, thread is null ? null : ExecutionContextOf(thread));
    }

    /// <summary>Puts everything back. Called after every callback, so it reads two fields of the thread rather than to ask for what they stand for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Restore()
    {
        if (_thread is null || !ReferenceEquals(ExecutionContextOf(_thread), _field) || !ReferenceEquals(SynchronizationContextOf(_thread), _synchronization))
        {
            RestoreChanged(this);
        }
    }

    /// <summary>The thread, if its fields can be read here, and what stands in them: for a loop that looks after each of many callbacks.</summary>
    public (Thread? Thread, ExecutionContext? Execution, SynchronizationContext? Synchronization) Fields => (_thread, _field, _synchronization);

    /// <summary>Whether these, from <see cref="Fields"/>, are what the thread has; false when that cannot be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Are(Thread? thread, ExecutionContext? execution, SynchronizationContext? synchronization) =>
        thread is not null && ReferenceEquals(ExecutionContextOf(thread), execution) && ReferenceEquals(SynchronizationContextOf(thread), synchronization);

    /// <summary>Puts the values of <see cref="AsyncLocal{T}"/> back to what they were in a context that was captured.</summary>
    public static void RestoreLocals(ExecutionContext? context)
    {
        if (context is not null && !ReferenceEquals(ExecutionContext.Capture(), context))
        {
            ExecutionContext.Restore(context);
        }
    }

    /// <summary>Puts everything back, without looking whether it must. By value: a loop that restores after each call keeps the fields in registers so.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void RestoreChanged(AmbientContext own)
    {
        RestoreLocals(own._execution);
        if (!ReferenceEquals(SynchronizationContext.Current, own._synchronization))
        {
            SynchronizationContext.SetSynchronizationContext(own._synchronization);
        }
    }

    // The fields are the runtime's own business. Where it has others, or they mean something else, the public calls serve: slower, no less right.
    private static readonly bool s_canReadFields = CanReadFields();

    private static bool CanReadFields()
    {
        ExecutionContext? before = ExecutionContext.Capture();
        SynchronizationContext? synchronization = SynchronizationContext.Current;
        if (before is null)
        {
            return false;
        }

        try
        {
            var probe = new SynchronizationContext();
            SynchronizationContext.SetSynchronizationContext(probe);
            _ = new AsyncLocal<object> { Value = probe };
            Thread thread = Thread.CurrentThread;
            return ReferenceEquals(ExecutionContextOf(thread), ExecutionContext.Capture()) && ReferenceEquals(SynchronizationContextOf(thread), probe);
        }
        catch (MissingFieldException)
        {
            return false;
        }
        finally
        {
            ExecutionContext.Restore(before);
            SynchronizationContext.SetSynchronizationContext(synchronization);
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_executionContext")]
    private static extern ref ExecutionContext? ExecutionContextOf(Thread thread);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_synchronizationContext")]
    private static extern ref SynchronizationContext? SynchronizationContextOf(Thread thread);
}
