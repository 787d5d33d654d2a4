namespace Mainspring;

public sealed partial class MainLoop
{
    private SourceHandle? _dispatching;
    private bool _isAsking; // prepared sources

    /// <summary>Adds a source and attaches it.</summary>
    /// <param name="source">The source.</param>
    /// <param name="retry">What becomes of it when it fails; null is <see cref="RetryPolicy.Default"/>.</param>
    /// <returns>The source as its user sees it: handlers, counters, removal.</returns>
    /// <exception cref="IOException">The device is not there or refuses (unless <see cref="RetryPolicy.RetryFirstAttach"/>), or its descriptor cannot be watched.</exception>
    /// <exception cref="InvalidOperationException">The source is in this loop already; or a real descriptor on a virtual clock without <see cref="VirtualClock.AutojumpThreshold"/>.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public SourceHandle Add(IEventSource source, RetryPolicy? retry = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        CheckAccess();
        ThrowIfDisposed(_isClosing);
        SourceHandle handle = _sources.Add(this, source, retry ?? RetryPolicy.Default);
        try
        {
            Attach(handle);
        }
        catch (Exception exception)
        {
            if (handle.Retry.RetryFirstAttach)
            {
                handle.Failures.Count(exception);
                handle.Failures.LastAttachMessage = exception.Message;
                Log.Write(LogSeverity.Warning, Name, $"{handle.Name} is not there yet: {exception.Message}");
                ScheduleRetry(handle);
            }
            else
            {
                Remove(handle);
                throw;
            }
        }

