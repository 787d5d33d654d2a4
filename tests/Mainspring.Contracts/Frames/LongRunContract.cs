using System.Numerics;
using System.Runtime.InteropServices;
using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Frames;

/// <summary>Long times: no tick is lost in 30 days, and an hour of a game is the same twice.</summary>
public sealed class LongRunContract : VirtualLoopSuite
{
    private const long DayNs = 86_400_000_000_000;

    [Case]
    public void The_grid_is_exact_for_every_tick_of_30_days_and_of_100_years_at_1_kHz()
    {
        var grid = new RateGrid(1000);
        foreach (long days in (long[])[0, 1, 30, 36_525])
        {
            for (long number = days * 86_400_000, end = number + 100_000; number < end; number++)
            {
                Check.True(grid.At(number) == number * 1_000_000 && grid.NumberAt(number * 1_000_000) == number && grid.NumberAt((number * 1_000_000) - 1) == number - 1 + (number == 0 ? 1 : 0));
            }
        }
    }

    [Case]
    public void The_grid_is_exact_for_any_rate_and_time()
    {
        var random = new Random(20);
        for (int i = 0; i < 200_000; i++)
        {
            long microhertz = (long)Math.Exp((random.NextDouble() * (Math.Log(1e12) - Math.Log(1e3))) + Math.Log(1e3));
            var grid = new RateGrid(microhertz / 1e6);
            long ns = random.NextInt64(36_525 * DayNs);
            long number = grid.NumberAt(ns);
            Check.True(grid.At(number) <= ns && grid.At(number + 1) > ns, $"{microhertz} uHz at {ns}");
            Check.True(grid.At(number) == new BigInteger(number) * 1_000_000_000_000_000 / microhertz, $"{microhertz} uHz, number {number}");
            Check.True(grid.NumberAt(grid.At(number)) == number, $"{microhertz} uHz: there and back");
        }
    }

