using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mainspring;

public sealed partial class MainLoop
{
    /// <summary>Runs a callback in the next round, in the order of the calls. Allocates nothing. On the loop's thread only; from others <see cref="Post(Action)"/>. Checked in debug mode.</summary>
    /// <param name="callback">The callback. It runs once at most, on the loop's thread, never before this call has returned.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public CallbackHandle CallSoon(Action callback)
    {
        CallbackRing lane = _normal;
        long position = callback is not null && _gate == Gate.Open && !lane.IsFull
            ? lane.Append(callback)
            : CallSoonInAnyCase(callback!);
        return new CallbackHandle(this, position, Priority.Normal);
    }

    /// <summary>Runs a callback in its lane's next round. On the loop's thread only; from others <see cref="Post(Action)"/>. Checked in debug mode.</summary>
    /// <param name="callback">The callback.</param>
    /// <param name="priority">The lane.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public CallbackHandle CallSoon(Action callback, Priority priority, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return AddCallback(callback, null, priority, name, null);
    }

    /// <summary>Runs a callback with a state in the next round: no closure, no allocation. On the loop's thread only; from others <see cref="Post(Action)"/>. Checked in debug mode.</summary>
    /// <typeparam name="TState">The state's type.</typeparam>
    /// <param name="callback">The callback.</param>
    /// <param name="state">What it is given.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public CallbackHandle CallSoon<TState>(Action<TState> callback, TState state)
        where TState : class?
    {
        CallbackRing lane = _normal;
        long position = callback is not null && state is not null && _gate == Gate.Open && !lane.IsFull
            ? lane.Append(callback, state)
            : CallSoonInAnyCase(callback!, state);
        return new CallbackHandle(this, position, Priority.Normal);
    }

    /// <summary>Runs a callback with a state in its lane's next round. On the loop's thread only; from others <see cref="Post(Action)"/>. Checked in debug mode.</summary>
    /// <typeparam name="TState">The state's type.</typeparam>
    /// <param name="callback">The callback.</param>
    /// <param name="state">What it is given.</param>
    /// <param name="priority">The lane.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public CallbackHandle CallSoon<TState>(Action<TState> callback, TState state, Priority priority, string? name = null)
        where TState : class?
    {
        ArgumentNullException.ThrowIfNull(callback);
        return AddStateful(callback, state, priority, name);
    }

    /// <summary>Runs a callback in an execution context, so that it sees the values of <see cref="AsyncLocal{T}"/> captured there; other callbacks see the loop's. On the loop's thread only; from others <see cref="Post(Action)"/>. Checked in debug mode.</summary>
    /// <param name="callback">The callback.</param>
    /// <param name="context">The context, from <see cref="ExecutionContext.Capture"/>.</param>
    /// <param name="priority">The lane.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public CallbackHandle CallSoon(Action callback, ExecutionContext context, Priority priority = Priority.Normal, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ArgumentNullException.ThrowIfNull(context);
        return AddCallback(callback, null, priority, name, context);
    }

    /// <summary>Runs a callback after a delay, counted from now: it never runs early. Reads the clock; <see cref="CallAt(TimeSpan, Action, string?)"/> does not. On the loop's thread only; from others <see cref="Post(Action)"/>. Checked in debug mode.</summary>
    /// <param name="delay">The delay; a negative one means now.</param>
    /// <param name="callback">The callback. Callbacks of equal deadlines run in the order of the calls.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public TimerHandle CallLater(TimeSpan delay, Action callback, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return AddTimer(Nanoseconds.Deadline(Clock.ReadNs(), Nanoseconds.From(delay)), callback, null, name);
    }

    /// <summary>Runs a callback after a delay in seconds, counted from now. On the loop's thread only; from others <see cref="Post(Action)"/>. Checked in debug mode.</summary>
    /// <param name="delaySeconds">The delay in seconds; a negative one means now.</param>
    /// <param name="callback">The callback.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The delay is NaN, infinite, or beyond <see cref="TimeSpan"/>.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public TimerHandle CallLater(double delaySeconds, Action callback, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        long delayNs = Nanoseconds.FromSeconds(delaySeconds, nameof(delaySeconds));
        return AddTimer(Nanoseconds.Deadline(Clock.ReadNs(), delayNs), callback, null, name);
    }

    /// <summary>Runs a callback with a state after a delay, counted from now: no closure, no allocation. On the loop's thread only; from others <see cref="Post(Action)"/>. Checked in debug mode.</summary>
    /// <typeparam name="TState">The state's type.</typeparam>
    /// <param name="delay">The delay; a negative one means now.</param>
    /// <param name="callback">The callback.</param>
    /// <param name="state">What it is given.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public TimerHandle CallLater<TState>(TimeSpan delay, Action<TState> callback, TState state, string? name = null)
        where TState : class
    {
        ArgumentNullException.ThrowIfNull(callback);
        ArgumentNullException.ThrowIfNull(state);
        return AddTimer(Nanoseconds.Deadline(Clock.ReadNs(), Nanoseconds.From(delay)), callback, state, name);
    }

    /// <summary>Runs a callback at a time, to the 100 ns. A time that has passed means now. On the loop's thread only; from others <see cref="Post(Action)"/>. Checked in debug mode.</summary>
    /// <param name="when">The time since the loop's start, such as <see cref="Now"/> plus a delay.</param>
    /// <param name="callback">The callback. Callbacks of equal deadlines run in the order of the calls.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public TimerHandle CallAt(TimeSpan when, Action callback, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return _gate == Gate.Open && name is null
            ? new TimerHandle(this, Timers.Add(Nanoseconds.From(when), callback, null))
            : AddTimer(Nanoseconds.From(when), callback, null, name);
    }

    /// <summary>Runs a callback with a state at a time: no closure, no allocation. On the loop's thread only; from others <see cref="Post(Action)"/>. Checked in debug mode.</summary>
    /// <typeparam name="TState">The state's type.</typeparam>
    /// <param name="when">The time since the loop's start.</param>
    /// <param name="callback">The callback.</param>
    /// <param name="state">What it is given.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public TimerHandle CallAt<TState>(TimeSpan when, Action<TState> callback, TState state, string? name = null)
        where TState : class
    {
        ArgumentNullException.ThrowIfNull(callback);
        ArgumentNullException.ThrowIfNull(state);
        return _gate == Gate.Open && name is null
            ? new TimerHandle(this, Timers.Add(Nanoseconds.From(when), callback, state))
            : AddTimer(Nanoseconds.From(when), callback, state, name);
    }

    /// <summary>
    /// Runs a callback every period, on the grid that starts one period from now: it does not drift. A period that was missed is skipped to the
    /// next grid point and counted in <see cref="TimerHandle.MissedPeriods"/>. Among equal deadlines a period counts as scheduled when the one before it ran. On the loop's thread only; from others <see cref="Post(Action)"/>. Checked in debug mode.
    /// </summary>
    /// <param name="period">The period, at least 100 ns.</param>
    /// <param name="callback">The callback.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The period is zero or negative.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public TimerHandle CallEvery(TimeSpan period, Action callback, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return AddPeriodic(period, callback, null, name);
    }

    /// <summary>Runs a callback with a state every period, as <see cref="CallEvery(TimeSpan, Action, string?)"/>. On the loop's thread only; from others <see cref="Post(Action)"/>. Checked in debug mode.</summary>
    /// <typeparam name="TState">The state's type.</typeparam>
    /// <param name="period">The period, at least 100 ns.</param>
    /// <param name="callback">The callback.</param>
    /// <param name="state">What it is given.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The period is zero or negative.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public TimerHandle CallEvery<TState>(TimeSpan period, Action<TState> callback, TState state, string? name = null)
        where TState : class
    {
        ArgumentNullException.ThrowIfNull(callback);
        ArgumentNullException.ThrowIfNull(state);
        return AddPeriodic(period, callback, state, name);
    }

    /// <summary>Runs work in small steps while nothing else is runnable and the frame has time left; see <see cref="LoopOptions.FrameBudget"/>. On the loop's thread only; from others <see cref="Post(Action)"/>. Checked in debug mode.</summary>
    /// <param name="step">Does some of the work, returns soon after <see cref="FrameBudget.Remaining"/> is zero, and says whether there is more to do.</param>
    /// <param name="maxDelay">After this time without a step one runs all the same; null never forces one.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public BackgroundHandle CallInBackground(Func<FrameBudget, bool> step, TimeSpan? maxDelay = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        CheckAccess();
        var work = new BackgroundHandle(this, step, name, maxDelay is { } delay ? Nanoseconds.From(delay) : long.MaxValue)
        {
            LastRunNs = Clock.ReadNs(),
        };
        _background.Add(work);
        _backgroundRestsUntilNs = 0;
        TellForeignLoop();
        return work;
    }

    internal TimerHandle CallAtNs<TState>(long deadlineNs, Action<TState> callback, TState state)
        where TState : class => AddTimer(deadlineNs, callback, state, null);

    internal bool IsCallbackPending(Priority priority, long position)
    {
        CallbackRing lane = LaneOf(priority);
        return lane.IsPending(position, isRunning: lane == _runningLane);
    }

    internal bool CancelCallback(Priority priority, long position)
    {
        CheckAccess("Cancel", evenDisposed: true);
        if (!IsCallbackPending(priority, position))
        {
            return false;
        }

        LaneOf(priority).Cancel(position);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool CancelTimer(long token)
    {
        if (_gate != Gate.Open)
        {
            CheckAccess("Cancel", evenDisposed: true);
        }

        return Timers.Cancel(token);
    }

    // Calls of their own, so that the usual case saves no registers for them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long CallSoonInAnyCase(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return AddCallback(callback, null, Priority.Normal, null, null, call: nameof(CallSoon)).Position;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long CallSoonInAnyCase<TState>(Action<TState> callback, TState state)
        where TState : class?
    {
        ArgumentNullException.ThrowIfNull(callback);
        return AddStateful(callback, state, Priority.Normal, null, nameof(CallSoon)).Position;
    }

    private CallbackHandle AddStateful<TState>(Action<TState> callback, TState state, Priority priority, string? name, [CallerMemberName] string call = "")
        where TState : class? =>
        AddCallback(callback, state, priority, name, null, isStateful: state is null, call);

    private CallbackHandle AddCallback(Delegate callback, object? state, Priority priority, string? name, ExecutionContext? context, bool isStateful = false, [CallerMemberName] string call = "")
    {
        CheckAccess(call);
        if (isStateful)
        {
            state = callback; // a lane takes a null state for "an Action", so this one is called through its own
            callback = s_callWithNull;
        }

        CallbackRing lane = LaneOf(priority);
        long position = name is null && context is null && !IsDebug
            ? lane.Add(callback, state)
            : lane.Add(CallbackRecord.Runner, new CallbackRecord(this, callback, state, name) { Context = context, ScheduledAt = StackNow() });
        TellForeignLoop();
        return new CallbackHandle(this, position, priority);
    }

    private TimerHandle AddTimer(long deadlineNs, object callback, object? state, string? name, [CallerMemberName] string call = "")
    {
        if (_gate != Gate.Open || name is not null)
        {
            CheckAccess(call);
            if (name is not null || IsDebug)
            {
                state = new CallbackRecord(this, callback, state, name) { ScheduledAt = StackNow() };
                callback = CallbackRecord.Runner;
            }
        }

        var handle = new TimerHandle(this, Timers.Add(deadlineNs, callback, state));
        if (_gate != Gate.Open)
        {
            TellForeignLoop();
        }

        return handle;
    }

    private TimerHandle AddPeriodic(TimeSpan period, object callback, object? state, string? name, [CallerMemberName] string call = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        CheckAccess(call);
        long periodNs = Nanoseconds.From(period);
        var record = new PeriodicTimerRecord(this, callback, state, name, periodNs) { ScheduledAt = StackNow() };
        var handle = new TimerHandle(this, Timers.AddPeriodic(Nanoseconds.Deadline(Clock.ReadNs(), periodNs), record));
        TellForeignLoop();
        return handle;
    }

    private static readonly Action<object> s_callWithNull = static callback => Unsafe.As<Action<object?>>(callback)(null);

    // In debug mode: the stack, without the loop's own frames at its top; how many they are depends on what the compiler has inlined.
    private string? StackNow()
    {
        if (!IsDebug)
        {
            return null;
        }

        string stack = new StackTrace(fNeedFileInfo: true).ToString();
        int start = 0;
        for (int end; (end = stack.IndexOf('\n', start)) >= 0 && stack.AsSpan(start, end - start).Contains("Mainspring.MainLoop.", StringComparison.Ordinal); start = end + 1)
        {
        }

        return stack[start..];
    }

    // Throws when the loop is disposed, or, in debug mode, when another thread calls.
    internal void CheckAccess([CallerMemberName] string call = "", bool evenDisposed = false)
    {
        ThrowIfDisposed(IsDisposed && !evenDisposed);
        int owner = Volatile.Read(ref _ownerThread);
        if (IsDebug && owner != 0 && owner != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException(
                $"{call} was called from thread {Environment.CurrentManagedThreadId}; loop '{Name}' runs on thread {owner}. Use Post.");
        }
    }
}
