namespace Mainspring.Contracts;

/// <summary>Sources in the loop: adding and removing from anywhere, turns, waits, losses, wakes.</summary>
public sealed class SourceCases : IDisposable
{
    private const int MaxEvents = 4;

    private readonly MainLoop _loop = new(new LoopOptions { Name = "case", Clock = new VirtualClock(), Log = new SilentLog(), MaxEventsPerDispatch = MaxEvents });

    public void Dispose() => _loop.Dispose();

    [Case]
    public void Add_AndRemove_FromAnywhere()
    {
        var first = new QueueSource { Name = "first" };
        var second = new QueueSource { Name = "second" };
        var third = new QueueSource { Name = "third" };
        SourceHandle? secondHandle = null, thirdHandle = null;
        var seen = new List<string>();
        SourceHandle firstHandle = _loop.Add(first); // between ticks
        firstHandle.On((in Queued e, in EventInfo info) =>
        {
            seen.Add($"{info.Source.Name} {e.Number}");
            if (secondHandle is null)
            {
                secondHandle = _loop.Add(second).On<Queued>(Note); // in a handler
                second.Add(1);
            }
        });
        first.Add(0);
        _loop.Tick();
        _loop.Tick();
        Check.Sequence(["first 0", "second 1"], seen);

        second.Dispatching = () =>
        {
            second.Dispatching = null;
            thirdHandle = _loop.Add(third).On<Queued>(Note); // in Dispatch
            firstHandle.Remove();
            secondHandle!.Remove(); // itself, in Dispatch
        };
        second.Add(2);
        _loop.Tick();
        Check.Sequence(["first 0", "second 1"], seen, "what a removed source still says is not heard");
        Check.Equal(1, _loop.Counters.Sources);
        _loop.CallSoon(() =>
        {
            third.Add(3);
            _loop.CallSoon(() => thirdHandle!.Remove()); // in a callback
        });
        _loop.Tick();
        Check.Equal(SourceState.Removed, thirdHandle!.State);
        Check.Equal(0, _loop.Counters.Sources);
        Check.Equal(0L, _loop.Counters.Errors);

        void Note(in Queued e, in EventInfo info) => seen.Add($"{info.Source.Name} {e.Number}");
    }

    [Case]
    public void TwoNoisySources_Alternate()
    {
        var trace = new List<string>();
        _loop.Add(new EndlessSource { Name = "a" }).On<EndlessEvent>(Note);
        _loop.Add(new EndlessSource { Name = "b" }).On<EndlessEvent>(Note);
        Pump.Ticks(_loop, 3);
        Check.Sequence(["aaaa", "bbbb", "aaaa", "bbbb", "aaaa", "bbbb"], trace.Chunk(MaxEvents).Select(static turn => string.Concat(turn)));

        void Note(in EndlessEvent e, in EventInfo info) => trace.Add(info.Source.Name);
    }

    [Case]
    public void WorkLeft_IsDispatchedAgainWithoutSleeping()
    {
        var source = new QueueSource();
        SourceHandle handle = _loop.Add(source);
        for (int i = 0; i < (3 * MaxEvents) + 1; i++)
        {
            source.Add(i);
        }

        _loop.CallLater(TimeSpan.FromSeconds(1), static () => { }); // where time would jump to if the loop slept
        for (int tick = 1; tick <= 4; tick++)
        {
            _loop.Tick(TimeSpan.FromSeconds(10));
            Check.Equal((long)Math.Min(tick * MaxEvents, (3 * MaxEvents) + 1), handle.Counters.Events);
            Check.Equal(TimeSpan.Zero, _loop.Now);
        }

        _loop.Tick(TimeSpan.FromSeconds(10));
        Check.Equal(TimeSpan.FromSeconds(1), _loop.Now, "nothing is left over: it sleeps");
        Check.Equal(4L, handle.Counters.Dispatches);
    }

    [Case]
    public void Wake_ManyTimes_IsOneDispatch()
    {
        var source = new QueueSource();
        SourceHandle handle = _loop.Add(source);
        for (int i = 0; i < 1000; i++)
        {
            source.Context!.Wake();
        }

        Pump.Ticks(_loop, 3);
        Check.Equal(1L, handle.Counters.Dispatches);
    }