    [Case]
    public void A_million_frames_at_1_kHz_after_30_days_start_exactly_at_their_deadlines()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 1000 });
        loop.Tick(); // the grid starts at 0
        Clock.Advance(TimeSpan.FromDays(30) - Ms(1));
        long frames = 0, expected = TimeSpan.FromDays(30).Ticks, wrong = 0;
        loop.OnFrame(FramePhase.Update, frame =>
        {
            long start = expected - TimeSpan.TicksPerMillisecond + (frames * TimeSpan.TicksPerMillisecond);
            wrong += frame.Start.Ticks == start && frame.Deadline.Ticks == start + TimeSpan.TicksPerMillisecond ? 0 : 1;
            frames++;
        });
        RunFor(TimeSpan.FromSeconds(1000) - TimeSpan.FromTicks(1));
        Check.Equal((1_000_000L, 0L), (frames, wrong));
        Check.Equal((0L, 0L), (loop.FrameStats.Late, loop.FrameStats.Dropped));
    }

    [Case]
    public void Thirty_days_at_1_kHz_in_leaps_lose_no_tick()
    {
        // Each frame that runs or is dropped is a tick: all 2,592,000,000 of them are accounted for, whatever the leaps.
        MainLoop loop = Build(new LoopOptions { FrameRate = 1000, LatePolicy = LatePolicy.CatchUp, MaxCatchUp = 2 });
        TimerHandle timer = loop.CallEvery(Ms(1), static () => { });
        var random = new Random(30);
        loop.Tick(); // the grid starts at 0
        while (Clock.Now < TimeSpan.FromDays(30))
        {
            long left = TimeSpan.FromDays(30).Ticks - Clock.Now.Ticks;
            Clock.Advance(TimeSpan.FromTicks(Math.Min(left, random.NextInt64(1, 36_000_000_000))));
            Pump.Ticks(loop, 4); // the frame and up to two missed ones
        }

        Check.Equal((30L * 86_400_000) + 1, loop.FrameStats.Frames + loop.FrameStats.Dropped, "the first frame is at 0 and the last at 30 days");
        Check.Equal(TimeSpan.FromDays(30) + Ms(1), loop.Frame.Deadline);
        Check.Equal(TimeSpan.FromDays(30) + Ms(1), timer.When!.Value);
    }

    [Case]
    public void Fixed_steps_of_30_days_in_leaps_lose_no_step()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host, FixedStep = Ms(1), MaxFixedSteps = 5 });
        var random = new Random(31);
        long steps = 0, left = TimeSpan.FromDays(30).Ticks;
        loop.OnFrame(FramePhase.FixedUpdate, _ => steps++);
        while (left > 0)
        {
            long delta = Math.Min(left, random.NextInt64(1, 36_000_000_000));
            left -= delta;
            loop.TickFrame(TimeSpan.FromTicks(delta), Ms(1));
        }

        Check.Equal(30L * 86_400_000, steps + (loop.FrameStats.DroppedTime.Ticks / TimeSpan.TicksPerMillisecond));
        Check.Equal((0.0, steps - 1), (loop.Interpolation, loop.FixedStep.Index));
    }

    [Case]
    public void An_hour_of_a_game_at_60_Hz_is_the_same_twice()
    {
        (ulong Hash, long Works) first = PlayAnHour(), second = PlayAnHour();
        Check.Equal(first, second);
        Check.True(first.Works > 1_000_000, $"{first.Works} pieces of work");
    }

    // Fixed steps at 120 Hz, jobs in several phases, timers, throttles, rates and background work; a slow frame now and then, a pause, slow motion.
    private static (ulong Hash, long Works) PlayAnHour()
    {
        var clock = new VirtualClock();
        var trace = new Hash(clock);
        using MainLoop loop = Loops.New(options => options with { Clock = clock, FrameRate = 60, FixedStep = TimeSpan.FromTicks(83_333), Trace = trace });
        ulong state = 1; // of the game
        RateLimited save = loop.Throttle(() => state += 3, perSecond: 2, burst: 2, name: "save");
        RateLimited settle = loop.Debounce(() => state += 5, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1), "settle");
        loop.OnFrame(FramePhase.FixedUpdate, _ => state = (state * 6364136223846793005) + (ulong)loop.FixedStep.Index, "physics");
        loop.OnFrame(FramePhase.Update, frame =>
        {
            clock.Advance(TimeSpan.FromTicks((long)(state >> 48))); // up to 6.5 ms
            clock.Advance(TimeSpan.FromMilliseconds(frame.Index % 5_000 == 4_999 ? 40 : 0));
            trace.Add((ulong)frame.Delta.Ticks);
            if (state % 16 == 0)
            {
                save.Call();
                settle.Call();
            }
        }, "game");
        loop.OnFrame(FramePhase.Render, _ => trace.Add(BitConverter.DoubleToUInt64Bits(loop.Interpolation)), "draw", perSecond: 30);
        loop.CallEvery(TimeSpan.FromMilliseconds(100), () => state ^= 7, "tenths");
        loop.CallLater(TimeSpan.FromMinutes(20), loop.Pause);
        loop.CallLater(TimeSpan.FromMinutes(20.1), () => loop.StepOnce());
        loop.CallLater(TimeSpan.FromMinutes(21), loop.Resume);
        loop.CallLater(TimeSpan.FromMinutes(40), () => loop.TimeScale = 0.3);
        loop.StartJob(Walk(), FramePhase.FixedUpdate, "walk");
        loop.StartJob(Look(), FramePhase.LateUpdate, "look");
        loop.CallInBackground(
            budget =>
            {
                for (int i = 0; i < 20 && !budget.IsSpent; i++)
                {
                    clock.Advance(TimeSpan.FromMicroseconds(200));
                    state++;
                }

                return true;
            },
            TimeSpan.FromMilliseconds(100),
            "paths");
        loop.Run(new RunOptions { For = TimeSpan.FromHours(1) });
        trace.Add(state);
        trace.Add((ulong)loop.FixedStep.Index);
        trace.Add((ulong)loop.FrameStats.Dropped);
        Check.Equal(0L, loop.Counters.Errors);
        Check.True(loop.FrameStats.Frames > 200_000 && loop.FrameStats.Dropped > 40 && save.Runs > 1_000 && settle.Runs > 1_000);
        return (trace.Value, trace.Works);

        IEnumerator<Wait> Walk()
        {
            while (true)
            {
                state += 11;
                yield return state % 4 == 0 ? Wait.Frames(3) : Wait.NextFrame;
            }
        }

        IEnumerator<Wait> Look()
        {
            while (true)
            {
                state += 13;
                yield return Wait.FixedStep;
                yield return Wait.For(TimeSpan.FromMilliseconds(70));
            }
        }
    }

    // Everything that runs, in its order, with its name and time.
    private sealed class Hash(VirtualClock clock) : LoopTrace
    {
        public ulong Value { get; private set; } = 14695981039346656037;

        public long Works { get; private set; }

        public void Add(ulong number) => Value = (Value ^ number) * 1099511628211;

        public override void Tick(long tick, TimeSpan now) => Add((ulong)now.Ticks);

        public override void Begin(in Work work)
        {
            Works++;
            Add((ulong)work.Kind);
            Add((ulong)clock.Now.Ticks);
            if (work.Subject is FrameHandle or Job)
            {
                foreach (byte part in MemoryMarshal.AsBytes(work.Name.AsSpan()))
                {
                    Add(part);
                }
            }
        }

        public override void End(in Work work) => Add((ulong)clock.Now.Ticks);
    }
}
