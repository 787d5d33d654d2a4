namespace Mainspring.Contracts;

/// <summary>What becomes of sources that fail, at exact times of a virtual clock.</summary>
public sealed class RetryCases : IDisposable
{
    private static readonly RetryPolicy s_policy = new()
    {
        InitialDelay = TimeSpan.FromMilliseconds(100),
        Factor = 2,
        MaxDelay = TimeSpan.FromMilliseconds(500),
        MaxAttempts = 5,
    };

    private readonly VirtualClock _clock = new();
    private readonly SilentLog _log = new();
    private readonly MainLoop _loop;
    private readonly QueueSource _source = new() { Name = "sensor" };
    private readonly List<LoopErrorContext> _errors = [];

    public RetryCases()
    {
        _loop = new MainLoop(new LoopOptions { Name = "case", Clock = _clock, Log = _log, MaxEventsPerDispatch = 4 });
        _loop.UnhandledException += _errors.Add;
    }

    public void Dispose() => _loop.Dispose();

    [Case]
    public void ThrowingDispatch_IsReportedOnceWithItsName_AndRetriedAtGrowingDelays()
    {
        SourceHandle handle = _loop.Add(_source, s_policy);
        Fail();
        _loop.Tick();
        Check.Equal(SourceState.WaitingToRetry, handle.State);
        Check.Equal(1, _source.Detaches);

        var attempts = new List<double>();
        for (int seen = _source.Attaches; handle.State == SourceState.WaitingToRetry;)
        {
            _loop.Tick(TimeSpan.FromSeconds(10));
            if (_source.Attaches > seen)
            {
                seen = _source.Attaches;
                attempts.Add(_loop.Now.TotalMilliseconds);
            }
        }

        Check.Sequence([100, 300, 700, 1200, 1700], attempts, "100, 200, 400, then the longest delay of 500");
        Check.Equal(SourceState.Failed, handle.State);
        Check.Equal(1, _errors.Count, "reported once, however often it is tried again");
        Check.Equal("sensor", _errors[0].Name);
        Check.Equal(WorkKind.Source, _errors[0].Kind);
        Check.Equal(6L, handle.Counters.Errors, "each attempt that failed is counted");
        Check.Equal(1L, handle.Counters.Attaches);
        Check.Contains("sensor: given up after 5 attempts to attach it again; its last error: sensor is broken.", string.Join('\n', _log.Messages));
        Check.Equal(0, _loop.Counters.Timers);
    }

    [Case]
    public void FailedSource_KeepsNoLoopAlive()
    {
        _loop.Add(_source, s_policy with { MaxAttempts = 1 });
        Fail();
        _loop.Run(new RunOptions { UntilIdle = true });
        Check.Equal(100.0, _loop.Now.TotalMilliseconds);
    }

    [Case]
    public void FirstAttemptThatSucceeds_BringsEventsBack()
    {
        SourceHandle handle = _loop.Add(_source, s_policy);
        var numbers = new List<int>();
        handle.On((in Queued e, in EventInfo _) => numbers.Add(e.Number));
        _source.Add(1);
        _loop.Tick();
        Fail();
        _loop.Tick();
        _source.IsBroken = false;
        _loop.Tick(TimeSpan.FromSeconds(1));
        Check.Equal(SourceState.Attached, handle.State);
        Check.Equal(100.0, _loop.Now.TotalMilliseconds);
        _source.Add(2);
        _loop.Tick();
        Check.Sequence([1, 2], numbers);
        Check.Equal(2L, handle.Counters.Attaches);
        Check.Equal(2L, handle.Counters.Events);
    }

