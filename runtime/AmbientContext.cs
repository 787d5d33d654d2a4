using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>
/// What a piece of work can leave behind on its thread: values of <see cref="AsyncLocal{T}"/>, a synchronization context. The loop puts its own back, so
/// that nothing leaks into the next piece of work. Asking costs about a nanosecond; there is nothing to restore as long as nothing was changed.
/// </summary>
internal readonly struct AmbientContext(ExecutionContext? execution, SynchronizationContext synchronization)
{
    // Null when the flow is suppressed: then nothing can be captured, and nothing is restored.
    private readonly ExecutionContext? _execution = execution;
    private readonly SynchronizationContext _synchronization = synchronization;

    /// <summary>Puts the values of <see cref="AsyncLocal{T}"/> back, after one callback of many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RestoreLocals() => RestoreLocals(_execution);

    /// <summary>Puts the values of <see cref="AsyncLocal{T}"/> back to what they were in a context that was captured.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RestoreLocals(ExecutionContext? context)
    {
        if (!ReferenceEquals(ExecutionContext.Capture(), context))
        {
            RestoreExecution(context);
        }
    }

    /// <summary>Puts everything back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Restore()
    {
        RestoreLocals();
        if (!ReferenceEquals(SynchronizationContext.Current, _synchronization))
        {
            SynchronizationContext.SetSynchronizationContext(_synchronization);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RestoreExecution(ExecutionContext? context)
    {
        if (context is not null)
        {
            ExecutionContext.Restore(context);
        }
    }
}
