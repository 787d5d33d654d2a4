using System.Runtime.CompilerServices;

namespace Mainspring;

// Callbacks that see the values of AsyncLocal of where they come from.
public sealed partial class MainLoop
{
    /// <summary>Runs a callback after a delay, in an execution context: as <see cref="CallLater(TimeSpan, Action, string?)"/> and <see cref="CallSoon(Action, ExecutionContext, Priority, string?)"/>.</summary>
    /// <param name="delay">The delay; a negative one means now.</param>
    /// <param name="callback">The callback.</param>
    /// <param name="context">The context, from <see cref="ExecutionContext.Capture"/>.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public TimerHandle CallLater(TimeSpan delay, Action callback, ExecutionContext context, string? name = null) =>
        AddTimerIn(Nanoseconds.Deadline(Clock.ReadNs(), Nanoseconds.From(delay)), callback, context, name);

    /// <summary>Runs a callback at a time, in an execution context: as <see cref="CallAt(TimeSpan, Action, string?)"/> and <see cref="CallSoon(Action, ExecutionContext, Priority, string?)"/>.</summary>
    /// <param name="when">The time since the loop's start.</param>
    /// <param name="callback">The callback.</param>
    /// <param name="context">The context, from <see cref="ExecutionContext.Capture"/>.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public TimerHandle CallAt(TimeSpan when, Action callback, ExecutionContext context, string? name = null) =>
        AddTimerIn(Nanoseconds.From(when), callback, context, name);

    /// <summary>Posts a callback that runs in an execution context: as <see cref="Post(Action)"/> and <see cref="CallSoon(Action, ExecutionContext, Priority, string?)"/>. Any thread.</summary>
    /// <param name="callback">The callback.</param>
    /// <param name="context">The context, from <see cref="ExecutionContext.Capture"/>.</param>
    /// <exception cref="ObjectDisposedException">The loop was disposed; the callback will not run.</exception>
    public void Post(Action callback, ExecutionContext context)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ArgumentNullException.ThrowIfNull(context);
        Post(CallbackRecord.Runner, new CallbackRecord(this, callback, null, null) { Context = context });
    }

    private TimerHandle AddTimerIn(long deadlineNs, Action callback, ExecutionContext context, string? name, [CallerMemberName] string call = "")
    {
        ArgumentNullException.ThrowIfNull(callback);
        ArgumentNullException.ThrowIfNull(context);
        CheckAccess(call);
        var record = new CallbackRecord(this, callback, null, name) { Context = context, ScheduledAt = StackNow() };
        var handle = new TimerHandle(this, Timers.Add(deadlineNs, CallbackRecord.Runner, record));
        TellForeignLoop();
        return handle;
    }
}
