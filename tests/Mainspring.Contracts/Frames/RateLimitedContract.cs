using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Frames;

/// <summary>Throttle and Debounce.</summary>
public sealed class RateLimitedContract : VirtualLoopSuite
{
    [Case]
    public void A_call_runs_in_the_next_round_and_never_inline()
    {
        RateLimited throttled = Loop.Throttle(Note("throttled"), perSecond: 10);
        RateLimited debounced = Loop.Debounce(Note("debounced"), TimeSpan.Zero);
        Loop.CallSoon(() =>
        {
            throttled.Call();
            debounced.Call();
            Check.True(throttled.IsPending && debounced.IsPending);
            Journal.Add("called");
        });
        RunUntilIdle();
        Check.Sequence(["called", "throttled", "debounced"], Journal);
        Check.False(throttled.IsPending || debounced.IsPending);
    }

    [Case]
    public void Calls_over_the_rate_are_one_run_when_the_rate_allows_it()
    {
        RateLimited limited = Loop.Throttle(Stamp, perSecond: 10);
        Loop.CallEvery(Ms(10), limited.Call).Unref();
        RunFor(Ms(455)); // calls at 10, 20 … 450
        Check.Sequence(["10", "110", "210", "310", "410"], Journal);
        Check.Equal(5L, limited.Runs);
        Check.True(limited.IsPending, "the call at 420 waits for 510, and those after it with it");
        Check.Equal(45 - 5 - 1L, limited.Coalesced);
        RunFor(Ms(60));
        Check.Equal("510", Journal[^1]);
    }

    [Case]
    public void A_burst_runs_at_once_and_its_tokens_come_back_one_by_one()
    {
        RateLimited limited = Loop.Throttle(Stamp, perSecond: 10, burst: 3);
        Call(5);
        RunUntilIdle();
        Check.Sequence(["0", "0", "0", "100"], Journal, "three at once, one later, and the fifth is one with the fourth");
        Check.Equal(1L, limited.Coalesced);
        Journal.Clear();
        RunFor(Ms(150)); // at 250: one token has come back
        Call(2);
        RunUntilIdle();
        Check.Sequence(["250", "300"], Journal);
        Journal.Clear();
        RunFor(Ms(10_000));
        Call(9);
        RunUntilIdle();
        Check.Sequence(["10300", "10300", "10300", "10400"], Journal, "a rest fills the bucket, and no more than that");

        void Call(int times)
        {
            for (int i = 0; i < times; i++)
            {
                limited.Call();
            }
        }
    }