        TellForeignLoop();
        return handle;
    }

    /// <summary>The trace of this tick, which hears of everything or nothing in it.</summary>
    internal LoopTrace? TickTrace => _trace;

    internal void SetInterest(SourceHandle source, PollEvents interest)
    {
        if (source.IsPolled)
        {
            _poller.Modify(source.Key, Watchable(interest));
        }
    }

    internal void Remove(SourceHandle source)
    {
        CheckAccess("Remove", evenDisposed: true);
        if (source.State == SourceState.Removed)
        {
            return;
        }

        source.FailuresSoFar?.RetryTimer.Cancel();
        Detach(source, SourceState.Removed);
        _sources.Remove(source);
        source.OnRemoved();
    }

    internal void Disconnect(SourceHandle source)
    {
        source.IsDisconnecting = true;
        if (_dispatching != source && !source.IsAttaching)
        {
            DetachForRetry(source);
        }
    }

    internal void RetryNow(SourceHandle source)
    {
        CheckAccess(nameof(RetryNow), evenDisposed: true);
        if (source.State == SourceState.Attached || source.IsAttaching)
        {
            source.IsRetryWanted = true;
        }
        else if (source.State != SourceState.Removed)
        {
            source.Failures.RetryTimer.Cancel();
            source.Failures.Attempts = 0;
            source.Failures.RetryDelayNs = 0;
            source.IsRetryWanted = false;
            source.State = SourceState.WaitingToRetry;
            ScheduleTry(source, Clock.ReadNs());
        }
    }

    private void Attach(SourceHandle handle)
    {
        var context = new SourceContext(handle);
        handle.Context = context;
        handle.IsDisconnecting = false;
        handle.IsAttaching = true;
        var ambient = AmbientContext.Capture(); // the caller's: this may be in the middle of a callback, or outside of the loop
        object? outer = Begin(WorkKind.Source, handle);
        try
        {
            handle.Source.Attach(context);
            if (handle.Source is IPollableSource pollable && !(pollable is IPreparedSource && pollable.Handle.IsInvalid))
            {
                if (!Clock.AllowsDescriptors)
                {
                    throw new InvalidOperationException(
                        $"{handle.Name} has a real descriptor, and loop '{Name}' a virtual clock: set VirtualClock.AutojumpThreshold to say how long the loop waits for real events, or use a simulated source.");
                }

                _poller.Add(handle.Key, pollable.Handle, Watchable(pollable.Interest), handle.Name);
                handle.IsPolled = true;
                _sources.PolledCount++;
            }
        }
        catch
        {
            handle.Context = null;
            Release(handle);
            throw;
        }
        finally
        {
            handle.IsAttaching = false;
            ambient.Restore();
            End(WorkKind.Source, handle, outer);
        }

        if (handle.State == SourceState.Removed)
        {
            Release(handle); // a handler has removed it while it attached
            return;
        }

        handle.State = SourceState.Attached;
        handle.HasEnded &= handle.IsDisconnecting; // or within this attach
        handle.AttachedNs = Clock.ReadNs();
        handle.CountsAtAttach = (handle.BytesCount, handle.EventCount);
        handle.AttachCount++;
        if (handle.Source is IPreparedSource)
        {
            _sources.AddPrepared(handle);
        }

        if (handle.IsDisconnecting)
        {
            DetachForRetry(handle); // it has seen its device vanish while it attached
        }
    }

    // Prepared sources say whether they have something, and how long the loop may sleep.
    private long AskPreparedSources(long intendedNs)
    {
        SourceHandle[] prepared = _sources.Prepared;
        if (prepared.Length == 0 || _isAsking)
        {
            return intendedNs; // one that is being asked may schedule something, or read NextDeadline
        }

        _isAsking = true;
        var ambient = AmbientContext.Capture();
        long deadlineNs = intendedNs;
        foreach (SourceHandle handle in prepared)
        {
            if (handle.State != SourceState.Attached) // one before it has removed it
            {
                continue;
            }

            long nowNs = Clock.ReadNs();
            TimeSpan wait = deadlineNs == long.MaxValue ? TimeSpan.MaxValue : Nanoseconds.ToTimeSpan(Math.Max(0, deadlineNs - nowNs));
            TimeSpan before = wait;
            bool isReady = false;
            _runningSubject = handle; // for the watchdog; a trace would hear of it in every tick
            try
            {
                isReady = ((IPreparedSource)handle.Source).Prepare(ref wait);
            }
            catch (Exception exception)
            {
                Fail(handle, exception);
            }
            finally
            {
                _runningSubject = null;
                ambient.Restore();
            }

            if (handle.State != SourceState.Attached) // what it said before it left counts no more
            {
                continue;
            }

            if (isReady)
            {
                _sources.AddWorkLeft(handle);
                deadlineNs = 0;
            }
            else if (wait < before)
            {
                deadlineNs = Nanoseconds.Deadline(nowNs, Nanoseconds.From(wait));
            }
        }

        if (_sources.Prepared is [.., var last] && Array.IndexOf(prepared, last) < 0)
        {
            deadlineNs = 0; // added meanwhile: asked in the next tick, before the loop sleeps
        }

        _isAsking = false;

        // What was asked may have scheduled something, such as its own retry. A frame-locked loop takes all of it in its next frame.
        return _isLockstep ? intendedNs : Math.Min(deadlineNs, DueNs);
    }

    private void DispatchSources(int ready)
    {
        List<SourceHandle> withWorkLeft = _sources.TakeWorkLeft();
        for (int i = 0; i < ready; i++)
        {
            PrefetchReady(i, ready);
            (long key, PollEvents events) = _poller.Ready(i);
            if (_sources.Find(key) is { } source) // null: a handler before it has removed it
            {
                Dispatch(source, events);
            }
        }

        foreach (SourceHandle source in withWorkLeft)
        {
            if (source.DispatchedInTick != _ticks) // its descriptor was ready as well: it has had its turn
            {
                Dispatch(source, PollEvents.None);
            }
        }

        if (_sources.HasWoken)
        {
            foreach (SourceHandle source in _sources.TakeWoken())
            {
                if (Volatile.Read(ref source.Woken) == 0)
                {
                    continue; // it was dispatched above, after the wake
                }

                if (source.DispatchedInTick == _ticks)
                {
                    _sources.AddWorkLeft(source); // and before it: it has had its turn
                }
                else
                {
                    Dispatch(source, PollEvents.None);
                }
            }
        }
    }

    // A frame-locked loop leaves what it hears before its frame to the frame, so that has to be told again.
    private PollEvents Watchable(PollEvents interest) => _isLockstep ? interest & ~PollEvents.Edges : interest;

    // Of thousands of sources none is in the cache any more when its turn comes: what they are made of is asked for while those before them work.
    private void PrefetchReady(int i, int ready)
    {
        const int Near = 2, Far = 4;
        if (i + Far < ready)
        {
            _sources.PrefetchHandle(_poller.Ready(i + Far).Key);
        }

        if (i + Near < ready)
        {
            _sources.PrefetchSource(_poller.Ready(i + Near).Key);
        }
    }

    private void Dispatch(SourceHandle source, PollEvents events)
    {
        if (Volatile.Read(ref source.Woken) != 0)
        {
            // A full fence: what a thread did before a wake that still finds 1 here is seen by the dispatch.
            Interlocked.Exchange(ref source.Woken, 0);
        }

        if (source.State != SourceState.Attached)
        {
            return;
        }

        source.DispatchedInTick = _ticks;
        source.DispatchCount++;
        int handled = 0;
        _dispatching = source;
        object? outer = Begin(WorkKind.Source, source);
        try
        {
            handled = source.Source.Dispatch(events, _options.MaxEventsPerDispatch);
        }
        catch (Exception exception)
        {
            _dispatching = null;
            if (source.State == SourceState.Attached)
            {
                Fail(source, exception);
            }
            else
            {
                Report(exception, WorkKind.Source, source.Name, null, source.Source);
            }
        }

        _dispatching = null;
        _ambient.Restore();
        End(WorkKind.Source, source, outer);
        if (source.State != SourceState.Attached)
        {
            return;
        }

        if (source.IsDisconnecting)
        {
            DetachForRetry(source);
        }
        else if (handled >= _options.MaxEventsPerDispatch)
        {
            _sources.AddWorkLeft(source);
        }
        else if (handled == 0 && (events & (PollEvents.HangUp | PollEvents.Error)) != 0)
        {
            // The condition cannot be masked: keeping the descriptor would keep the processor busy for ever.
            source.Context?.Emit(new SourceHungUp(events));
            if (source.State == SourceState.Attached)
            {
                DetachForRetry(source);
            }
        }
    }

    // Reported once, detached, and attached again later: the loop goes on.
    private void Fail(SourceHandle source, Exception exception)
    {
        source.Failures.Count(exception);
        Report(exception, WorkKind.Source, source.Name, null, source.Source);
        if (source.State == SourceState.Attached)
        {
            DetachForRetry(source);
        }
    }

    // The poller has found that a handle was closed; within its wait, so that the source fails in the next round.
    private void FailLost(long key, IOException why) => CallSoon(() =>
    {
        if (_sources.Find(key) is { State: SourceState.Attached } source)
        {
            Fail(source, why);
        }
    });

    private void DetachForRetry(SourceHandle source)
    {
        if (source.HasWorked || Clock.ReadNs() - source.AttachedNs >= source.Failures.RetryDelayNs)
        {
            source.Failures.Attempts = 0; // this is a new failure
            source.Failures.LastAttachMessage = null;
        }

        Detach(source, SourceState.WaitingToRetry);
        ScheduleRetry(source);
    }

    private void Detach(SourceHandle source, SourceState state)
    {
        source.State = state;
        source.Context = null;
        source.HasWorkLeft = false;
        _sources.RemovePrepared(source);
        if (!source.IsAttaching) // otherwise when its Attach has returned
        {
            Release(source);
        }
    }

    // Gives back what attaching took.
    private void Release(SourceHandle source)
    {
        if (source.IsPolled)
        {
            source.IsPolled = false;
            _sources.PolledCount--;
            _poller.Remove(source.Key);
        }

        var ambient = AmbientContext.Capture();
        try
        {
            source.Source.Detach();
        }
        catch (Exception exception)
        {
            Report(exception, WorkKind.Source, source.Name, null, source.Source);
        }

        ambient.Restore();
        if (source.State == SourceState.Removed)
        {
            _sources.LetGo(source);
        }
    }

    private void ScheduleRetry(SourceHandle source)
    {
        if (source.State == SourceState.Removed)
        {
            return; // by a handler that was told of the failure
        }

        if (source.IsRetryWanted)
        {
            RetryNow(source);
            return;
        }

        source.Failures.RetryTimer.Cancel();
        if (source.HasEnded || source.Failures.Attempts >= source.Retry.MaxAttempts)
        {
            source.State = SourceState.Failed;
            if (!source.HasEnded && source.Retry.MaxAttempts > 0)
            {
                Log.Write(LogSeverity.Error, Name, $"{source.Name}: given up after {source.Failures.Attempts} attempts to attach it again{(source.LastError is { } last ? $"; its last error: {last.Message}" : "")}");
            }

            return;
        }

        source.State = SourceState.WaitingToRetry;
        source.Failures.RetryDelayNs = Nanoseconds.From(source.Retry.DelayBefore(source.Failures.Attempts++));
        ScheduleTry(source, Nanoseconds.Deadline(Clock.ReadNs(), source.Failures.RetryDelayNs));
    }

    private void ScheduleTry(SourceHandle source, long whenNs)
    {
        source.Failures.RetryTimer = CallAtNs(whenNs, static source => source.Loop.TryAgain(source), source);
        source.Failures.RetryTimer.Unref(); // the source itself keeps the loop alive
    }

    private void TryAgain(SourceHandle source)
    {
        if (source.State != SourceState.WaitingToRetry)
        {
            return;
        }

        try
        {
            Attach(source);
        }
        catch (Exception exception)
        {
            // Counted, and logged when it is news, but not reported: the failure itself was, and this is it going on.
            source.Failures.Count(exception);
            bool isNews = exception.Message != source.Failures.LastAttachMessage;
            source.Failures.LastAttachMessage = exception.Message;
            ScheduleRetry(source);
            if (isNews)
            {
                string next = source.State == SourceState.WaitingToRetry ? $"next attempt in {Milliseconds(source.Failures.RetryDelayNs)}" : "no further attempt";
                Log.Write(LogSeverity.Warning, Name, $"{source.Name} cannot be attached again: {exception.Message.TrimEnd('.')}; {next}");
            }
        }
    }
}

/// <summary>The other end of a descriptor is gone and the source had nothing left to handle; the loop detaches it and attaches it again by its <see cref="RetryPolicy"/>.</summary>
/// <param name="Events">What the descriptor reported.</param>
public readonly record struct SourceHungUp(PollEvents Events);