    [Case]
    public void Success_StartsTheDelaysAnew_OnlyOnceItHasLastedAsLongAsTheDelayBefore()
    {
        SourceHandle handle = _loop.Add(_source, s_policy);
        double NextAttemptAfter()
        {
            double before = _loop.Now.TotalMilliseconds;
            Fail();
            _loop.Tick();
            _source.IsBroken = false;
            _loop.Tick(TimeSpan.FromSeconds(10));
            Check.Equal(SourceState.Attached, handle.State);
            return _loop.Now.TotalMilliseconds - before;
        }

        void Work(int milliseconds)
        {
            _source.Add(1);
            _loop.Tick(); // an event, such as that it is connected, proves nothing
            _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
            _loop.Tick();
        }

        Check.Equal(100.0, NextAttemptAfter());
        Work(99);
        Check.Equal(200.0, NextAttemptAfter(), "it flaps");
        Work(199);
        Check.Equal(400.0, NextAttemptAfter());
        Work(400);
        Check.Equal(100.0, NextAttemptAfter(), "it has worked");
    }

    [Case]
    public void Flapping_EndsWithTheLastAttempt()
    {
        _source.Dispatching = () => _source.Context!.Disconnected();
        SourceHandle handle = _loop.Add(_source, s_policy);
        var attempts = new List<double>();
        for (int i = 0; i < 6 && handle.State != SourceState.Failed; i++)
        {
            _source.Add(1);
            _loop.Tick();
            _loop.Tick(TimeSpan.FromSeconds(10));
            attempts.Add(_loop.Now.TotalMilliseconds);
        }

        Check.Sequence([100, 300, 700, 1200, 1700], attempts.Take(5));
        Check.Equal(SourceState.Failed, handle.State);
    }

    [Case]
    public void Delays_AreOneMillisecondAtLeast()
    {
        foreach (RetryPolicy policy in (RetryPolicy[])[s_policy with { MaxDelay = default }, s_policy with { InitialDelay = default, Factor = 1 }])
        {
            var source = new QueueSource();
            SourceHandle handle = _loop.Add(source, policy);
            TimeSpan before = _loop.Now;
            source.IsBroken = true;
            source.Context!.Wake();
            for (int i = 0; i < 20 && handle.State != SourceState.Failed; i++)
            {
                _loop.Tick(TimeSpan.FromSeconds(1));
            }

            Check.Equal(SourceState.Failed, handle.State);
            Check.Equal(5.0, (_loop.Now - before).TotalMilliseconds, "five attempts");
        }
    }

    [Case]
    public void AttemptThatFails_IsLoggedWhenItsReasonIsNew()
    {
        string reason = "no such device";
        var source = new ScriptedSource();
        SourceHandle handle = _loop.Add(source, s_policy with { MaxAttempts = 4 });
        Check.True(handle.LastError is null);
        source.Attaching = _ => throw new IOException(reason);
        source.Context!.Disconnected();
        _loop.Tick(TimeSpan.FromSeconds(10));
        Check.Equal("no such device", handle.LastError!.Message);
        _loop.Tick(TimeSpan.FromSeconds(10));
        reason = "permission denied.";
        _loop.Tick(TimeSpan.FromSeconds(10));
        Check.Equal("permission denied.", handle.LastError!.Message);
        source.Attaching = null;
        _loop.Tick(TimeSpan.FromSeconds(10));
        Check.Equal(SourceState.Attached, handle.State);
        Check.Equal("permission denied.", handle.LastError!.Message, "it stays");
        Check.Equal(3L, handle.Counters.Errors);
        Check.Sequence(
            [
                "Warning: scripted cannot be attached again: no such device; next attempt in 200.0 ms",
                "Warning: scripted cannot be attached again: permission denied; next attempt in 500.0 ms",
            ],
            _log.Messages);
    }

    [Case]
    public void RemovedByAHandler_WhileItAttachesAgain_StaysRemoved()
    {
        foreach (bool fails in (bool[])[false, true])
        {
            var source = new ScriptedSource();
            SourceHandle handle = _loop.Add(source, s_policy).On((in Queued _, in EventInfo info) => info.Source.Remove());
            source.Context!.Disconnected();
            source.Attaching = context =>
            {
                context.Emit(new Queued(1));
                Check.Equal(1, source.Detaches, "its own Detach waits for its Attach");
                if (fails)
                {
                    throw new IOException("and it fails as well");
                }
            };
            _loop.Tick(TimeSpan.FromSeconds(1));
            Check.Equal(SourceState.Removed, handle.State);
            Check.Equal(2, source.Detaches);
            Check.Equal(1L, handle.Counters.Attaches);
            Check.Equal(0, _loop.Counters.Sources);
            Check.Equal(0, _loop.Counters.Timers);
        }
    }

