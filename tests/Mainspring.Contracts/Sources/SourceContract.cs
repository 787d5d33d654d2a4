namespace Mainspring.Contracts;

/// <summary>
/// What every <see cref="IEventSource"/> of this project keeps, whatever its device is. A suite for one inherits this one and says how the source and
/// its device are made; where the device needs a moment (a driver, a pseudo-terminal), the cases wait for it.
/// </summary>
public abstract class SourceContract : IDisposable
{
    private const int MaxEvents = 4;

    private static readonly RetryPolicy s_retry = new() { InitialDelay = TimeSpan.FromMilliseconds(1), Factor = 1 };

    private readonly List<EventInfo> _events = [];
    private SourceRig? _rig;
    private MainLoop? _loop;

    /// <summary>Makes a source and its device. Throws <see cref="SkipException"/> where the machine lacks what they need.</summary>
    protected abstract SourceRig CreateRig();

    /// <summary>Makes the loop; a source without a descriptor may prefer a virtual clock.</summary>
    protected virtual MainLoop CreateLoop(LoopOptions options) => new(options);

    /// <summary>The device and its source.</summary>
    protected SourceRig Rig => _rig ??= CreateRig();

    /// <summary>A loop that handles few events a dispatch, and says its errors to nobody.</summary>
    protected MainLoop Loop => _loop ??= CreateLoop(new LoopOptions { Name = "contract", MaxEventsPerDispatch = MaxEvents, Log = new SilentLog() });

    [Case]
    public void Add_AttachesTheSource()
    {
        SourceHandle source = Loop.Add(Rig.Source);
        Check.Equal(SourceState.Attached, source.State);
        Check.Equal(1L, source.Counters.Attaches);
        Check.Equal(0L, source.Counters.Errors);
        Check.Equal(Rig.Source.Name, source.Name);
        Check.True(source.Name.Length > 0, "errors and counters speak of it by its name");
        Check.Equal(Rig.Sources, Loop.Counters.Sources);
    }

    [Case]
    public void Events_PassTheGateCountedAndInSequence()
    {
        SourceHandle source = AddAndListen();
        int some = Some(10);
        Produce(some);
        Check.Equal(some, _events.Count);
        Check.True(source.Counters.Events >= some, "each was counted");
        for (int i = 0; i < _events.Count; i++)
        {
            Check.Equal(source, _events[i].Source);
            Check.True(i == 0 || _events[i].Sequence > _events[i - 1].Sequence, "sequence numbers increase");
            Check.True(i == 0 || _events[i].Time >= _events[i - 1].Time, "time does not go back");
        }

        Check.True(_events[^1].Sequence <= source.Counters.Events, "the number is that of the gate's count");
        Check.Equal(0L, source.Counters.Errors);
        Check.Equal(0L, source.Counters.Lost);
    }

    [Case]
    public void Dispatch_HandlesAtMostMaxEventsATick()
    {
        NeedsEvents(10 * MaxEvents);
        AddAndListen();
        Rig.Produce(10 * MaxEvents);
        int before = 0;
        Pump.Until(
            Loop,
            () =>
            {
                Check.True(_events.Count - before <= MaxEvents, $"{_events.Count - before} events in one tick, of {MaxEvents} allowed");
                before = _events.Count;
                return before >= 10 * MaxEvents;
            });
        Check.Equal(10 * MaxEvents, _events.Count);
    }

    [Case]
    public void Flood_LeavesOtherSourcesTheirTurn()
    {
        NeedsEvents(8 * MaxEvents);
        AddAndListen();
        var other = new EndlessSource();
        Loop.Add(other);
        Rig.Produce(8 * MaxEvents);
        long ticks = 0;
        Pump.Until(
            Loop,
            () =>
            {
                Check.Equal(ticks++, other.Dispatches, "the other has its turn in every tick");
                return _events.Count >= 8 * MaxEvents;
            });
        Check.Equal(8 * MaxEvents, _events.Count, "and a flood of the other does not starve this one");
    }

    [Case]
    public void Flood_LeavesCallbacksTheirTurn()
    {
        AddAndListen();
        int some = Some(4 * MaxEvents);
        Rig.Produce(some);
        int runs = 0;
        Loop.CallSoon(() => runs++);
        Loop.Tick();
        Check.Equal(1, runs);
        Pump.Until(Loop, () => _events.Count >= some);
    }

