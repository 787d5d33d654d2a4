namespace Mainspring;

// The calls that any thread may make.
public sealed partial class MainLoop
{
    private const long FloodNs = 12 * Nanoseconds.PerMicrosecond;
    private const long FloodPauseNs = 4 * Nanoseconds.PerMicrosecond;

    private bool _isFlooded; // a full batch of posts came since the loop last looked for more

    private static readonly Action s_nothing = static () => { };

    private long _lostContinuations;
    private long _wakes;

    /// <summary>Runs a callback on the loop's thread, in a next round: the thread-safe <see cref="CallSoon(Action)"/>. Wakes the loop; wake-ups coalesce.
    /// The posts of one thread run in its order. A post that was accepted runs, before the end of <see cref="Dispose"/> at the latest.</summary>
    /// <param name="callback">The callback.</param>
    /// <exception cref="ObjectDisposedException">The loop was disposed; the callback will not run.</exception>
    public void Post(Action callback) => ThrowIfDisposed(!TryPost(callback));

    /// <summary>Runs a callback with a state on the loop's thread: no closure, no allocation (but for calls on the loop's own thread). Otherwise as <see cref="Post(Action)"/>.</summary>
    /// <typeparam name="TState">The state's type.</typeparam>
    /// <param name="callback">The callback.</param>
    /// <param name="state">What it is given.</param>
    /// <exception cref="ObjectDisposedException">The loop was disposed; the callback will not run.</exception>
    public void Post<TState>(Action<TState> callback, TState state)
        where TState : class => ThrowIfDisposed(!TryPost(callback, state));

    /// <summary>As <see cref="Post(Action)"/>, without the exception.</summary>
    /// <param name="callback">The callback.</param>
    /// <returns>False when the loop was disposed; the callback will not run then.</returns>
    public bool TryPost(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return IsOnOwnThread ? TryPostHere(LoopSynchronizationContext.RunAction, callback) : TryAddPost(callback, null);
    }

    /// <summary>As <see cref="Post{TState}(Action{TState}, TState)"/>, without the exception.</summary>
    /// <typeparam name="TState">The state's type.</typeparam>
    /// <param name="callback">The callback.</param>
    /// <param name="state">What it is given.</param>
    /// <returns>False when the loop was disposed; the callback will not run then.</returns>
    public bool TryPost<TState>(Action<TState> callback, TState state)
        where TState : class
    {
        ArgumentNullException.ThrowIfNull(callback);
        ArgumentNullException.ThrowIfNull(state);
        return IsOnOwnThread ? TryPostHere(callback, state) : TryAddPost(callback, state);
    }

    /// <summary>Runs a function on the loop's thread and waits for its result. Needs a loop that runs, ticks or will be disposed.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="function">The function; its exception is thrown here.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="InvalidOperationException">Called on the loop's own thread, which cannot wait for itself.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public T Invoke<T>(Func<T> function)
    {
        if (IsOnOwnThread || Volatile.Read(ref _ownerThread) == Environment.CurrentManagedThreadId) // the latter: another loop runs inside this one
        {
            throw new InvalidOperationException($"Invoke waits for loop '{Name}', and was called on its own thread: call the function directly, or use InvokeAsync.");
        }

        return InvokeAsync(function).GetAwaiter().GetResult();
    }