    [Case]
    public void RemovedByTheErrorHandler_WhenDetachThrows_StaysRemoved()
    {
        var source = new ScriptedSource();
        SourceHandle handle = _loop.Add(source, s_policy);
        _loop.UnhandledException += _ => handle.Remove();
        source.Detaching = static () => throw new InvalidOperationException("it clings");
        source.Context!.Disconnected();
        Check.Equal(SourceState.Removed, handle.State);
        Check.Equal(0, _loop.Counters.Timers);
        _loop.Run(new RunOptions { For = TimeSpan.FromSeconds(1) });
        Check.Equal(SourceState.Removed, handle.State);
        Check.Equal(1L, handle.Counters.Attaches);
        Check.Equal(0, _loop.Counters.Sources);
    }

    [Case]
    public void Ended_IsFailed_WhateverItsPolicySays_UntilSomeoneWantsItTried()
    {
        SourceHandle handle = _loop.Add(_source, s_policy);
        _source.Dispatching = () => _source.Context!.Ended();
        _source.Add(1);
        _loop.Tick();
        Check.Equal(SourceState.Failed, handle.State);
        _loop.Run(new RunOptions { For = TimeSpan.FromMinutes(1) });
        Check.Equal(1, _source.Attaches);
        Check.Equal(0, _errors.Count);
        Check.Equal(0, _log.Messages.Count);

        _source.Dispatching = null;
        _source.IsBroken = true;
        handle.RetryNow();
        _loop.Run(new RunOptions { For = TimeSpan.FromMinutes(1) });
        Check.Equal((SourceState.Failed, 2), (handle.State, _source.Attaches), "one attempt, and no other");

        _source.IsBroken = false;
        handle.RetryNow();
        _loop.Tick();
        Check.Equal(SourceState.Attached, handle.State);
        _source.Add(2);
        _loop.Tick();
        Check.Equal(2L, handle.Counters.Events, "the one that came as it ended, and this one");
    }

    [Case]
    public void Disconnected_WithinAttach_IsOneRetry()
    {
        var source = new ScriptedSource { Attaching = static context => context.Disconnected() };
        SourceHandle handle = _loop.Add(source, s_policy);
        Check.Equal(SourceState.WaitingToRetry, handle.State);
        Check.Equal(1, source.Detaches);
        Check.Equal(1, _loop.Counters.Timers);
        _loop.Tick(TimeSpan.FromSeconds(1));
        Check.Equal(2L, handle.Counters.Attaches);
        Check.Equal(1, _loop.Counters.Timers);
        handle.Remove();
        Check.Equal(0, _loop.Counters.Timers);
        _loop.Run(new RunOptions { For = TimeSpan.FromSeconds(1) });
        Check.Equal(SourceState.Removed, handle.State);
        Check.Equal(2L, handle.Counters.Attaches);
    }

    [Case]
    public void DeviceThatHasWorked_IsTriedAgainWithTheFirstDelay_AndOneThatHasNotBacksOff()
    {
        var source = new ScriptedSource();
        SourceHandle handle = _loop.Add(source, new RetryPolicy { InitialDelay = TimeSpan.FromSeconds(1) });
        Check.Sequence([1.0, 1, 1, 1], Delays(events: 3, times: 4), "it gave events each time");
        Check.Sequence([2.0, 4, 8, 10], Delays(events: 1, times: 4), "a good-bye is all that it gave");
        Check.Sequence([1.0], Delays(events: 3, times: 1));

        List<double> Delays(int events, int times)
        {
            var delays = new List<double>();
            for (int i = 0; i < times; i++)
            {
                for (int number = 0; number < events; number++)
                {
                    source.Context!.Emit(new Queued(number));
                }

                TimeSpan gone = _loop.TimeProvider.GetElapsedTime(0);
                source.Context!.Disconnected();
                Check.Equal(SourceState.WaitingToRetry, handle.State);
                _loop.Tick(TimeSpan.FromHours(1));
                Check.Equal(SourceState.Attached, handle.State);
                delays.Add((_loop.TimeProvider.GetElapsedTime(0) - gone).TotalSeconds);
            }

            return delays;
        }
    }