    [Case]
    public void Wake_WithinDispatch_IsAnotherDispatchInTheNextTick()
    {
        var source = new QueueSource();
        SourceHandle handle = _loop.Add(source);
        source.Dispatching = () => source.Context!.Wake();
        source.Context!.Wake();
        for (int i = 1; i <= 5; i++)
        {
            _loop.Tick();
            Check.Equal((long)i, handle.Counters.Dispatches);
        }
    }

    [Case]
    public void Wake_OfASourceThatHasWorkLeft_IsNoSecondTurnInItsTick()
    {
        var source = new QueueSource();
        SourceHandle handle = _loop.Add(source);
        source.Dispatching = () => source.Context!.Wake(); // as another thread would, before the loop takes what was woken
        for (int i = 0; i < 3 * MaxEvents; i++)
        {
            source.Add(i);
        }

        for (int tick = 1; tick <= 3; tick++)
        {
            _loop.Tick();
            Check.Equal((long)tick, handle.Counters.Dispatches);
            Check.Equal((long)tick * MaxEvents, handle.Counters.Events);
        }
    }

    [Case]
    public void Prepare_IsAskedWithTheIntendedWait_AndMayShortenIt()
    {
        var source = new PreparedQueueSource();
        _loop.Add(source);
        _loop.CallLater(TimeSpan.FromSeconds(1), static () => { });
        _loop.Tick(TimeSpan.FromSeconds(10));
        Check.Equal(TimeSpan.FromSeconds(1), source.Intended[0]);
        Check.Equal(TimeSpan.FromSeconds(1), _loop.Now);

        source.MaxWait = TimeSpan.FromMilliseconds(30);
        source.Intended.Clear();
        _loop.Tick(TimeSpan.FromSeconds(10));
        Check.Equal(TimeSpan.FromSeconds(10), source.Intended[0]);
        Check.Equal(TimeSpan.FromMilliseconds(1030), _loop.Now);
        Check.Equal(0, source.Dispatches, "it had nothing");

        source.Add(1);
        _loop.Tick(TimeSpan.FromSeconds(10));
        Check.Equal(1, source.Dispatches);
        Check.Equal(TimeSpan.FromMilliseconds(1030), _loop.Now, "nor does the loop sleep when it has something");
    }

    [Case]
    public void Prepare_ThatRemovesSources_LeavesTheOthersTheirTurn()
    {
        PreparedQueueSource[] sources = [.. Enumerable.Range(0, 5).Select(static number => new PreparedQueueSource { Name = $"{number}" })];
        SourceHandle[] handles = [.. sources.Select(source => _loop.Add(source))];
        sources[1].Preparing = () =>
        {
            handles[0].Remove();
            handles[1].Remove();
            handles[3].Remove();
        };
        Array.ForEach(sources, static source => source.Add(1));
        _loop.Tick(TimeSpan.FromSeconds(10));
        Check.Sequence([0, 0, 1, 0, 1], sources.Select(static source => source.Dispatches));
        Check.Equal(TimeSpan.Zero, _loop.Now);
        Check.Equal(0, sources[3].Intended.Count);
    }

    [Case]
    public void Prepare_ThatThrows_WhoseErrorHandlerRemovesOthers_LeavesTheRestTheirTurn()
    {
        PreparedQueueSource[] sources = [.. Enumerable.Range(0, 3).Select(static number => new PreparedQueueSource { Name = $"{number}" })];
        SourceHandle[] handles = [.. sources.Select(source => _loop.Add(source))];
        sources[1].Preparing = static () => throw new IOException("it cannot say");
        _loop.UnhandledException += _ =>
        {
            handles[0].Remove();
            handles[1].Remove();
        };
        sources[2].Add(1);
        _loop.Tick(TimeSpan.FromSeconds(10));
        Check.Sequence([0, 0, 1], sources.Select(static source => source.Dispatches));
        Check.Equal(TimeSpan.Zero, _loop.Now);
        Check.Equal(1L, _loop.Counters.Errors);
        Check.Equal(1, _loop.Counters.Sources);
        Check.Equal(0, _loop.Counters.Timers, "what was removed is not tried again");
    }

