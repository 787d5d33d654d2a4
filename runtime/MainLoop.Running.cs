namespace Mainspring;

// What the tick calls: each runs some of the users' code and lets no exception out.
public sealed partial class MainLoop
{
    private const int Batch = 64; // callbacks between two looks at the clock, at the most
    private const long TurnNs = 20 * Nanoseconds.PerMicrosecond;
    private const long BackgroundSliceNs = 50 * Nanoseconds.PerMicrosecond;
    private const long LongestBudgetNs = Nanoseconds.PerMillisecond;

    private long _steps;             // pieces of work outside the lanes that have ended
    private object? _runningSubject; // what of them runs now
    private long _backgroundRestsUntilNs; // it has had its steps, and the clock stands still
    private int _lowPassedOver;
    private int _idlePassedOver;

    internal void RunFrameCallback(FrameHandle handle, in Frame frame)
    {
        object? outer = Begin(WorkKind.Frame, handle);
        try
        {
            handle.Callback(frame);
        }
        catch (Exception exception)
        {
            Report(exception, WorkKind.Frame, handle.Name, null);
        }

        _ambient.Restore();
        End(WorkKind.Frame, handle, outer);
    }

    // A hosted loop's frame is due in every tick.
    private bool IsFrameDue => _frames.IsHosted || (_frames.IsPaced && Clock.ReadNs() >= _frames.NextDeadlineNs - LeadNs);

    // Whether callbacks have to make room: for the frame that is due, or, when all happens in frames, for the next one.
    internal bool IsCutDue() => CutNs is var cutNs && cutNs != long.MaxValue && Clock.ReadNs() >= cutNs;

    private long CutNs => _frames.IsHosted ? _hostDeadlineNs : _isLockstep ? _frames.DeadlineAfterNextNs : _frames.NextDeadlineNs;

    // Runs what stands before the given end, unless a frame is due.
    private void RunLane(CallbackRing lane, long end)
    {
        if (lane.Head == end)
        {
            return;
        }

        Turn turn = BeginTurn();
        do
        {
            long batch = Math.Min(end - lane.Head, turn.Batch);
            RunBatch(lane, lane.Head + batch);
            turn.Ran += batch;
        }
        while (!IsOver(ref turn) && lane.Head < end);
    }

    private Turn BeginTurn() => CutNs == long.MaxValue ? new Turn { Batch = int.MaxValue } : new Turn { Batch = 1, StartNs = Clock.ReadNs() };

    // A frame that is due ends a lane's turn after 64 callbacks or 20 us: so much each lane has in every round, and nothing starves it. The clock is
    // looked at after 1, 2, 4 … 64 callbacks, and after each when they are slow, so that slow ones make no frame late.
    private bool IsOver(ref Turn turn)
    {
        long cutNs = CutNs;
        if (cutNs == long.MaxValue)
        {
            return false;
        }

        long tookNs = Clock.ReadNs() - turn.StartNs;
        turn.Batch = tookNs - turn.LookedNs > TurnNs ? 1 : Math.Min(turn.Batch * 2, Batch);
        turn.LookedNs = tookNs;
        _isCut |= turn.StartNs + tookNs >= cutNs;
        return _isCut && (turn.Ran >= Batch || tookNs >= TurnNs);
    }

    private void RunBatch(CallbackRing lane, long end)
    {
        while (lane.Head < end)
        {
            _runningLane = lane;
            try
            {
                if (_trace is null)
                {
                    lane.RunUntil(end, in _ambient);
                }
                else
                {
                    RunTraced(lane, end, _trace);
                }
            }
            catch (Exception exception)
            {
                lane.Peek(out object? callback, out object? state);
                lane.Skip();
                _runningLane = null; // the handler may cancel the next one, which does not run yet
                ReportWork(exception, callback, state, lane == _taken ? KindOfPost(callback) : WorkKind.Callback);
                Timers.EndRun();
            }

            _ambient.Restore();
        }

        _runningLane = null;
    }

    private void RunTraced(CallbackRing lane, long end, LoopTrace trace)
    {
        while (lane.Head < end)
        {
            lane.Peek(out object? callback, out object? state);
            object? subject = state is TimerQueue timers ? timers.NextDue : WorkName.Subject(callback, state);
            if (subject is null || CallbackRing.IsCancelled(subject))
            {
                lane.RunUntil(lane.Head + 1, in _ambient); // was cancelled: runs nothing
                continue;
            }

            var work = new Work(KindOf(callback, state), subject);
            trace.Begin(in work);
            try
            {
                lane.RunUntil(lane.Head + 1, in _ambient);
            }
            finally
            {
                trace.End(in work);
            }
        }
    }

    private static WorkKind KindOf(object? callback, object? state) => state switch
    {
        TimerQueue { IsNextDueAwait: true } => WorkKind.Await,
        TimerQueue => WorkKind.Timer,
        _ => ReferenceEquals(callback, Continuation.Runner) ? WorkKind.Await : WorkKind.Callback,
    };

    private void RunPosts(long count)
    {
        if (count == 0)
        {
            return;
        }

        Turn turn = BeginTurn();
        do
        {
            int batch = _shared.Posts.MoveTo(_taken, (int)Math.Min(count, Math.Min(turn.Batch, Batch)));
            if (batch == 0)
            {
                return; // the next one is being published: its thread wakes the loop
            }

            RunTaken();
            _isFlooded |= batch == Batch;
            turn.Ran += batch;
            count -= batch;
        }
        while (!IsOver(ref turn) && count > 0);
    }

