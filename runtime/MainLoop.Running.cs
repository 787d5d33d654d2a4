namespace Mainspring;

// What the tick calls: each runs some of the users' code and lets no exception out.
public sealed partial class MainLoop
{
    private const int Batch = 64; // callbacks between two looks at the clock
    private const long BackgroundSliceNs = 50 * Nanoseconds.PerMicrosecond;
    private const long LongestBudgetNs = Nanoseconds.PerMillisecond;

    private long _steps;             // pieces of work outside the lanes that have ended
    private object? _runningSubject; // what of them runs now
    private int _lowPassedOver;
    private int _idlePassedOver;

    /// <summary>The frame that runs now or ran last.</summary>
    public Frame Frame => _frames.Current;

    /// <summary>What became of the frames so far.</summary>
    public FrameStats FrameStats => _frames.Stats;

    /// <summary>Runs a callback in every frame.</summary>
    /// <param name="phase">The phase in which it runs; callbacks of one phase run in the order of the calls.</param>
    /// <param name="callback">The callback; it gets the frame.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="InvalidOperationException">The loop has no frames: it is event-driven.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public FrameHandle OnFrame(FramePhase phase, Action<Frame> callback, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)phase, (uint)FramePhase.Present, nameof(phase));
        CheckAccess();
        if (!_frames.IsPaced && !_frames.IsHosted)
        {
            throw new InvalidOperationException($"Loop '{Name}' has no frames: give it LoopOptions.FrameRate or Pacing.Host, or use CallEvery.");
        }

