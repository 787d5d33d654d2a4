namespace Mainspring;

/// <summary>
/// Several loops, each on a thread of its own, and on Linux on a CPU of its own. They share nothing: a loop gives another one work by its <see cref="MainLoop.Post(Action)"/>, chosen by hand or by a
/// hash. One <see cref="Stop"/> ends all, and so does the failure of one. All members may be called from any thread.
/// </summary>
public sealed class LoopGroup : IDisposable
{
    private static uint s_placed; // how many loops of the process were pinned by groups

    private readonly Lock _lock = new();
    private readonly MainLoop[] _loops;
    private readonly Thread[] _threads;
    private readonly List<Exception> _failures = [];
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private bool _isStarted;
    private bool _isDisposed;

    /// <summary>Makes the loops. They run once the group is started.</summary>
    /// <param name="options">How many, and which; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is to be less than one loop; or options of a loop are out of range.</exception>
    public LoopGroup(LoopGroupOptions? options = null)
    {
        options ??= new LoopGroupOptions();
        int count = options.Count ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(options));
        int[] cpus = options.Pin && OperatingSystem.IsLinux() ? NextCpus(Linux.CpuMask.Of(Environment.ProcessId)?.Cpus ?? [], Environment.ProcessorCount, count, ref s_placed) : [];
        _loops = new MainLoop[count];
        _threads = new Thread[count];
        try
        {
            for (int i = 0; i < count; i++)
            {
                LoopOptions one = options.Options(i);
                _loops[i] = new MainLoop(one with { Name = $"{one.Name}-{i}", RealTime = Placed(one.RealTime, cpus, i) });
                _threads[i] = new Thread(RunLoop) { Name = $"{one.Name}-{i}" };
            }
        }
        catch
        {
            DisposeLoops();
            throw;
        }
    }

    /// <summary>The loops, by their numbers.</summary>
    public IReadOnlyList<MainLoop> Loops => _loops;

    /// <summary>A loop by its number, from 0.</summary>
    /// <param name="number">The number.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such loop.</exception>
    public MainLoop this[int number] => _loops[number];

    /// <summary>
    /// Completes when all loops have ended after <see cref="Stop"/>; with an <see cref="AggregateException"/> when one has failed: its <see cref="LoopOptions.ErrorPolicy"/> is to stop, or it could not run.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>
    /// The loop for a hash: always the same one, so that what belongs to one key stays on one thread and in order. Nearby hashes go to different loops.
    /// </summary>
    /// <param name="hash">Of any quality, an id for example.</param>
    /// <returns>One of the loops.</returns>
    public MainLoop LoopFor(int hash) => _loops[(int)(((ulong)((uint)hash * 0x9E3779B1) * (ulong)_loops.Length) >> 32)];

    /// <summary>Starts the threads. What was posted before runs first.</summary>
    /// <exception cref="InvalidOperationException">The group was started before.</exception>
    /// <exception cref="ObjectDisposedException">The group was disposed.</exception>
    public void Start()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_isStarted)
            {
                throw new InvalidOperationException("The group of loops was started before. A group runs once; make another one.");
            }

            _isStarted = true;
            _running = _threads.Length;
            for (int i = 0; i < _threads.Length; i++)
            {
                _threads[i].Start(_loops[i]);
            }
        }
    }

    /// <summary>Queues a callback in every loop, in this one's number order. Its argument is the loop that runs it.</summary>
    /// <param name="callback">The callback.</param>
    /// <exception cref="ObjectDisposedException">The group was disposed.</exception>
    public void PostToAll(Action<MainLoop> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Array.ForEach(_loops, loop => loop.Post(callback, loop));
    }

    /// <summary>Ends all loops, as <see cref="MainLoop.Stop"/> does. A group that was not started ends as soon as it has begun.</summary>
    public void Stop() => Array.ForEach(_loops, static loop => loop.Stop());

    /// <summary>Blocks until all loops have ended.</summary>
    /// <exception cref="AggregateException">Loops have failed, with what ended each of them.</exception>
    /// <exception cref="InvalidOperationException">The calling thread is one of the group's own, and would wait for itself; or the group was not started.</exception>
    public void Wait()
    {
        Join(nameof(Wait));
        lock (_failures)
        {
            if (_failures.Count > 0)
            {
                throw new AggregateException(_failures);
            }
        }
    }

    /// <summary>Stops the loops, waits until they have ended, and disposes them: posts that they have accepted run, on the calling thread. Idempotent.</summary>
    /// <exception cref="InvalidOperationException">The calling thread is one of the group's own, and would wait for itself.</exception>
    /// <exception cref="AggregateException">Loops could not be disposed, with the reason of each: a program runs one by itself, or has bound it to a thread of its own. All others are.</exception>
    public void Dispose()
    {
        CheckForeign(nameof(Dispose));
        bool isStarted;
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            (_isDisposed, isStarted) = (true, _isStarted);
        }

        Stop();
        if (isStarted)
        {
            Join(nameof(Dispose));
        }

        _completion.TrySetResult(); // of a group that never ran
        DisposeLoops();
    }

    /// <summary>
    /// The CPUs of a group's loops, behind those of the group before; none when there are more loops than CPUs, or when a quota gives the process the time of fewer than it may use: then it would have
    /// its loops, and those of its neighbours theirs, on the same few.
    /// </summary>
    /// <param name="allowed">The CPUs that the process may use.</param>
    /// <param name="processors">How many the framework counts: a quota makes them fewer.</param>
    /// <param name="count">The group's loops.</param>
    /// <param name="placed">How many were placed before; counts on.</param>
    internal static int[] NextCpus(int[] allowed, int processors, int count, ref uint placed)
    {
        if (allowed.Length < count || processors < allowed.Length)
        {
            return [];
        }

        var cpus = new int[count];
        int first = (int)((Interlocked.Add(ref placed, (uint)count) - (uint)count) % (uint)allowed.Length);
        for (int i = 0; i < count; i++)
        {
            cpus[i] = allowed[(first + i) % allowed.Length];
        }

        return cpus;
    }

    private static RealTimeOptions? Placed(RealTimeOptions? realTime, int[] cpus, int number)
    {
        if (cpus.Length == 0 || realTime?.CpuAffinity is not null)
        {
            return realTime;
        }

        // Alone it asks for nothing that needs a privilege, and a system that refuses costs speed only.
        realTime ??= new RealTimeOptions { Policy = SchedulingPolicy.Unchanged, StackToTouch = 0, Required = false };
        return realTime with { CpuAffinity = [cpus[number]] };
    }

    private void RunLoop(object? argument)
    {
        var loop = (MainLoop)argument!;
        try
        {
            loop.Run();
        }
        catch (Exception exception)
        {
            lock (_failures)
            {
                _failures.Add(exception);
            }
        }
        finally
        {
            loop.Unbind(); // its thread ends, and another one disposes it
        }

        Stop(); // one for all
        if (Interlocked.Decrement(ref _running) == 0)
        {
            Complete();
        }
    }

    private void Complete()
    {
        lock (_failures)
        {
            if (_failures.Count > 0)
            {
                _completion.TrySetException(new AggregateException(_failures));
                _ = _completion.Task.Exception; // Wait throws it, so nobody has to look here
            }
            else
            {
                _completion.TrySetResult();
            }
        }
    }

    private void Join(string call)
    {
        if (!_isStarted)
        {
            throw new InvalidOperationException($"{call} was called for a group of loops that was not started.");
        }

        CheckForeign(call);
        lock (_lock)
        {
            // Start has started them all.
        }

        Array.ForEach(_threads, static thread => thread.Join());
    }

    private void CheckForeign(string call)
    {
        if (Array.IndexOf(_threads, Thread.CurrentThread) >= 0)
        {
            throw new InvalidOperationException($"{call} was called on the thread of loop '{Thread.CurrentThread.Name}', which would wait for itself. Call Stop here, and {call} on the thread that made the group.");
        }
    }

    private void DisposeLoops()
    {
        List<Exception>? failures = null;
        foreach (MainLoop? loop in _loops)
        {
            try
            {
                loop?.Dispose();
            }
            catch (Exception exception)
            {
                (failures ??= []).Add(exception);
            }
        }

        if (failures is not null)
        {
            throw new AggregateException(failures);
        }
    }
}