    /// <summary>Runs an action on the loop's thread and waits for its end; as <see cref="Invoke{T}(Func{T})"/>.</summary>
    /// <param name="action">The action; its exception is thrown here.</param>
    /// <exception cref="InvalidOperationException">Called on the loop's own thread, which cannot wait for itself.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public void Invoke(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        Invoke(() =>
        {
            action();
            return true;
        });
    }

    /// <summary>Runs a function on the loop's thread and gives its result as a task. What awaits the task never runs inside the function's call.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="function">The function; its exception becomes the task's.</param>
    /// <param name="cancellationToken">Cancels the task as long as the function has not begun.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public Task<T> InvokeAsync<T>(Func<T> function, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        var invocation = new Invocation<T>(function, cancellationToken);
        if (!TryPost(static invocation => invocation.Run(), invocation))
        {
            invocation.Release();
            ThrowDisposed();
        }

        return invocation.Task;
    }

    /// <summary>Runs an action on the loop's thread and gives its end as a task; as <see cref="InvokeAsync{T}(Func{T}, CancellationToken)"/>.</summary>
    /// <param name="action">The action.</param>
    /// <param name="cancellationToken">Cancels the task as long as the action has not begun.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public Task InvokeAsync(Action action, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        return InvokeAsync(
            () =>
            {
                action();
                return true;
            },
            cancellationToken);
    }

    /// <summary>Ends <c>Run</c> after the present round, or, when the loop does not run, the next <c>Run</c> after one tick without blocking. What is queued stays. Any thread.</summary>
    public void Stop()
    {
        Volatile.Write(ref _stopRequested, 1);
        WakeFromAnywhere();
    }

    /// <summary>Queues a continuation of the loop's synchronization context.</summary>
    internal void PostContinuation(SendOrPostCallback callback, object state)
    {
        if (IsOnOwnThread && _isClosing)
        {
            _ended.Add(callback, state); // Dispose runs it: the exception of an async void method that it cancels must not end the process
        }
        else if (IsOnOwnThread ? !TryPostHere(callback, state) : !TryAddPost(callback, state))
        {
            LoseContinuation(callback, state);
        }
    }

    private void LoseContinuation(SendOrPostCallback callback, object state)
    {
        Interlocked.Increment(ref _lostContinuations);
        ThreadPool.UnsafeQueueUserWorkItem(new LostContinuation(callback, state), preferLocal: false);
    }

    private sealed class LostContinuation(SendOrPostCallback callback, object state) : IThreadPoolWorkItem
    {
        public void Execute() => callback(state);
    }

    /// <summary>Has the loop look again at what another thread has changed.</summary>
    internal void Nudge()
    {
        if (!IsRunning)
        {
            if (_isGuest)
            {
                WakeFromAnywhere(); // its host ticks it
            }
        }
        else if (!IsOnOwnThread)
        {
            _ = TryAddPost(s_nothing, null); // a disposed loop looks at nothing
        }
    }

    /// <summary>How often the loop was woken: once for many posts that come while it sleeps.</summary>
    internal long Wakes => Interlocked.Read(ref _wakes);

    internal void WakeFromAnywhere()
    {
        Interlocked.MemoryBarrier();
        WakeIfAsleep();
    }

    internal void WakeSource(SourceHandle source)
    {
        if (Interlocked.Exchange(ref source.Woken, 1) == 0)
        {
            _sources.AddWoken(source);
            WakeFromAnywhere();
        }
    }

    private bool TryAddPost(object callback, object? state)
    {
        if (!_shared.Posts.TryAdd(callback, state))
        {
            return false;
        }

        WakeIfAsleep(); // the queue's fence stands before it
        return true;
    }

    // After a full batch of posts the next ones are most likely on their way. If the loop slept now, their thread would have to wake it, and the posts behind the first would wait. So it looks for them, about as
    // long as that would take: 12 us. And never at once: a loop that has caught up takes the line that is written from its writer with every look, and comes to more when it waits for a few.
    private bool MorePostsCome(long deadlineNs)
    {
        if (!_isFlooded || HasNewsToHear)
        {
            return _isFlooded;
        }

        _isFlooded = false;
        long nowNs = Clock.ReadNs(), endNs = nowNs + FloodNs;
        if (Environment.ProcessorCount == 1 || _isLockstep || Clock is not MonotonicClock || deadlineNs < endNs + FloodNs)
        {
            return false;
        }

        do
        {
            nowNs = PreciseWait.SpinUntil(Clock, nowNs + FloodPauseNs);
        }
        while (nowNs < endNs && !HasNewsToHear);

        return HasNewsToHear;
    }

    private void WakeIfAsleep()
    {
        if (Volatile.Read(ref _shared.IsAsleep) != 0 && Interlocked.Exchange(ref _shared.IsAsleep, 0) != 0)
        {
            Interlocked.Increment(ref _wakes);
            _poller.Wake(); // the first of many that come while it sleeps
        }
    }

    // On the loop's own thread a post keeps its place among the callbacks, and behind this thread's posts from before it was the loop's. Its type
    // tells Dispose that it was accepted.
    private bool TryPostHere(SendOrPostCallback callback, object state)
    {
        if (_isClosing || !_shared.Posts.IsEmpty)
        {
            return TryAddPost(callback, state);
        }

        _normal.Add(callback, state);
        return true;
    }

    // A method of its own, so that only this path has a closure.
    private bool TryPostHere<TState>(Action<TState> callback, TState state) =>
        TryPostHere(LoopSynchronizationContext.RunAction, () => callback(state));

    private sealed class Invocation<T> : TaskCompletionSource<T>
    {
        private readonly Func<T> _function;
        private readonly CancellationToken _token;
        private readonly CancellationTokenRegistration _registration;
        private int _isTaken; // 1: the function runs or has run, or was cancelled before

        public Invocation(Func<T> function, CancellationToken cancellationToken)
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            _function = function;
            _token = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static invocation => ((Invocation<T>)invocation!).Cancel(), this);
        }

        public void Release() => _registration.Dispose();

        public void Run()
        {
            Release();
            if (Interlocked.Exchange(ref _isTaken, 1) != 0)
            {
                return;
            }

            try
            {
                SetResult(_function());
            }
            catch (OperationCanceledException exception)
            {
                SetCanceled(exception.CancellationToken);
            }
            catch (Exception exception)
            {
                SetException(exception);
            }
        }

        private void Cancel()
        {
            if (Interlocked.Exchange(ref _isTaken, 1) == 0)
            {
                SetCanceled(_token);
            }
        }
    }
}