        var handle = new FrameHandle(phase, callback, name);
        _phases.Add(handle);
        return handle;
    }

    internal void RunFrameCallback(FrameHandle handle, in Frame frame)
    {
        Begin(WorkKind.Frame, handle);
        try
        {
            handle.Callback(frame);
        }
        catch (Exception exception)
        {
            Report(exception, WorkKind.Frame, handle.Name, null);
        }

        End(WorkKind.Frame, handle);
    }

    // A hosted loop's frame is due in every tick.
    private bool IsFrameDue => _frames.IsHosted || (_frames.IsPaced && Clock.ReadNs() >= _frames.NextDeadlineNs);

    // Whether callbacks have to make room: for the frame that is due, or, when all happens in frames, for the next one.
    private bool IsCutDue() => CutNs is var cutNs && cutNs != long.MaxValue && Clock.ReadNs() >= cutNs;

    private long CutNs => _frames.IsHosted ? _hostDeadlineNs : _isLockstep ? _frames.DeadlineAfterNextNs : _frames.NextDeadlineNs;

    // Runs what stands before the given end. One batch runs always, so that no flood of a lane before it, or of frames, starves it.
    private void RunLane(CallbackRing lane, long end)
    {
        while (lane.Head < end)
        {
            RunBatch(lane, Math.Min(end, lane.Head + Batch));
            if (_isCut || IsCutDue())
            {
                _isCut = true;
                return;
            }
        }
    }

    private void RunBatch(CallbackRing lane, long end)
    {
        _runningLane = lane;
        while (lane.Head < end)
        {
            try
            {
                if (Trace is null)
                {
                    lane.RunUntil(end);
                }
                else
                {
                    RunTraced(lane, end);
                }
            }
            catch (Exception exception)
            {
                (object? callback, object? state) = lane.Peek();
                lane.Skip();
                ReportWork(exception, callback, state);
            }
        }

        _runningLane = null;
    }

    private void RunTraced(CallbackRing lane, long end)
    {
        while (lane.Head < end)
        {
            (object? callback, object? state) = lane.Peek();
            var work = new Work(state is TimerQueue ? WorkKind.Timer : WorkKind.Callback, state is TimerQueue timers ? timers.NextDue : WorkName.Subject(callback, state));
            Trace?.Begin(in work);
            try
            {
                lane.RunUntil(lane.Head + 1);
            }
            finally
            {
                Trace?.End(in work);
            }
        }
    }

    private void RunPosts(long count)
    {
        for (int inBatch = 1; count > 0 && _posts.TryTake(out object? callback, out object? state); count--, inBatch++)
        {
            RunPost(callback!, state);
            if (inBatch % Batch == 0 && (_isCut || IsCutDue()))
            {
                _isCut = true;
                return;
            }
        }
    }

    private void RunPost(object callback, object? state)
    {
        object? subject = WorkName.Subject(callback, state);
        Begin(WorkKind.Post, subject);
        try
        {
            CallbackRing.Invoke(callback, state);
        }
        catch (Exception exception)
        {
            ReportWork(exception, callback, state, WorkKind.Post);
        }

        End(WorkKind.Post, subject);
    }

    // Low or Idle: only while nothing else is there and no frame is due, so both are asked before each callback.
    private void RunPatientLane(CallbackRing lane)
    {
        (lane == _low ? ref _lowPassedOver : ref _idlePassedOver) = 0;
        if (lane == _low)
        {
            PassOver(_idle, ref _idlePassedOver);
        }

        for (long end = lane.Tail; lane.Head < end && !_isCut;)
        {
            RunBatch(lane, lane.Head + 1);
            if (HasRegularCallbacks)
            {
                return;
            }

            _isCut = IsCutDue();
        }
    }

    // Patient lanes that had to wait for too many rounds get one batch.
    private void PromotePassedOver()
    {
        PassOver(_low, ref _lowPassedOver);
        PassOver(_idle, ref _idlePassedOver);
    }

    private void PassOver(CallbackRing lane, ref int rounds)
    {
        rounds = lane.IsEmpty ? 0 : rounds + 1;
        if (rounds > _options.PromoteAfter)
        {
            rounds = 0;
            RunBatch(lane, Math.Min(lane.Tail, lane.Head + Batch));
        }
    }

    private void RunFrame()
    {
        Frame frame = _frames.IsHosted
            ? _frames.Begin(_nowNs, _hostDelta, _hostDeadlineNs)
            : _frames.Begin(Clock.ReadNs());
        _phases.Run(this, in frame);
        _frames.End(Clock.ReadNs());
    }

    private void RunBackground()
    {
        if (_background.Count == 0 || IsStopping)
        {
            return;
        }

        long nowNs = Clock.ReadNs();
        long frameEndNs = _frames.IsHosted ? _hostDeadlineNs : _frames.NextDeadlineNs;
        long endNs = frameEndNs == long.MaxValue ? nowNs + LongestBudgetNs : frameEndNs;
        long sliceEndNs = endNs;
        if (!_frames.IsHosted && !_isLockstep)
        {
            // This tick is not all of the frame: it makes room for timers, and soon looks for events again.
            endNs = Math.Min(endNs, Timers.NextDeadlineNs());
            sliceEndNs = Math.Min(endNs, nowNs + BackgroundSliceNs);
        }

        _budget.Begin(nowNs, endNs);
        for (int still = 0; still < Batch;)
        {
            bool hasTime = nowNs < sliceEndNs && !HasCallbacks && !HasNews;
            if (_background.TakeTurn(nowNs, onlyOverdue: !hasTime) is not { } work)
            {
                return;
            }

            RunBackgroundStep(work, nowNs);
            if (!hasTime)
            {
                return;
            }

            long before = nowNs;
            nowNs = Clock.ReadNs();
            still = nowNs == before ? still + 1 : 0; // a virtual clock stands still
        }
    }

    private void RunBackgroundStep(BackgroundHandle work, long nowNs)
    {
        Begin(WorkKind.Background, work);
        try
        {
            BackgroundQueue.Run(work, _budget, nowNs);
        }
        catch (Exception exception)
        {
            Report(exception, WorkKind.Background, work.Name, null);
        }

        End(WorkKind.Background, work);
    }

    // The trace point of work outside the lanes, and what the watchdog sees of it.
    private void Begin(WorkKind kind, object? subject)
    {
        _runningSubject = subject;
        Trace?.Begin(new Work(kind, subject));
    }

    private void End(WorkKind kind, object? subject)
    {
        _runningSubject = null;
        Volatile.Write(ref _steps, _steps + 1);
        Trace?.End(new Work(kind, subject));
    }
}
