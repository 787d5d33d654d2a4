using System.Runtime.InteropServices;

namespace Mainspring;

public sealed partial class MainLoop
{
    private int _entered;     // 1: a thread is in Run or Tick
    private int _isDisposing; // 1: a thread is in Dispose, or was
    private bool _isClosing;  // its queue is closed
    private long _runEndNs;   // when Run ends by itself; 0 outside of it
    private bool _isBound;
    private TimeSpan? _hostDelta;
    private long _hostDeadlineNs = long.MaxValue;
    private GuestLoop? _guest;

    /// <summary>Runs the loop until <see cref="Stop"/>.</summary>
    /// <exception cref="InvalidOperationException">The loop runs already, here or on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public void Run() => Run(new RunOptions());

    /// <summary>Runs the loop until <see cref="Stop"/>, or as the options say.</summary>
    /// <param name="options">What else ends it.</param>
    /// <exception cref="InvalidOperationException">The loop runs already, here or on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public void Run(RunOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using Interrupts? interrupts = options.StopOn.Count > 0 ? new Interrupts(this, options.StopOn, _ => Stop()) : null;
        long endNs = options.For is { } time ? Nanoseconds.Deadline(Clock.ReadNs(), Nanoseconds.From(time)) : long.MaxValue;
        bool hasTicked = false;
        RunWhile(
            () =>
            {
                bool hasTime = endNs == long.MaxValue || !hasTicked || Clock.ReadNs() < endNs;
                hasTicked = true;
                return hasTime && !(options.UntilIdle && IsIdle);
            },
            endNs);
    }

    /// <summary>Runs the loop until the task has completed.</summary>
    /// <param name="task">The task; its exception is thrown here.</param>
    /// <exception cref="InvalidOperationException">The loop runs already, or was stopped before the task had completed.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public void RunUntilComplete(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        _ = task.ContinueWith(
            static (_, loop) => ((MainLoop)loop!).Nudge(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        RunWhile(() => !task.IsCompleted, long.MaxValue);
        if (!task.IsCompleted)
        {
            throw new InvalidOperationException($"Loop '{Name}' was stopped before the task had completed.");
        }

        task.GetAwaiter().GetResult();
    }

    /// <summary>Runs the loop until the task has completed, and returns its result.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="task">The task; its exception is thrown here.</param>
    /// <returns>The result.</returns>
    /// <exception cref="InvalidOperationException">The loop runs already, or was stopped before the task had completed.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public T RunUntilComplete<T>(Task<T> task)
    {
        RunUntilComplete((Task)task);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Runs one turn from a foreign loop: everything that is due, however long it takes. It leaves the thread as it found it: its synchronization context, timer slack, policy and signals. In
    /// <see cref="Pacing.Host"/> it is one frame, with the delta measured and no deadline.
    /// </summary>
    /// <param name="maxWait">How long it may block when nothing is runnable; by default not at all. It bounds the waiting, not the work: for a budget see <see cref="TickFrame"/>.</param>
    /// <returns>What the foreign loop is to do next.</returns>
    /// <exception cref="InvalidOperationException">The loop runs already, or belongs to another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public TickResult Tick(TimeSpan maxWait = default) => TickOnce(Nanoseconds.From(maxWait), null, long.MaxValue);

    /// <summary>Runs one turn as one frame of a host: <see cref="Pacing.Host"/> with what the host knows.</summary>
    /// <param name="delta">The time that the frame stands for.</param>
    /// <param name="budget">How long the tick may take: callbacks and background work make room then.</param>
    /// <returns>What the foreign loop is to do next.</returns>
    /// <exception cref="InvalidOperationException">The loop is not in <see cref="Pacing.Host"/>, runs already, or belongs to another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public TickResult TickFrame(TimeSpan delta, TimeSpan budget)
    {
        ThrowIfDisposed(IsDisposed);
        return _frames.IsHosted
            ? TickOnce(0, delta, Nanoseconds.Deadline(Clock.ReadNs(), Nanoseconds.From(budget)))
            : throw new InvalidOperationException($"Loop '{Name}' makes its own frames: TickFrame is for Pacing.Host.");
    }

    /// <summary>
    /// When the loop has something to do next, since its start: now when something is runnable, null when nothing is scheduled. It is exact, but where more
    /// than 1,024 timers are near to each other: then it may be early, never late. To 100 ns, rounded up, so that a tick then finds it due. Prepared sources are asked.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public TimeSpan? NextDeadline
    {
        get
        {
            CheckAccess();
            return AskPreparedSources(DueNs) switch
            {
                0 => Nanoseconds.ToTimeSpan(Clock.ReadNs()),
                long.MaxValue => null,
                long ns => Nanoseconds.ToTimeSpanRoundedUp(ns),
            };
        }
    }

    /// <summary>
    /// A descriptor that becomes readable when <see cref="Tick"/> has something to do: an event, a post, a timer that is due, work left over, a call made between
    /// two ticks; with <see cref="Pacing.FrameLocked"/> a device that is ready leaves it alone until the frame. For the poll(2), epoll(7) or main loop of a host; it is the loop's, so do not read or close it.
    /// Null where the system has none.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public SafeHandle? Descriptor
    {
        get
        {
            CheckAccess();
            SafeHandle? descriptor = _poller.Expose(onlyWakes: _isLockstep);
            _isGuest |= descriptor is not null;
            if (!IsRunning)
            {
                ArmDescriptor();
            }

            return descriptor;
        }
    }

    /// <summary>
    /// Runs the loop as a guest of the calling thread, whose <see cref="SynchronizationContext"/> is that of a user interface or of another message pump: the loop ticks there whenever it has something to do, between
    /// what the host does, and the thread never waits for the loop. Until <see cref="Stop"/>, or <see cref="GuestLoop.Dispose"/>.
    /// </summary>
    /// <param name="host">The host's context; null takes <see cref="SynchronizationContext.Current"/>.</param>
    /// <returns>The guest; its end is <see cref="GuestLoop.Completion"/>.</returns>
    /// <remarks>Inside callbacks of the loop its own context is current, so that what they await goes on in the loop; outside it is the host's. An exception that the loop throws by <see cref="ErrorPolicy.Stop"/>
    /// ends the guest, and goes to the host as that of one of its own callbacks. While a callback of the loop runs a nested pump (a modal dialog), the loop stands still. A virtual clock moves by
    /// <see cref="VirtualClock.Advance"/> or its rate, and does not jump.</remarks>
    /// <exception cref="InvalidOperationException">There is no context that belongs to one thread; or the loop runs, is a guest already, or leaves its frames to the host (<see cref="Pacing.Host"/>).</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public GuestLoop RunAsGuest(SynchronizationContext? host = null)
    {
        CheckAccess();
        host ??= SynchronizationContext.Current;
        if (host is null || host.GetType() == typeof(SynchronizationContext) || host == _context)
        {
            throw new InvalidOperationException($"Loop '{Name}' can be a guest of a thread that has a SynchronizationContext of its own, such as that of a user interface; here is none. Call RunAsGuest there, or use Run.");
        }

        if (IsRunning || _guest is not null || _frames.IsHosted)
        {
            throw new InvalidOperationException(_frames.IsHosted
                ? $"Loop '{Name}' leaves its frames to the host: call TickFrame once per frame."
                : $"RunAsGuest was called while loop '{Name}' {(IsRunning ? "was running" : "is a guest already")}.");
        }

        _poller.Expose(onlyWakes: _isLockstep);
        _isGuest = true;
        _frames.Start(Clock.ReadNs());
        ArmDescriptor();
        return _guest = new GuestLoop(this, host);
    }

    /// <summary>Blocks the guest's helper thread until a tick has something to do, or the guest has ended.</summary>
    internal void WaitForNews() => _poller.WaitForNews();

    /// <summary>A guest has ended: its helper thread stops waiting.</summary>
    internal void EndGuest(GuestLoop guest)
    {
        _ = Interlocked.CompareExchange(ref _guest, null, guest);
        _poller.Wake();
    }

    /// <summary>Makes the calling thread the loop's owner for good: running it on another one throws.</summary>
    /// <exception cref="InvalidOperationException">It belongs to another thread already.</exception>
    public void BindToCurrentThread()
    {
        ThrowIfDisposed(IsDisposed);
        int here = Environment.CurrentManagedThreadId;
        int owner = Interlocked.CompareExchange(ref _ownerThread, here, 0);
        if (owner != 0 && owner != here)
        {
            throw new InvalidOperationException($"Loop '{Name}' belongs to thread {owner}; it cannot be bound to thread {here}.");
        }

        _isBound = true;
    }

    /// <summary>Takes <see cref="BindToCurrentThread"/> back, on a thread that ends. A binding to another thread stays.</summary>
    internal void Unbind()
    {
        if (_isBound && Volatile.Read(ref _ownerThread) == Environment.CurrentManagedThreadId)
        {
            _isBound = false;
            Volatile.Write(ref _ownerThread, 0);
        }
    }

    /// <summary>
    /// Ends the loop, on the calling thread: closes the queue for posts, runs those that were accepted, drops all other callbacks and timers, and detaches the sources. Idempotent.
    /// </summary>
    /// <exception cref="InvalidOperationException">The loop is running.</exception>
    public void Dispose()
    {
        if (IsDisposed || Interlocked.Exchange(ref _isDisposing, 1) != 0)
        {
            return; // done, or another thread is at it
        }

        Scope scope;
        try
        {
            scope = Enter("Dispose");
        }
        catch
        {
            Volatile.Write(ref _isDisposing, 0);
            throw;
        }

        try
        {
            _shared.Posts.Close();
            _isClosing = true;
            RunAcceptedPosts();
            JobTable.CancelAll();
            AbandonTasks();
            AbandonEnumerators();
            AbandonExecutorWork();
            CancelAwaits();
            foreach (SourceHandle source in _sources.All())
            {
                Remove(source);
            }

            CancelAwaits(); // of those that have waited for sources

            DropCallbacks();
            ReportUnseen();
        }
        finally
        {
            Leave(scope);
            _gate |= Gate.Disposed;
            _guest?.Dispose();
            _unclosed?.Dispose();
            _watchdog?.Dispose();
            _poller.Dispose();
            CloseLog();
        }
    }

    private bool IsIdle =>
        !HasCallbacks && Timers.ReferencedCount == 0 && !_sources.HasReferenced && !_sources.HasWoken && _background.Count == 0 && _phases.Count == 0 && JobTable.Referenced == 0 && Volatile.Read(ref _startedCount) == 0 && !_awaits.HasReady && Volatile.Read(ref OutstandingWork) == 0;

    private void RunWhile(Func<bool> goesOn, long endNs)
    {
        if (Volatile.Read(ref _guest) is not null)
        {
            throw new InvalidOperationException($"Run was called while loop '{Name}' is a guest of this thread, which would stand still. It runs by itself; dispose the guest first to run it otherwise.");
        }

        Scope scope = Enter("Run");
        try
        {
            _poller.OwnThread();
            if (_options.RealTime?.CpuAffinity is not null)
            {
                HelperThread.ExpectPinned();
            }

            EnterRealTime();
            _runEndNs = endNs;
            _nowNs = Clock.ReadNs();
            _frames.Resume(_nowNs);
            bool stops;
            do
            {
                stops = IsStopping;
                if (!stops && !goesOn())
                {
                    break;
                }

                RunTick(endNs == long.MaxValue ? long.MaxValue : Math.Max(0, endNs - Clock.ReadNs()));
            }
            while (!stops && !IsStopping);
        }
        finally
        {
            _runEndNs = 0;
            LeaveRealTime();
            _poller.ReleaseThread();
            Volatile.Write(ref _stopRequested, 0);
            Leave(scope);
        }

        ThrowFatal();
    }

    private TickResult TickOnce(long maxWaitNs, TimeSpan? delta, long hostDeadlineNs)
    {
        Scope scope = Enter("Tick");
        bool stopped;
        try
        {
            _nowNs = Clock.ReadNs();
            _frames.Start(_nowNs);
            _hostDelta = delta;
            _hostDeadlineNs = hostDeadlineNs;
            RunTick(maxWaitNs);
        }
        finally
        {
            stopped = Interlocked.Exchange(ref _stopRequested, 0) != 0;
            Leave(scope);
        }

        ThrowFatal();
        return stopped ? new TickResult(TickOutcome.Stopped, default) : AskPreparedSources(DueNs) switch
        {
            0 => new TickResult(TickOutcome.RunAgainNow, default),
            long.MaxValue => new TickResult(TickOutcome.WaitForDescriptor, default),
            long ns => new TickResult(TickOutcome.RunAt, Nanoseconds.ToTimeSpanRoundedUp(ns)),
        };
    }

    private Scope Enter(string call)
    {
        ThrowIfDisposed(IsDisposed);
        int here = Environment.CurrentManagedThreadId;
        if (Interlocked.CompareExchange(ref _entered, 1, 0) != 0)
        {
            throw new InvalidOperationException(IsOnOwnThread
                ? $"{call} was called inside loop '{Name}', which is running; use Stop and return from the callback first."
                : $"{call} was called on thread {here}, but loop '{Name}' is running on thread {_ownerThread}.");
        }

        if (_isBound && _ownerThread != here)
        {
            Volatile.Write(ref _entered, 0);
            throw new InvalidOperationException($"{call} was called on thread {here}, but loop '{Name}' is bound to thread {_ownerThread}.");
        }

        var scope = new Scope(CurrentLoop.Value, SynchronizationContext.Current);
        Volatile.Write(ref _ownerThread, here);
        CurrentLoop.Value = this;
        SynchronizationContext.SetSynchronizationContext(_context);
        _ambient = AmbientContext.Capture();
        Volatile.Write(ref _shared.IsAsleep, 0);
        _gate &= ~Gate.Outside;
        _watchdog?.LoopIsAwake();
        return scope;
    }

    private void Leave(Scope scope)
    {
        _stage = Stage.Outside;
        _runningLane = null;
        _gate |= Gate.Outside;
        CurrentLoop.Value = scope.Loop;
        SynchronizationContext.SetSynchronizationContext(scope.Context);
        if (!_isBound)
        {
            Volatile.Write(ref _ownerThread, 0);
        }

        if (!_isClosing)
        {
            ArmDescriptor();
        }

        Volatile.Write(ref _entered, 0);
    }

    // Between ticks: whoever adds work from now on, here or elsewhere, makes the descriptor readable.
    private void ArmDescriptor()
    {
        if (!_isGuest)
        {
            return;
        }

        Volatile.Write(ref _shared.IsAsleep, 1);
        Interlocked.MemoryBarrier();
        long dueNs = AskPreparedSources(DueNs);
        if (dueNs == 0)
        {
            WakeFromAnywhere();
        }
        else
        {
            _poller.ArmDescriptor(Clock.ToSystemNs(dueNs));
        }
    }

    // After a schedule call outside a tick.
    private void TellForeignLoop()
    {
        // Not asleep means that the descriptor is readable already.
        if (_isGuest && (_gate & Gate.Outside) != 0 && Volatile.Read(ref _shared.IsAsleep) != 0)
        {
            ArmDescriptor();
        }
    }

    private void RunAcceptedPosts()
    {
        while (!_normal.IsEmpty)
        {
            _normal.Peek(out object? callback, out object? state);
            _normal.Skip();
            if (callback is SendOrPostCallback)
            {
                RunPost(callback, state);
            }
        }

        while (_shared.Posts.TryTakeLast(out object? callback, out object? state))
        {
            RunPost(callback!, state);
        }
    }

    // Last, since posts and sources that are detached may have scheduled something.
    private void DropCallbacks()
    {
        _background.Clear();
        _phases.Clear();
        Timers.Clear();
        _urgent.Clear();
        _high.Clear();
        _normal.Clear();
        _low.Clear();
        _idle.Clear();
    }

    private void ThrowFatal()
    {
        if (_fatal is { } fatal)
        {
            _fatal = null;
            fatal.Throw();
        }
    }

    private readonly record struct Scope(MainLoop? Loop, SynchronizationContext? Context);
}
