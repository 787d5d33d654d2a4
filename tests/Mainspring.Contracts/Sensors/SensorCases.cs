using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>What a sensor's source does with time: periods, reads that hang, values that grow old, devices that come and go.</summary>
public sealed class SensorCases
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Case]
    public void Values_ComeOnceAPeriod_AndDoNotDrift()
    {
        using var bench = new SensorBench(new SensorOptions());
        bench.Run(3.5);
        Check.Sequence(["connected", "1 at 0.021 took 0", "2 at 1.021 took 0", "3 at 2.021 took 0", "4 at 3.021 took 0"], bench.Trace);
        Check.Equal(new SensorCounters(4, 0, 0, 0), bench.Sensor.Counters);
        Check.Equal(5L, bench.Handle.Counters.Events);
    }

    [Case]
    public void ReadThatHangs_IsReportedOnce_AndNothingPilesUp()
    {
        using var bench = new SensorBench(new SensorOptions());
        bench.Run(0.5);
        bench.Bus.Hang();
        bench.Run(10);
        Check.Sequence(["connected", "1 at 0.021 took 0", "overdue after 2 at 3"], bench.Trace, "begun at 1 s");
        Check.Equal(2, bench.Bus.Given, "the one that hangs is the last");
        Check.Equal(new SensorCounters(1, 0, 1, 9), bench.Sensor.Counters);
        Check.True(bench.Sensor.IsStale);
        bench.Bus.LetGo();
        bench.Run(1);
        Check.Sequence(["2 at 10.521 took 0", "3 at 11.021 took 0"], bench.Trace.Skip(3), "what comes late still counts, and then all is as before");
        Check.False(bench.Sensor.IsStale);
    }

    [Case]
    public void Value_GrowsOld_AndIsStaleFromItsAge()
    {
        using var bench = new SensorBench(new SensorOptions { StaleAfter = TimeSpan.FromSeconds(4) });
        Check.True(bench.Sensor.IsStale, "there is none yet");
        Check.Equal(null, bench.Sensor.Age);
        bench.Run(0.031);
        Check.Equal(TimeSpan.FromMilliseconds(10), bench.Sensor.Age);
        Check.False(bench.Sensor.IsStale);
        bench.Bus.Hang();
        bench.Run(3.99);
        Check.Equal(TimeSpan.FromSeconds(4), bench.Sensor.Age);
        Check.False(bench.Sensor.IsStale, "it is four seconds old, not older");
        bench.Run(0.001);
        Check.True(bench.Sensor.IsStale);
        Check.Equal(1, bench.Sensor.LastValue, "the last value stays");
    }

    [Case]
    public void StaleAfter_IsThreePeriodsAndTheTimeout_Otherwise()
    {
        Check.Equal(TimeSpan.FromSeconds(5), new SensorOptions().StaleAge);
        Check.Equal(TimeSpan.MaxValue, new SensorOptions { Period = null }.StaleAge);
    }

    [Case]
    public void Failures_AreEvents_UntilThereAreTooMany_AndItIsOpenedAnew()
    {
        using var bench = new SensorBench(new SensorOptions { FailuresUntilGone = 2 });
        bench.Run(0.5);
        bench.IsBroken = true;
        bench.Run(1.6); // reads at 1 and 2 s
        bench.IsBroken = false;
        bench.Run(0.5);
        Check.Sequence(
            ["connected", "1 at 0.021 took 0", "failed 1: no answer", "failed 2: no answer", "disconnected: no answer", "connected", "4 at 2.142 took 0"],
            bench.Trace,
            "it was opened anew 100 ms after 2.021");
        Check.Equal((2, 1), (bench.Opened, bench.Closed));
        Check.Equal(2L, bench.Handle.Counters.Attaches);
        Check.Equal(2L, bench.Sensor.Counters.Failures);
        Check.Equal(SourceState.Attached, bench.Handle.State);
    }

    [Case]
    public void OneFailure_BetweenValues_LeavesItConnected()
    {
        using var bench = new SensorBench(new SensorOptions { FailuresUntilGone = 2 });
        foreach (bool isBroken in (bool[])[false, true, false, true, false])
        {
            bench.IsBroken = isBroken;
            bench.Run(1);
        }

        Check.Equal((3L, 2L), (bench.Sensor.Counters.Values, bench.Sensor.Counters.Failures));
        Check.Equal(1, bench.Opened);
    }

    [Case]
    public void ReadNow_WhileItIsBeingRead_ReadsOnceMoreAfterThat()
    {
        using var bench = new SensorBench(new SensorOptions { Period = null });
        bench.Loop.CallAt(TimeSpan.FromMilliseconds(5), () =>
        {
            Check.True(bench.Sensor.ReadNow());
            Check.True(bench.Sensor.ReadNow());
        });
        bench.Run(1);
        Check.Sequence(["connected", "1 at 0.021 took 0", "2 at 0.042 took 0"], bench.Trace);
        bench.Handle.Remove();
        Check.False(bench.Sensor.ReadNow());
    }

    [Case]
    public void Removed_WhileItIsRead_EmitsNothingMore_AndIsClosedAfterTheRead()
    {
        using var bench = new SensorBench(new SensorOptions());
        bench.Loop.CallAt(TimeSpan.FromMilliseconds(5), bench.Handle.Remove);
        bench.Run(0.02);
        Check.Equal(0, bench.Opened, "its read is under way on the bus");
        bench.Run(1);
        Check.Equal((1, 1), (bench.Opened, bench.Closed));
        Check.Sequence([], bench.Trace);
        Check.False(bench.Sensor.IsReading);
    }

    [Case]
    public void AddedAgain_WhileAReadHangs_IsReadWhenThatIsOver()
    {
        using var bench = new SensorBench(new SensorOptions());
        bench.Run(0.5);
        bench.Bus.Hang();
        bench.Run(1);
        bench.Loop.CallSoon(() =>
        {
            bench.Handle.Remove();
            bench.Add();
        });
        bench.Run(1);
        Check.Equal(2 + 1, bench.Bus.Given, "the work that closes it, but no read");
        bench.Bus.LetGo();
        bench.Run(0.3);
        Check.Sequence(["connected", "1 at 0.021 took 0", "connected", "3 at 2.563 took 0"], bench.Trace, "three pieces of work of 21 ms each");
    }

    [Case]
    public void ReadThatBlocks_DoesNotHoldTheLoop()
    {
        using MainLoop loop = Loops.New();
        using var gate = new ManualResetEventSlim();
        var sensor = new SensorSource<int>("blocking", () =>
        {
            gate.Wait();
            return 7;
        });
        int turns = 0, value = 0;
        loop.Add(sensor).On((in SensorValue<int> e, in EventInfo _) => value = e.Value);
        loop.CallEvery(TimeSpan.FromMilliseconds(1), () =>
        {
            if (++turns == 20)
            {
                gate.Set(); // only a loop that goes on can end the read
            }
        });
        Pump.Until(loop, () => value == 7);
        Check.True(turns >= 20);
    }

    [Case]
    public void SensorsOfOneBus_AreReadOneAtATime()
    {
        using MainLoop loop = Loops.New();
        var options = new SensorOptions { Period = TimeSpan.FromMilliseconds(1), Bus = new SensorBus("shared") };
        int inside = 0, most = 0, values = 0;
        for (int i = 0; i < 4; i++)
        {
            var sensor = new SensorSource<int>($"sensor {i}", () =>
            {
                int now = Interlocked.Increment(ref inside);
                most = Math.Max(most, now);
                Thread.SpinWait(2000);
                return Interlocked.Decrement(ref inside);
            }, options);
            loop.Add(sensor).On((in SensorValue<int> _, in EventInfo _) => values++);
        }

        Pump.Until(loop, () => values >= 100);
        Check.Equal(1, most);
    }

    [Case]
    public void LoopThatIsDisposed_WhileAReadGoesOn_ClosesTheSensorAfterIt()
    {
        using var gate = new ManualResetEventSlim();
        using var closed = new ManualResetEventSlim();
        int reads = 0;
        bool wasReading = false, isReading = false;
        MainLoop loop = Loops.New();
        loop.Add(SensorSource.Open(
            "slow",
            () => new Closing(() =>
            {
                wasReading = Volatile.Read(ref isReading);
                closed.Set();
            }),
            _ =>
            {
                Volatile.Write(ref isReading, true);
                Interlocked.Increment(ref reads);
                gate.Wait();
                Volatile.Write(ref isReading, false);
                return 1;
            }));
        Pump.Until(loop, () => Volatile.Read(ref reads) == 1);
        loop.Dispose();
        Check.False(closed.IsSet, "the read goes on");
        gate.Set();
        Check.True(closed.Wait(TimeSpan.FromSeconds(20)), "it is closed then");
        Check.False(wasReading, "one caller at a time");
    }

    [Case]
    public void Closed_IsTold_WhenTheReadIsOver_AndTheDeviceIsClosed_ThoughItsLoopHasEnded()
    {
        using var gate = new ManualResetEventSlim();
        using var reading = new ManualResetEventSlim();
        bool isClosed = false, isFunctionRead = false;
        var options = new SensorOptions { Period = null, Bus = new SensorBus("shared") };
        SensorSource<int> device = SensorSource.Open("device", () => new Closing(() => Volatile.Write(ref isClosed, true)), static _ => 1, options);
        var function = new SensorSource<int>("function", () =>
        {
            reading.Set();
            gate.Wait();
            Volatile.Write(ref isFunctionRead, true);
            return 2;
        }, options);
        Check.True(device.Closed.IsCompleted, "nothing was opened");
        using (MainLoop loop = Loops.New())
        {
            loop.Add(function);
            loop.Add(device);
            Pump.Until(loop, () => reading.IsSet && function.IsReading && device.IsReading); // the second one waits for its bus
        }

        Check.False(device.Closed.IsCompleted || function.Closed.IsCompleted);
        gate.Set();
        Check.True(Task.WaitAll([device.Closed, function.Closed], TimeSpan.FromSeconds(20)));
        Check.True(Volatile.Read(ref isFunctionRead) && Volatile.Read(ref isClosed), "what waited has opened it first");
    }

    [Case]
    public void Closed_IsTold_ThoughTheBusFails()
    {
        foreach (ISensorBus bus in (ISensorBus[])[new VirtualBus(), new RefusingBus()])
        {
            bool isClosed = false;
            SensorSource<int> sensor = SensorSource.Open("device", () => new Closing(() => isClosed = true), static _ => 1, new SensorOptions { Period = null, Bus = bus });
            using (MainLoop loop = Loops.New())
            {
                bool isRead = false;
                loop.Add(sensor).On((in SensorValue<int> _, in EventInfo _) => isRead = true);
                Pump.Until(loop, () => isRead);
                (bus as RefusingBus)?.Refuse();
            }

            Check.True(sensor.Closed.Wait(TimeSpan.FromSeconds(20)), bus.GetType().Name);
            Check.True(isClosed);
        }
    }

    // One that has gone, as a bus behind a cable does.
    private sealed class RefusingBus : ISensorBus
    {
        private readonly SensorBus _bus = new("cable");
        private bool _refuses;

        public void Refuse() => _refuses = true;

        public LoopTask RunAsync(MainLoop loop, Action work) => _refuses ? throw new IOException("the cable is out") : _bus.RunAsync(loop, work);
    }

    [Case]
    public void Closed_IsAwaited_OnTheLoop_BeforeTheBusIsClosed()
    {
        using MainLoop loop = Loops.New();
        var trace = new List<string>();
        SensorSource<int> sensor = SensorSource.Open("device", () => new Closing(() => trace.Add("device")), static _ => 1, new SensorOptions { Period = null });
        bool isRead = false;
        SourceHandle handle = loop.Add(sensor).On((in SensorValue<int> _, in EventInfo _) => isRead = true);
        Pump.Until(loop, () => isRead);
        bool isOver = false;
        loop.CallSoon(() => End().Forget());
        Pump.Until(loop, () => isOver);
        Check.Sequence(["device", "bus"], trace);

        async LoopTask End()
        {
            handle.Remove();
            await sensor.Closed;
            trace.Add("bus");
            isOver = true;
        }
    }

    [Case]
    public void WrongOptions_AreRefused()
    {
        Check.Contains("Period", Check.Throws<ArgumentOutOfRangeException>(static () => _ = new SensorOptions { Period = TimeSpan.Zero }).Message);
        Check.Contains("Timeout", Check.Throws<ArgumentOutOfRangeException>(static () => _ = new SensorOptions { Timeout = TimeSpan.Zero }).Message);
        Check.Contains("StaleAfter", Check.Throws<ArgumentOutOfRangeException>(static () => _ = new SensorOptions { StaleAfter = -s_second }).Message);
        Check.Contains("FailuresUntilGone", Check.Throws<ArgumentOutOfRangeException>(static () => _ = new SensorOptions { FailuresUntilGone = 0 }).Message);
    }

    private sealed class Closing(Action close) : IDisposable
    {
        public void Dispose() => close();
    }
}