    [Case]
    public void A_flood_of_calls_runs_at_exactly_the_rate()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 1000 });
        RateLimited limited = loop.Throttle(static () => { }, perSecond: 30);
        loop.OnFrame(FramePhase.Update, _ => limited.Call());
        RunFor(TimeSpan.FromMinutes(10) - Ms(1));
        // The first call, and one run every 33.333334 ms, asked for by the next frame's call: 18,000 in ten minutes, less what the rounding up takes.
        Check.Equal(18_000L, limited.Runs);
        Check.Equal(600_000 - 18_000L, limited.Coalesced + (limited.IsPending ? 1 : 0));
    }

    [Case]
    public void A_random_pattern_of_calls_never_exceeds_the_bucket_and_never_loses_the_last_call()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var clock = new VirtualClock();
            using MainLoop loop = Loops.New(options => options with { Clock = clock });
            int burst = random.Next(1, 5);
            double rate = random.Next(1, 200);
            var runs = new List<long>();
            long lastCall = -1;
            RateLimited limited = loop.Throttle(() => runs.Add(clock.Now.Ticks), rate, burst);
            for (int i = 0; i < 200; i++)
            {
                loop.CallLater(TimeSpan.FromTicks(random.Next(0, 10_000_000)), () =>
                {
                    lastCall = clock.Now.Ticks;
                    limited.Call();
                });
            }

            loop.Run(new RunOptions { UntilIdle = true });
            Check.True(runs[^1] >= lastCall, $"seed {seed}: the last call has a run after it");
            Check.Equal(200L, limited.Runs + limited.Coalesced, $"seed {seed}");
            for (int i = burst; i < runs.Count; i++)
            {
                // burst + 1 runs take at least one interval for each token beyond the bucket.
                Check.True(runs[i] - runs[i - burst] >= (long)(10_000_000 / rate) - 1, $"seed {seed}: {burst + 1} runs within {runs[i] - runs[i - burst]} ticks at {rate} per second");
            }
        }
    }

    [Case]
    public void Cancel_drops_what_waits_and_a_later_call_works_again()
    {
        RateLimited limited = Loop.Throttle(Stamp, perSecond: 10, burst: 2);
        limited.Call();
        limited.Call();
        limited.Call();
        Check.True(limited.Cancel());
        Check.False(limited.IsPending);
        Check.False(limited.Cancel());
        RunUntilIdle();
        Check.Equal(0, Journal.Count);
        limited.Call();
        RunUntilIdle();
        Check.Sequence(["100"], Journal, "both tokens stay taken");
        RateLimited debounced = Loop.Debounce(Note("never"), Ms(10));
        debounced.Call();
        Check.True(debounced.Cancel());
        Check.False(debounced.Cancel() || debounced.IsPending);
        RunUntilIdle();
        Check.Equal(1, Journal.Count);
    }

    [Case]
    public void An_action_can_call_and_cancel_itself()
    {
        RateLimited limited = null!;
        limited = Loop.Throttle(
            () =>
            {
                Stamp();
                if (Journal.Count < 3)
                {
                    limited.Call();
                }
                else
                {
                    limited.Call();
                    Check.True(limited.Cancel());
                }
            },
            perSecond: 10);
        limited.Call();
        RunUntilIdle();
        Check.Sequence(["0", "100", "200"], Journal);
    }

    [Case]
    public void Debounce_waits_until_the_calls_have_come_to_a_rest()
    {
        RateLimited limited = Loop.Debounce(Stamp, Ms(50));
        foreach (double at in (double[])[0, 20, 60, 100, 300])
        {
            Loop.CallAt(Ms(at), limited.Call);
        }

        RunUntilIdle();
        Check.Sequence(["150", "350"], Journal);
        Check.Equal((2L, 3L), (limited.Runs, limited.Coalesced));
    }

    [Case]
    public void Debounce_with_maxWait_runs_although_the_calls_never_rest()
    {
        RateLimited limited = Loop.Debounce(Stamp, Ms(50), maxWait: Ms(120));
        TimerHandle calls = Loop.CallEvery(Ms(10), limited.Call); // 10, 20 …
        RunFor(Ms(400));
        calls.Cancel();
        RunUntilIdle();
        // The call at 10 waits until 130. The call at 130 comes just before the run and is one with it; the next series begins at 140.
        Check.Sequence(["130", "260", "390", "450"], Journal);
    }

    [Case]
    public void Debounce_is_not_put_off_by_calls_that_come_before_it_in_every_tick()
    {
        RateLimited limited = Loop.Debounce(Stamp, Ms(1), maxWait: Ms(3));
        Loop.CallSoon(Again);
        RunFor(Ms(20));
        Check.True(Journal.Count is >= 4 and <= 7, $"{Journal.Count} runs");

        void Again()
        {
            limited.Call();
            Clock.Advance(Ms(0.1));
            Loop.CallSoon(Again, Priority.High);
        }
    }

    [Case]
    public void Its_name_is_in_traces_and_errors_of_immediate_and_trailing_runs_alike()
    {
        foreach (bool debug in (bool[])[false, true])
        {
            Journal.Clear();
            MainLoop loop = Build(new LoopOptions { Clock = new VirtualClock(), Trace = new Names(Journal), Debug = debug });
            loop.UnhandledException += context =>
            {
                Journal.Add($"{context.Kind} {context.Name} threw");
                context.Handled = true;
            };
            RateLimited throttled = loop.Throttle(static () => throw new FormatException(), perSecond: 10, name: "saving");
            RateLimited debounced = loop.Debounce(static () => throw new FormatException(), Ms(1), name: "resizing");
            throttled.Call();
            throttled.Call();
            debounced.Call();
            RateLimited cancelled = loop.Throttle(Note("never"), perSecond: 1, name: "cancelled");
            cancelled.Call();
            cancelled.Cancel();
            loop.Run(new RunOptions { UntilIdle = true });
            Check.Sequence(
                [
                    "Callback saving", "Callback saving threw",
                    "Timer resizing", "Timer resizing threw",
                    "Timer saving", "Timer saving threw",
                ],
                Journal);
            Check.Equal(2L, throttled.Runs);
            Check.Equal("resizing", debounced.Name);
        }
    }

    [Case]
    public void Calls_allocate_nothing()
    {
        RateLimited throttled = Loop.Throttle(static () => { }, perSecond: 500, burst: 2);
        RateLimited debounced = Loop.Debounce(static () => { }, Ms(1), maxWait: Ms(5));
        Allocations.None(() =>
        {
            throttled.Call();
            throttled.Call();
            throttled.Call();
            debounced.Call();
            debounced.Call();
            Clock.Advance(Ms(0.7));
            Loop.Tick();
        });
        Check.True(throttled.Runs > 100 && debounced.Runs > 100);
    }

    [Case]
    public void What_is_no_rate_is_refused_and_a_disposed_loop_says_so()
    {
        foreach (double rate in (double[])[double.NaN, 0, -1, double.PositiveInfinity, 2_000_000])
        {
            Check.Contains("perSecond", Check.Throws<ArgumentOutOfRangeException>(() => Loop.Throttle(static () => { }, rate)).Message);
        }

        Check.Throws<ArgumentOutOfRangeException>(() => Loop.Throttle(static () => { }, 1, burst: 0));
        Check.Throws<ArgumentOutOfRangeException>(() => Loop.Debounce(static () => { }, Ms(-1)));
        Check.Contains("maxWait", Check.Throws<ArgumentOutOfRangeException>(() => Loop.Debounce(static () => { }, Ms(1), Ms(-1))).Message);
        RateLimited throttled = Loop.Throttle(static () => { }, 1);
        throttled.Call();
        throttled.Call();
        Loop.Dispose();
        Check.False(throttled.IsPending);
        Check.Throws<ObjectDisposedException>(throttled.Call);
        Check.Throws<ObjectDisposedException>(() => Loop.Throttle(static () => { }, 1));
    }

    private void Stamp() => Journal.Add($"{Clock.Now.TotalMilliseconds}");

    private sealed class Names(List<string> journal) : LoopTrace
    {
        public override void Begin(in Work work) => journal.Add($"{work.Kind} {work.Name}");
    }
}
