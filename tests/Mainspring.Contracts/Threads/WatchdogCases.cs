namespace Mainspring.Contracts;

/// <summary>The watchdog names what holds the loop, whatever the loop did before.</summary>
public sealed class WatchdogCases : IDisposable
{
    private readonly MainLoop _loop = Loops.New(static options => options with { WatchdogThreshold = TimeSpan.FromMilliseconds(20) });
    private readonly ManualResetEventSlim _stalled = new();
    private readonly ManualResetEventSlim _over = new();
    private readonly List<StallInfo> _reports = [];

    public WatchdogCases() => _loop.Stalled += info =>
    {
        lock (_reports)
        {
            _reports.Add(info);
        }

        (info.IsOver ? _over : _stalled).Set();
    };

    public void Dispose()
    {
        _loop.Dispose();
        _stalled.Dispose();
        _over.Dispose();
    }

    [Case]
    public void Callback_IsNamed_AndItsEndReported()
    {
        _loop.CallSoon(Block, Priority.Normal, "the blocker");
        CheckReports("the blocker", () => _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(1) }));
    }

    [Case]
    public void Callback_WithoutAName_IsNamedAfterItsMethod()
    {
        _loop.CallSoon(Block);
        CheckReports("Block", () => _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(1) }));
    }

    [Case]
    public void TaskThatIsWaitedForOnTheLoop_IsReported()
    {
        _loop.CallSoon(() => Task.Run(Block).Wait(), Priority.Normal, "the waiting callback");
        CheckReports("the waiting callback", () => _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(1) }));
    }

    [Case]
    public void Timer_IsNamed()
    {
        _loop.CallLater(TimeSpan.FromMilliseconds(1), Block, "the slow timer");
        CheckReports("the slow timer", () => _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(5) }));
    }

    [Case]
    public void Post_IsNamed()
    {
        Worker.Run(() => _loop.Post(Block));
        CheckReports("Block", () => _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(1) }));
    }

    [Case]
    public void Source_IsNamed()
    {
        var source = new QueueSource { Name = "the slow source", Dispatching = Block };
        _loop.Add(source);
        source.Context!.Wake();
        CheckReports("the slow source", () => _loop.Tick());
    }

    [Case]
    public void BackgroundStep_IsNamed()
    {
        _loop.CallInBackground(
            _ =>
            {
                Block();
                return false;
            },
            name: "the slow step");
        CheckReports("the slow step", () => _loop.Tick());
    }

    [Case]
    public void PrepareOfASource_IsNamed()
    {
        _loop.Add(new PreparedQueueSource { Name = "the slow asked one", Preparing = Block });
        CheckReports("the slow asked one", () => _loop.Tick());
    }

    [Case]
    public void FirstCallback_OfALoopThatHasRested_IsNamed()
    {
        WaitUntilParked();
        _loop.CallSoon(Block);
        CheckReports("Block", () => _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(1) }));
    }

    [Case]
    public void Callback_OfALoopThatOnlyTicks_IsNamed()
    {
        _loop.Tick();
        WaitUntilParked(); // between two ticks
        _loop.CallSoon(Block);
        CheckReports("Block", () => _loop.Tick());
    }

    [Case]
    public void Watchdog_ParksWhileTheLoopSleeps_AndWakesWithIt()
    {
        Worker other = Worker.Start(() =>
        {
            WaitUntilParked();
            _loop.Post(Block);
        });
        _loop.CallLater(Patience.Long, static () => { });
        CheckReports("Block", () => _loop.Run(new RunOptions { For = Patience.Long }), stop: true);
        other.Join();
    }

    [Case]
    public void BusyButMovingLoop_IsNotReported()
    {
        // Many short callbacks, and many empty ticks: neither holds the loop.
        long end = MonotonicClock.SystemNs() + 150_000_000;
        while (MonotonicClock.SystemNs() < end)
        {
            _loop.Tick();
        }

        Action? again = null;
        again = () =>
        {
            if (MonotonicClock.SystemNs() < end + 150_000_000)
            {
                _loop.CallSoon(again!);
            }
        };
        _loop.CallSoon(again);
        _loop.Run(new RunOptions { UntilIdle = true });
        if (_reports.Count > 0 && _reports.TrueForAll(static report => report.Name.StartsWith("the loop itself", StringComparison.Ordinal)))
        {
            throw new SkipException($"this machine stopped the thread itself: {_reports[0]}");
        }

        Check.Equal(0, _reports.Count);
    }

    [Case]
    public void EndOfAStall_IsReported_AlthoughTheLoopIsDisposedAtOnce()
    {
        _loop.Stalled += info =>
        {
            if (!info.IsOver)
            {
                Patience.Until(() => _loop.IsDisposed, "Dispose, before the watchdog looks again");
            }
        };
        _loop.CallSoon(Block);
        _loop.Tick();
        _loop.Dispose();
        _over.Wait("the report of the end");
    }

    [Case]
    public void HandlerThatThrows_IsSurvived()
    {
        _loop.Stalled += static _ => throw new InvalidOperationException("a handler's own problem");
        Callback_IsNamed_AndItsEndReported();
    }

    [Case]
    public void Handler_MayDisposeTheLoop_ThatHasEndedItsRun()
    {
        using var disposed = new ManualResetEventSlim();
        _loop.Stalled += info =>
        {
            if (info.IsOver)
            {
                Patience.Until(() => !_loop.IsRunning, "the end of the run");
                _loop.Dispose();
                disposed.Set();
            }
        };
        Callback_IsNamed_AndItsEndReported();
        disposed.Wait("the end of Dispose, on the watchdog's own thread");
        Check.True(_loop.IsDisposed);
    }

    [Case]
    public void Handler_ThatBlocks_DoesNotHoldUpDispose()
    {
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        _loop.Stalled += info =>
        {
            if (info.IsOver)
            {
                entered.Set();
                release.Wait("the end of Dispose");
            }
        };
        Callback_IsNamed_AndItsEndReported();
        entered.Wait("the handler");
        _loop.Dispose();
        release.Set();
        Check.True(_loop.IsDisposed);
    }

    [Case]
    public void LogThatThrows_EndsNeitherTheWatchdogNorTheProcess()
    {
        using MainLoop loop = Loops.New(static options => options with { WatchdogThreshold = TimeSpan.FromMilliseconds(20), Log = new ThrowingLog() });
        loop.Stalled += static _ => throw new InvalidOperationException("a handler's own problem, which is logged");
        for (int i = 1; i <= 2; i++)
        {
            long reports = 4 * i; // of the stall and of its end: the handler's exception, and itself
            loop.CallSoon(() => Patience.Until(() => loop.LogFailures >= reports - 2, "the report of the stall"));
            loop.Tick();
            Patience.Until(() => loop.LogFailures >= reports, "the report of the end");
        }
    }

    // Holds the loop until the watchdog has said so.
    private void Block() => _stalled.Wait("the watchdog's report");

    private void WaitUntilParked() => Patience.Until(() => _loop.Watchdog!.IsParked, "the watchdog parks while the loop does nothing");

    private void CheckReports(string name, Action run, bool stop = false)
    {
        Worker stopper = Worker.Start(() =>
        {
            if (stop)
            {
                _over.Wait("the report of the end");
                _loop.Stop();
            }
        });
        run();
        _over.Wait("the report of the end");
        stopper.Join();
        Check.Contains(name, _reports[0].Name);
        Check.False(_reports[0].IsOver);
        Check.True(_reports[0].Duration >= TimeSpan.FromMilliseconds(20));
        Check.True(_reports[1].IsOver);
        Check.Equal(_reports[0].Name, _reports[1].Name);
        Check.True(_reports[1].Duration >= _reports[0].Duration);
    }

    private sealed class ThrowingLog : LoopLog
    {
        public override void Write(LogSeverity severity, string loop, string message) => throw new InvalidOperationException("the log's own problem");
    }
}