    [Case]
    public void FirstAttach_ThatThrows_ThrowsAndLeavesNothing()
    {
        _source.IsBroken = true;
        Check.Contains("sensor", Check.Throws<IOException>(() => _loop.Add(_source)).Message);
        Check.Equal(0, _loop.Counters.Sources);
        Check.Equal(0, _loop.Counters.Timers);
        Check.True(_source.Detaches > 0, "Detach is safe after an Attach that threw, and releases what it took");
        _loop.Run(new RunOptions { UntilIdle = true });
        Check.Equal(1, _source.Attaches);
    }

    [Case]
    public void FirstAttach_WithRetryFirstAttach_IsRetried()
    {
        _source.IsBroken = true;
        SourceHandle handle = _loop.Add(_source, s_policy with { RetryFirstAttach = true });
        Check.Equal(SourceState.WaitingToRetry, handle.State);
        Check.Equal(1L, handle.Counters.Errors);
        Check.Contains("sensor is not there yet", string.Join('\n', _log.Messages));
        _loop.Tick(TimeSpan.FromSeconds(10));
        Check.Equal(100.0, _loop.Now.TotalMilliseconds);
        _source.IsBroken = false;
        _loop.Tick(TimeSpan.FromSeconds(10));
        Check.Equal(300.0, _loop.Now.TotalMilliseconds);
        Check.Equal(SourceState.Attached, handle.State);
        Check.Equal(0, _errors.Count);
    }

    [Case]
    public void Remove_WhileItWaits_TriesNoMore()
    {
        SourceHandle handle = _loop.Add(_source, s_policy);
        Fail();
        _loop.Tick();
        handle.Remove();
        _loop.Run(new RunOptions { UntilIdle = true });
        Check.Equal(1, _source.Attaches);
        Check.Equal(SourceState.Removed, handle.State);
        Check.Equal(0, _loop.Counters.Timers);
    }

    [Case]
    public void Disconnected_IsRetriedAndReportedToNobody()
    {
        SourceHandle handle = _loop.Add(_source, s_policy);
        _source.Dispatching = () => _source.Context!.Disconnected();
        _source.Add(1);
        _loop.Tick();
        Check.Equal(SourceState.WaitingToRetry, handle.State);
        Check.Equal(1L, handle.Counters.Events, "the present dispatch is finished first");
        _source.Dispatching = null;
        _loop.Tick(TimeSpan.FromSeconds(1));
        Check.Equal(SourceState.Attached, handle.State);
        Check.Equal(0, _errors.Count);
        Check.Equal(0L, handle.Counters.Errors);
    }

    [Case]
    public void Disconnected_OutsideADispatch_DetachesAtOnce()
    {
        SourceHandle handle = _loop.Add(_source, s_policy);
        SourceContext context = _source.Context!;
        _loop.CallSoon(context.Disconnected);
        _loop.Tick();
        Check.Equal(SourceState.WaitingToRetry, handle.State);
        context.Disconnected();
        Check.Equal(1, _source.Detaches, "a context that is over does nothing");
        _loop.Tick(TimeSpan.FromSeconds(1));
        Check.Equal(SourceState.Attached, handle.State);
    }

    [Case]
    public void Error_IsReportedAndSurvived()
    {
        SourceHandle handle = _loop.Add(_source, s_policy);
        _source.Dispatching = () => _source.Context!.Error(new IOException("a bad byte"));
        _source.Add(1);
        _loop.Tick();
        Check.Equal(SourceState.Attached, handle.State);
        Check.Equal(1L, handle.Counters.Errors);
        Check.Equal(1L, handle.Counters.Events);
        Check.Equal("sensor", _errors.Single().Name);
    }