    [Case]
    public void Prepare_ThatAddsASource_HasItAskedBeforeTheLoopSleeps()
    {
        var first = new PreparedQueueSource();
        var second = new PreparedQueueSource();
        _loop.Add(first);
        first.Preparing = () =>
        {
            first.Preparing = null;
            _loop.Add(second);
            second.Add(1);
        };
        _loop.Tick(TimeSpan.FromSeconds(10));
        _loop.Tick(TimeSpan.FromSeconds(10));
        Check.Equal(1, second.Dispatches);
        Check.Equal(TimeSpan.Zero, _loop.Now);
    }

    [Case]
    public void Trace_SetInAHandler_HearsOfNoEventBeforeItsFirstTick()
    {
        var source = new QueueSource();
        var trace = new EventTrace();
        _loop.Add(source).On((in Queued _, in EventInfo info) => info.Source.Loop.Trace = trace);
        source.Add(1);
        source.Add(2);
        _loop.Tick();
        Check.Equal(0, trace.Heard.Count);
        source.Add(3);
        _loop.Tick();
        Check.Sequence(["tick 2", "event 3"], trace.Heard);
    }

    [Case]
    public void Prepare_IsPartOfWhatAForeignLoopIsTold()
    {
        var source = new PreparedQueueSource { MaxWait = TimeSpan.FromMilliseconds(30) };
        _loop.Add(source);
        Check.Equal(new TickResult(TickOutcome.RunAt, TimeSpan.FromMilliseconds(30)), _loop.Tick());
        Check.Equal(TimeSpan.FromMilliseconds(30), _loop.NextDeadline);
        source.MaxWait = null;
        Check.Equal(TickOutcome.WaitForDescriptor, _loop.Tick().Outcome);
        source.Add(1);
        Check.Equal(_loop.Now, _loop.NextDeadline);
        _loop.Tick();
        Check.Equal(1, source.Dispatches);
        Check.True(_loop.NextDeadline is null);
    }