    private void RunTaken()
    {
        if (_trace is null && !IsDebug)
        {
            RunBatch(_taken, _taken.Tail);
            return;
        }

        while (!_taken.IsEmpty)
        {
            _taken.Peek(out object? callback, out object? state);
            _taken.Skip();
            RunPost(callback!, state);
        }
    }

    private static WorkKind KindOfPost(object? callback) => ReferenceEquals(callback, Continuation.Runner) ? WorkKind.Await : WorkKind.Post;

    private void RunPost(object callback, object? state)
    {
        object? subject = WorkName.Subject(callback, state);
        WorkKind kind = KindOfPost(callback);
        object? outer = Begin(kind, subject);
        long startNs = IsDebug && kind == WorkKind.Post ? Clock.ReadNs() : NotTimed;
        try
        {
            CallbackRing.Invoke(callback, state);
        }
        catch (Exception exception)
        {
            ReportWork(exception, callback, state, kind);
        }

        if (startNs != NotTimed)
        {
            ReportIfSlow(subject!, startNs);
        }

        _ambient.Restore();
        End(kind, subject, outer);
    }

    // Low, or Idle where there is no Low: what stands before the given ends.
    private void RunPatientLanes(long lowEnd, long idleEnd)
    {
        if (_low.IsEmpty)
        {
            _idlePassedOver = 0;
            RunPatientLane(_idle, idleEnd);
        }
        else
        {
            _lowPassedOver = 0;
            PassOver(_idle, idleEnd, ref _idlePassedOver);
            RunPatientLane(_low, lowEnd);
        }
    }

    // Only while nothing else is there and no frame is due, so both are asked before each callback.
    private void RunPatientLane(CallbackRing lane, long end)
    {
        while (lane.Head < end && !_isCut && !HasRegularCallbacks && (lane == _low || _low.IsEmpty))
        {
            RunBatch(lane, lane.Head + 1);
            _isCut = IsCutDue();
        }
    }

    // Patient lanes that had to wait for too many rounds get one batch of what stood there when the round began.
    private void PromotePassedOver(long lowEnd, long idleEnd)
    {
        PassOver(_low, lowEnd, ref _lowPassedOver);
        PassOver(_idle, idleEnd, ref _idlePassedOver);
    }

    private void PassOver(CallbackRing lane, long end, ref int rounds)
    {
        rounds = lane.Head < end ? rounds + 1 : 0;
        if (rounds > _options.PromoteAfter)
        {
            rounds = 0;
            RunLane(lane, Math.Min(end, lane.Head + Batch));
        }
    }

    private void RunFrame()
    {
        _frameCollections.BeginFrame();
        JobTable.BeginFrame();
        _awaits.BeginFrame();
        long startNs = _frames.IsHosted ? _nowNs
            : LeadNs > 0 ? _nowNs = PreciseWait.SpinUntil(Clock, _frames.NextDeadlineNs) // as late as can be: what comes before may find its code and data in no cache
            : Clock.ReadNs();
        Frame frame = _frames.IsHosted ? _frames.Begin(startNs, _hostDelta, _hostDeadlineNs) : _frames.Begin(startNs);
        _fixedSteps.BeginFrame(_game.DeltaNs, _game.IsSingleStep);
        BeginBudget(Nanoseconds.From(frame.Start));
        _isInFrame = true;
        _phases.Run(this, in frame, _frames.GridNs);
        _isInFrame = false;
        _frames.End(Clock.ReadNs());
        _frameCollections.EndFrame(frame.Index);
    }

    private void RunBackground()
    {
        if (_background.Count == 0 || IsStopping)
        {
            return;
        }

        long nowNs = Clock.ReadNs();
        long frameEndNs = _frames.IsHosted ? _hostDeadlineNs : _frames.NextDeadlineNs;
        long endNs = Math.Min(frameEndNs == long.MaxValue ? nowNs + LongestBudgetNs : frameEndNs, _frames.BudgetEndNs);
        if (nowNs >= _frames.BudgetEndNs)
        {
            _backgroundRestsUntilNs = frameEndNs; // the next frame has a budget of its own
        }

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
            bool hasTime = nowNs < sliceEndNs && !HasCallbacks && !HasNews && !_sources.HasWorkLeft;
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

        _backgroundRestsUntilNs = endNs; // so time has to pass before there is more to do
    }

    private void RunBackgroundStep(BackgroundHandle work, long nowNs)
    {
        _budget.BeginStep();
        object? outer = Begin(WorkKind.Background, work);
        try
        {
            BackgroundQueue.Run(work, _budget, nowNs);
        }
        catch (Exception exception)
        {
            Report(exception, WorkKind.Background, work.Name, null);
        }

        _ambient.Restore();
        End(WorkKind.Background, work, outer);
    }

    /// <summary>What every piece of work finds on the thread.</summary>
    internal AmbientContext Ambient => _ambient;

    /// <summary>Undoes what a piece of work has left behind on the thread.</summary>
    internal void RestoreAmbient() => _ambient.Restore();

    // The trace point of work outside the lanes, and what the watchdog sees of it.
    private object? Begin(WorkKind kind, object? subject)
    {
        object? outer = _runningSubject; // a source is attached within another piece of work
        _runningSubject = subject;
        _trace?.Begin(new Work(kind, subject));
        return outer;
    }

    private void End(WorkKind kind, object? subject, object? outer)
    {
        _runningSubject = outer;
        Volatile.Write(ref _steps, _steps + 1);
        _trace?.End(new Work(kind, subject));
    }

    // How far a lane is in its turn of a round.
    private struct Turn
    {
        public long StartNs;
        public long LookedNs; // the last look at the clock, since the start
        public long Ran;
        public int Batch;     // callbacks until the next look
    }
}