    [Case]
    public void ThrowingPrepare_IsQuarantinedToo_AndTheLoopWakesForItsRetry()
    {
        var source = new PreparedQueueSource { Name = "asked" };
        SourceHandle handle = _loop.Add(source, s_policy);
        source.Preparing = () =>
        {
            source.Preparing = null;
            throw new IOException("it cannot say");
        };
        _loop.Tick(TimeSpan.FromSeconds(10));
        Check.Equal("asked", _errors.Single().Name);
        Check.Equal(100.0, _loop.Now.TotalMilliseconds, "the retry ends the wait that Prepare was asked about");
        Check.Equal(SourceState.Attached, handle.State);
        Check.Equal(2L, handle.Counters.Attaches);
        source.Add(1);
        _loop.Tick();
        Check.Equal(1L, handle.Counters.Events);
    }

    [Case]
    public void ThrowingDetach_IsReportedAndDone()
    {
        var source = new ScriptedSource { Detaching = static () => throw new InvalidOperationException("it clings") };
        SourceHandle handle = _loop.Add(source);
        handle.Remove();
        Check.Equal(SourceState.Removed, handle.State);
        Check.Equal("scripted", _errors.Single().Name);
        Check.Equal(0, _loop.Counters.Sources);
    }

    [Case]
    public void RetryNow_TriesInThisTurn_AndTheDelaysStartAnew()
    {
        SourceHandle handle = _loop.Add(_source, s_policy);
        Fail();
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(350) }); // attempts at 100 and 300 ms
        Check.Equal(3L, handle.Counters.Errors);
        handle.RetryNow();
        Check.Equal(3L, handle.Counters.Errors, "not before the call has returned");
        _loop.Tick();
        Check.Equal(4L, handle.Counters.Errors);
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(100) });
        Check.Equal(5L, handle.Counters.Errors, "the first delay again, and the attempt of 700 ms is gone");
        _source.IsBroken = false;
        handle.RetryNow();
        handle.RetryNow();
        _loop.Tick();
        Check.Equal(SourceState.Attached, handle.State);
        Check.Equal(2L, handle.Counters.Attaches);
        Check.Equal(0, _loop.Counters.Timers);
    }

    [Case]
    public void RetryNow_OfASourceThatWasGivenUp_TriesOnce()
    {
        SourceHandle handle = _loop.Add(_source, RetryPolicy.Never);
        Fail();
        _loop.Tick();
        Check.Equal(SourceState.Failed, handle.State);
        handle.RetryNow();
        _loop.Tick();
        Check.Equal(SourceState.Failed, handle.State, "still broken");
        _source.IsBroken = false;
        handle.RetryNow();
        _loop.Tick();
        Check.Equal(SourceState.Attached, handle.State);
        handle.Remove();
        handle.RetryNow();
        _loop.Tick();
        Check.Equal(SourceState.Removed, handle.State);
    }

    [Case]
    public void RetryNow_WhileAttached_IsForTheNextFailure_Once()
    {
        SourceHandle handle = _loop.Add(_source, s_policy);
        handle.RetryNow(); // its device has been replaced, and its end not been seen yet
        Fail();
        _loop.Tick();
        _loop.Tick();
        Check.Equal(2L, handle.Counters.Errors, "tried without a delay");
        Check.Equal(SourceState.WaitingToRetry, handle.State);
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(99) });
        Check.Equal(2L, handle.Counters.Errors, "and then by its policy");
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(1) });
        Check.Equal(3L, handle.Counters.Errors);
    }

    private void Fail()
    {
        _source.IsBroken = true;
        _source.Context!.Wake();
    }

    private sealed class ScriptedSource : IEventSource
    {
        public string Name => "scripted";

        public SourceContext? Context { get; private set; }

        public Action<SourceContext>? Attaching { get; set; }

        public Action? Detaching { get; set; }

        public int Detaches { get; private set; }

        public void Attach(SourceContext context)
        {
            Context = context;
            Attaching?.Invoke(context);
        }

        public int Dispatch(PollEvents ready, int maxEvents) => 0;

        public void Detach()
        {
            Detaches++;
            Detaching?.Invoke();
        }
    }
}