    [Case]
    public void Prepare_OfALockstepLoop_DoesNotTurnTheWaitIntoASpin()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), FrameRate = 10, Pacing = Pacing.FrameLocked, Log = new SilentLog() });
        var source = new PreparedQueueSource { MaxWait = TimeSpan.Zero };
        int asked = 0;
        source.Preparing = () => asked++;
        SourceHandle handle = loop.Add(source);
        loop.Tick(); // the first frame is now
        source.Add(1);
        for (int i = 0; i < 100 && handle.Counters.Events == 0; i++)
        {
            loop.Tick(TimeSpan.FromSeconds(1));
        }

        Check.Equal(1L, handle.Counters.Events);
        Check.Equal(TimeSpan.FromMilliseconds(100), loop.Now, "its events come in the next frame");
        Check.True(asked <= 8, $"asked {asked} times");
    }

    [Case]
    public void Lost_IsCountedAndEmitted()
    {
        var source = new QueueSource();
        SourceHandle handle = _loop.Add(source);
        var seen = new List<string>();
        handle.On((in EventsLost e, in EventInfo info) => seen.Add($"{info.Sequence}: lost {e.Count}"));
        handle.On((in Queued e, in EventInfo info) => seen.Add($"{info.Sequence}: {e.Number}"));
        source.Dispatching = () => source.Context!.Lost(7);
        source.Add(1);
        _loop.Tick();
        Check.Sequence(["1: lost 7", "2: 1"], seen);
        Check.Equal(7L, handle.Counters.Lost);
        Check.Throws<ArgumentOutOfRangeException>(() => source.Context!.Lost(0));
    }

    [Case]
    public void Context_AfterDetach_DoesNothing()
    {
        var source = new QueueSource();
        SourceHandle handle = _loop.Add(source);
        SourceContext context = source.Context!;
        handle.Remove();
        int heard = 0;
        handle.On((in Queued _, in EventInfo _) => heard++);
        context.Emit(new Queued(1));
        context.CountBytes(5);
        context.Lost(1);
        context.Error(new IOException("late"));
        context.SetInterest(PollEvents.Readable);
        context.Disconnected();
        context.Wake();
        _loop.Tick();
        Check.Equal(0, heard);
        Check.Equal(new SourceCounters(0, 0, 0, 0, 1, 0), handle.Counters);
        Check.Equal(0L, _loop.Counters.Errors);
        Check.Equal(SourceState.Removed, handle.State);
    }

    [Case]
    public void Handlers_RunInOrder_AndOffCountsFromTheNextEvent()
    {
        var source = new QueueSource();
        SourceHandle handle = _loop.Add(source);
        var trace = new List<string>();
        SourceEventHandler<Queued> second = (in Queued e, in EventInfo _) => trace.Add($"second {e.Number}");
        handle.On((in Queued e, in EventInfo _) =>
        {
            trace.Add($"first {e.Number}");
            Check.Equal(e.Number == 1, handle.Off(second));
        });
        handle.On(second);
        source.Add(1);
        source.Add(2);
        _loop.Tick();
        Check.Sequence(["first 1", "second 1", "first 2"], trace);
    }

    [Case]
    public void VirtualClock_RefusesARealDescriptor_UnlessToldHowLongToWait()
    {
        Sys.NeedsLinux();
        var pipe = new PipeSource { Name = "real" };
        InvalidOperationException refusal = Check.Throws<InvalidOperationException>(() => _loop.Add(pipe));
        Check.Contains("AutojumpThreshold", refusal.Message);
        Check.Contains("real", refusal.Message);
        Check.Equal(0, _loop.Counters.Sources);
        Check.True(pipe.Context is null, "and it is detached");

        using var patient = new MainLoop(new LoopOptions { Clock = new VirtualClock { AutojumpThreshold = TimeSpan.FromMilliseconds(20) }, Log = new SilentLog() });
        SourceHandle handle = patient.Add(pipe);
        patient.CallLater(TimeSpan.FromHours(1), static () => { });
        pipe.Feed(1);
        patient.Tick(TimeSpan.FromHours(2));
        Check.Equal(1L, handle.Counters.Events);
        Check.Equal(TimeSpan.Zero, patient.Now, "the event came first");
        patient.Tick(TimeSpan.FromHours(2));
        Check.Equal(TimeSpan.FromHours(1), patient.Now);
    }

    [Case]
    public void Unref_LetsTheLoopEnd()
    {
        SourceHandle handle = _loop.Add(new QueueSource());
        handle.Unref();
        _loop.Run(new RunOptions { UntilIdle = true });
        handle.Ref();
        Check.True(handle.IsReferenced);
    }

    [Case]
    public void WakesFromAnotherThread_LoseNothing()
    {
        const int Count = 200_000;
        using var loop = Loops.New();
        var source = new QueueSource();
        int next = 0;
        bool disordered = false;
        loop.Add(source).On((in Queued e, in EventInfo _) =>
        {
            disordered |= e.Number != next++;
            if (next == Count)
            {
                loop.Stop();
            }
        });
        Worker feeder = Worker.Start(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                source.Add(i);
                if (i % 1000 == 0)
                {
                    Thread.Yield();
                }
            }
        });
        loop.Run(new RunOptions { For = Patience.Long });
        feeder.Join();
        Check.Equal(Count, next);
        Check.False(disordered);
    }

    [Case]
    public void Wake_RacingWithTheEndOfADispatch_IsNotLost()
    {
        // No lock between the two: only the loop's own fences order the number and the wake.
        const int Count = 200_000;
        using var loop = Loops.New();
        var source = new LatestSource();
        loop.Add(source);
        Worker feeder = Worker.Start(() =>
        {
            for (int i = 1; i <= Count; i++)
            {
                source.Publish(i);
                Thread.SpinWait(i % 20);
                if (i % 100 == 0)
                {
                    int wanted = i;
                    Patience.Until(() => source.Seen >= wanted, "the dispatch of the last wake");
                }
            }

            loop.Stop();
        });
        loop.Run(new RunOptions { For = Patience.Long });
        feeder.Join();
        Check.Equal(Count, source.Seen);
    }

    private sealed class EventTrace : LoopTrace
    {
        public List<string> Heard { get; } = [];

        public override void Tick(long tick, TimeSpan now) => Heard.Add($"tick {tick}");

        public override void Event(Type type, in EventInfo info) => Heard.Add($"event {info.Sequence}");
    }

    private sealed class LatestSource : IEventSource
    {
        private SourceContext? _context;
        private int _latest;
        private int _seen;

        public string Name => "latest";

        public int Seen => Volatile.Read(ref _seen);

        public void Publish(int number)
        {
            Volatile.Write(ref _latest, number);
            _context!.Wake();
        }

        public void Attach(SourceContext context) => _context = context;

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            Volatile.Write(ref _seen, Volatile.Read(ref _latest));
            return 0;
        }

        public void Detach()
        {
        }
    }
}