    [Case]
    public void Silent_IsNotDispatched()
    {
        SourceHandle source = AddAndListen();
        Produce(Some(3));
        Settle(source);
        long before = source.Counters.Dispatches;
        for (int i = 0; i < 100; i++)
        {
            Loop.Tick();
        }

        Check.Equal(before, source.Counters.Dispatches);
        Check.Equal(Some(3), _events.Count);
    }

    [Case]
    public void Remove_WithinItsOwnHandler_IsTheLastEvent()
    {
        SourceHandle source = Add();
        Rig.Listen(source, info =>
        {
            _events.Add(info);
            source.Remove();
            source.Remove();
        });
        Rig.Produce(Some(10));
        Pump.Until(Loop, () => _events.Count > 0);
        Check.Equal(SourceState.Removed, source.State);
        Pump.Ticks(Loop, 10);
        Check.Equal(1, _events.Count);
        Check.Equal(0, Loop.Counters.Sources);
        Check.Equal(0L, source.Counters.Errors);
    }

    [Case]
    public void Remove_IsIdempotent_AndNoEventFollows()
    {
        SourceHandle source = AddAndListen();
        int first = Math.Min(2, Some(7) - 1);
        Produce(first);
        Rig.Produce(Some(7) - first);
        source.Remove();
        source.Remove();
        Check.Equal(SourceState.Removed, source.State);
        long dispatches = source.Counters.Dispatches;
        Pump.Ticks(Loop, 10);
        Check.Equal(first, _events.Count);
        Check.Equal(dispatches, source.Counters.Dispatches);
        Check.Equal(0, Loop.Counters.Sources);
    }

    [Case]
    public void Detach_IsIdempotent()
    {
        Rig.Source.Detach(); // never attached
        SourceHandle source = Add();
        source.Remove();
        Rig.Source.Detach();
        Rig.Source.Detach();
        Check.Equal(0L, Loop.Counters.Errors);
    }

    [Case]
    public void Removed_CanBeAddedAgain()
    {
        AddAndListen().Remove();
        SourceHandle again = AddAndListen();
        Check.Equal(SourceState.Attached, again.State);
        Produce(Some(3));
        Check.Equal(Some(3), _events.Count);
        Check.Equal(1L, again.Counters.Attaches, "a handle counts for itself");
    }

    [Case]
    public void Failure_IsFollowedByAnotherAttach_ByItsRetryPolicy()
    {
        NeedsBreaking();
        SourceHandle source = AddAndListen();
        Produce(2);
        Rig.Break();
        Pump.Until(Loop, () => source.State == SourceState.WaitingToRetry);
        Rig.Restore();
        Pump.Until(Loop, () => source.State == SourceState.Attached);
        Check.Equal(2L, source.Counters.Attaches);
        int before = _events.Count;
        Produce(3);
        Check.Equal(before + 3, _events.Count);
        Check.True(_events[^1].Sequence > _events[0].Sequence, "the count goes on where it was");
        Check.True(source.Counters.Events >= 5, "all events since it was added");
    }

    [Case]
    public void Failure_Twenty_ComesBackEachTime()
    {
        NeedsBreaking();
        SourceHandle source = AddAndListen();
        for (int i = 1; i <= 20; i++)
        {
            Produce(1);
            Rig.Break();
            Pump.Until(Loop, () => source.State == SourceState.WaitingToRetry);
            Rig.Restore();
            Pump.Until(Loop, () => source.State == SourceState.Attached);
            Check.Equal(1L + i, source.Counters.Attaches);
        }

        Produce(1);
        Check.Equal(21, _events.Count);
    }

    [Case]
    public void Failure_WithoutRetry_LeavesItSilent()
    {
        NeedsBreaking();
        SourceHandle source = Loop.Add(Rig.Source, RetryPolicy.Never);
        Rig.Break();
        Pump.Until(Loop, () => source.State == SourceState.Failed);
        long dispatches = source.Counters.Dispatches;
        Pump.Ticks(Loop, 100);
        Check.Equal(dispatches, source.Counters.Dispatches, "no dispatch, so no load, from a device that is gone");
        source.Remove();
        Check.Equal(SourceState.Removed, source.State);
    }

    [Case]
    public void Add_WhileTheDeviceIsBroken_ThrowsAndLeavesNothing()
    {
        NeedsBreaking();
        if (!Rig.AttachFailsWhileBroken)
        {
            throw new SkipException("this source's Attach does not fail");
        }

        Rig.Break();
        Check.Throws<IOException>(() => Loop.Add(Rig.Source));
        Check.Equal(0, Loop.Counters.Sources);
        Check.Equal(0, Loop.Counters.Timers);
        Rig.Restore();
        AddAndListen();
        Produce(2);
        Check.Equal(2, _events.Count);
    }

