using System.Diagnostics;

namespace Mainspring;

/// <summary>
/// A main loop: one thread, one clock, one blocking wait. Every tick it takes events, expires timers, runs callbacks, runs the frame that is
/// due, and gives the time that is left to background work. A loop belongs to the thread that runs it; <see cref="Post(Action)"/>,
/// <see cref="TryPost(Action)"/>, <c>Invoke</c>, <c>InvokeAsync</c>, <see cref="Stop"/> and <see cref="SourceContext.Wake"/> may be called from any thread.
/// </summary>
[DebuggerDisplay("{Name}: {_stage}, {Timers.Count} timers, {_sources.Count} sources")]
public sealed partial class MainLoop : IDisposable
{
    // One tick, from top to bottom. Only here the loop waits, and only from here it calls user code.
    private void RunTick(long maxWaitNs)
    {
        int ready = Poll(maxWaitNs);            // block until an event, a post, the next timer or the next frame
        _nowNs = Clock.ReadNs();
        if (_isLockstep && !IsFrameDue)
        {
            return;                             // frame-locked: everything happens in the frame, so nothing before it
        }

        _ticks++;
        _trace = Trace;
        _trace?.Tick(_ticks, Now);
        BeginBudget(_nowNs);
        _stage = Stage.Sources;                 // sources that have something, in turn, each a bounded number
        DispatchSources(ready);

        Timers.MoveDue(_nowNs, _normal);        // what is due joins the ready queue

        _stage = Stage.Ready;                   // what stood there; then what that queued, in rounds
        for (int round = 0; round < _options.MaxRounds && HasCallbacks && !(IsStopping && round > 0); round++)
        {
            if (!RunRound())
            {
                break;                          // a frame is due: the rest keeps its place
            }
        }

        _stage = Stage.Frame;                   // when one is due: the phases in order
        if (IsFrameDue && !IsStopping)
        {
            RunFrame();
        }
        else if (HasTurns && HasTurnWork && !IsStopping)
        {
            RunTurn();                          // without frames, jobs and awaiters wait for turns
        }

        _stage = Stage.Background;              // budgeted steps, one at a time, only while nothing else is runnable
        RunBackground();
        CollectInGap();                         // by GcPolicy: garbage, when there is time for it before the next frame
    }

    // Blocks while nothing is runnable, for at most the given time; returns how many descriptors are ready.
    private int Poll(long maxWaitNs)
    {
        long deadlineNs = AskPreparedSources(maxWaitNs == 0 ? 0 : Math.Min(DueNs, DeadlineIn(maxWaitNs)));
        if (deadlineNs <= _nowNs || MorePostsCome(deadlineNs))
        {
            return _sources.HasPolled || _isGuest ? _poller.Wait(0) : 0;
        }

        _stage = Stage.Waiting;
        Volatile.Write(ref _shared.IsAsleep, 1);
        Interlocked.MemoryBarrier();            // either we see a post here, or its thread sees that we sleep, and wakes us
        int ready = HasNewsToHear ? _poller.Wait(0) : Clock.Wait(_poller, deadlineNs, onlyWakes: _isLockstep);
        Volatile.Write(ref _shared.IsAsleep, 0);
        _stage = Stage.Sources;
        _watchdog?.LoopIsAwake();
        return ready;
    }

    // One round: what stands in the lanes now. What it queues runs in the next round. False when a frame cut it short.
    private bool RunRound()
    {
        _isCut = false;
        (long low, long idle) = (_low.Tail, _idle.Tail);
        if (HasRegularCallbacks)
        {
            (long urgent, long high, long normal, long posts) = (_urgent.Tail, _high.Tail, _normal.Tail, _shared.Posts.Count);
            RunLane(_urgent, urgent);
            RunLane(_high, high);
            RunLane(_normal, normal);
            RunPosts(posts);
            PromotePassedOver(low, idle);
        }
        else if (IsCutDue())
        {
            _isCut = true;
            PromotePassedOver(low, idle);
        }
        else
        {
            RunPatientLanes(low, idle);
        }

        return !_isCut;
    }
}