    [Case]
    public void Wake_FromAnotherThread_DispatchesOnce()
    {
        SourceHandle source = AddAndListen();
        Settle(source);
        long before = source.Counters.Dispatches;
        SourceContext context = source.Context!;
        Worker.Run(() =>
        {
            context.Wake();
            context.Wake();
        });
        Pump.Until(Loop, () => source.Counters.Dispatches > before);
        Settle(source);
        Check.Equal(before + 1, source.Counters.Dispatches, "wakes coalesce");
        Check.Equal(0, _events.Count);
        Check.Equal(SourceState.Attached, source.State);
    }

    [Case]
    public void Wake_AfterRemove_DoesNothing()
    {
        SourceHandle source = Add();
        SourceContext context = source.Context!;
        source.Remove();
        long dispatches = source.Counters.Dispatches;
        context.Wake();
        Pump.Ticks(Loop, 3);
        Check.Equal(dispatches, source.Counters.Dispatches);
    }

    [Case]
    public void HandlerThatThrows_DisturbsNeitherTheSourceNorOtherHandlers()
    {
        int reported = 0;
        Loop.UnhandledException += context =>
        {
            reported++;
            Check.Equal(WorkKind.EventHandler, context.Kind);
            Check.Equal(Rig.Source.Name, context.Name);
            context.Handled = true;
        };
        SourceHandle source = Add();
        Rig.Listen(source, static _ => throw new InvalidOperationException("a handler's own problem"));
        Rig.Listen(source, _events.Add);
        int some = Some(5);
        Produce(some);
        Check.Equal(some, _events.Count);
        Check.Equal(some, reported);
        Check.True(source.State == SourceState.Attached || some == Rig.MostEvents, "it is as it was");
        Check.Equal(0L, source.Counters.Errors, "the source did nothing wrong");
        Check.Equal(1L, source.Counters.Attaches);
    }

    [Case]
    public void Dispose_OfTheLoop_Detaches()
    {
        SourceHandle source = AddAndListen();
        int first = Some(2) - 1;
        Produce(first);
        Rig.Produce(1);
        Loop.Dispose();
        Check.Equal(SourceState.Removed, source.State);
        Check.Equal(first, _events.Count);
        Rig.Source.Detach();
    }

    [Case]
    public void SteadyState_AllocatesNothing()
    {
        NeedsEvents(100_000);
        if (Rig.Allocating is { } reason)
        {
            throw new SkipException(reason);
        }

        int count = 0;
        Rig.Listen(Add(), _ => count++);
        int wanted = 0;
        Allocations.None(() =>
        {
            Rig.Produce(2);
            wanted += 2;
            for (int i = 0; i < 1000 && count < wanted; i++)
            {
                Loop.Tick(Pump.Wait);
            }

            if (count != wanted)
            {
                throw new CheckException($"{count} events of {wanted} came");
            }
        });
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        _loop?.Dispose();
        _rig?.Dispose();
    }

    /// <summary>Adds the source, with a retry after 1 ms.</summary>
    protected SourceHandle Add() => Loop.Add(Rig.Source, s_retry);

    /// <summary>Adds the source and notes its events.</summary>
    protected SourceHandle AddAndListen()
    {
        SourceHandle source = Add();
        Rig.Listen(source, _events.Add);
        return source;
    }

    // Produces events and ticks until they are there.
    private void Produce(int count)
    {
        int wanted = _events.Count + count;
        Rig.Produce(count);
        Pump.Until(Loop, () => _events.Count >= wanted);
    }

    // Ticks until the source has been silent for some ticks.
    private void Settle(SourceHandle source)
    {
        int silent = 0;
        long dispatches = -1;
        Pump.Until(
            Loop,
            () =>
            {
                silent = source.Counters.Dispatches == dispatches ? silent + 1 : 0;
                dispatches = source.Counters.Dispatches;
                return silent >= 3;
            });
    }

    // As many as the device can make in one life.
    private int Some(int wanted) => Math.Min(wanted, Rig.MostEvents);

    private void NeedsEvents(int count)
    {
        if (Rig.MostEvents < count)
        {
            throw new SkipException($"this device makes {Rig.MostEvents} event in its life");
        }
    }

    private void NeedsBreaking()
    {
        if (!Rig.CanBreak)
        {
            throw new SkipException(Rig.Unbreakable);
        }
    }
}
