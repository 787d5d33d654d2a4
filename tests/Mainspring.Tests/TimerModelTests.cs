using FsCheck;
using FsCheck.Fluent;

namespace Mainspring.Tests;

/// <summary>The timers of a loop against a list that is sorted each time, for random sequences of calls.</summary>
public sealed class TimerModelTests
{
    private const int Sequences = 2_000;

    /// <summary>What a step does.</summary>
    public enum Kind
    {
        /// <summary>A timer after a delay.</summary>
        Later,

        /// <summary>A timer at a time, which may have passed.</summary>
        At,

        /// <summary>A periodic timer.</summary>
        Every,

        /// <summary>A timer that cancels another one when it runs.</summary>
        Canceller,

        /// <summary>A timer that schedules another one when it runs.</summary>
        Scheduler,

        /// <summary>Cancels a timer, pending or not.</summary>
        Cancel,

        /// <summary>Time passes, and the loop ticks.</summary>
        Advance,

        /// <summary>The loop sleeps until the next deadline.</summary>
        Sleep,
    }

    [Fact]
    public void Timers_InAnySequenceOfCalls_RunAsTheModelSays()
    {
        Arbitrary<Step[]> steps = Arb.From(Steps().ArrayOf(), Shrink);
        Prop.ForAll(steps, static sequence => Compare(sequence)).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithEndSize(120));
    }

    [Fact]
    public void Timers_InManyEqualDeadlines_RunAsTheModelSays()
    {
        // Times of few values: nearly every deadline is shared.
        Gen<Step> coarse = Steps().Select(static step => step with { Ns = step.Ns % 5 * 700_000 });
        Prop.ForAll(Arb.From(coarse.ArrayOf(), Shrink), static sequence => Compare(sequence)).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithEndSize(120));
    }

    private static Gen<Step> Steps()
    {
        // Nanoseconds on every scale, from 1 ns to 4.5 years; and the edges of the wheel's slots.
        Gen<long> anyScale =
            from bits in Gen.Choose(0, 56)
            from mantissa in Gen.Choose(0, int.MaxValue)
            select (long)((UInt128)(uint)mantissa * (1UL << bits) >> 31);
        Gen<long> edge =
            from bits in Gen.Choose(18, 50)
            from offset in Gen.Choose(-2, 2)
            select (1L << bits) + offset;
        Gen<Kind> kind = Gen.Frequency(
            (6, Gen.Constant(Kind.Later)),
            (2, Gen.Constant(Kind.At)),
            (1, Gen.Constant(Kind.Every)),
            (1, Gen.Constant(Kind.Canceller)),
            (1, Gen.Constant(Kind.Scheduler)),
            (4, Gen.Constant(Kind.Cancel)),
            (4, Gen.Constant(Kind.Advance)),
            (3, Gen.Constant(Kind.Sleep)));
        return
            from what in kind
            from ns in Gen.Frequency((3, anyScale), (1, edge), (1, Gen.Choose(0, 3_000_000).Select(static ns => (long)ns)))
            from which in Gen.Choose(0, 1_000)
            select new Step(what, ns, which);
    }

    private static IEnumerable<Step[]> Shrink(Step[] steps)
    {
        for (int size = steps.Length / 2; size > 0; size /= 2)
        {
            for (int start = 0; start + size <= steps.Length; start += size)
            {
                yield return [.. steps[..start], .. steps[(start + size)..]];
            }
        }
    }

    private static bool Compare(Step[] steps)
    {
        using var real = new Real();
        var model = new Model();
        foreach (Step step in steps)
        {
            if (step.Kind is Kind.Advance or Kind.Sleep)
            {
                long toNs = real.Pass(step);
                model.Pass(toNs);
            }
            else
            {
                Assert.Equal(model.Do(step), real.Do(step));
            }

            Assert.Equal(model.Ran, real.Ran);
            Assert.Equal(model.NextDeadlineNs, real.NextDeadlineNs);
            Assert.Equal(model.Count, real.Count);
        }

        return true;
    }

    /// <summary>One step; which timer it means is counted modulo the timers so far.</summary>
    public sealed record Step(Kind Kind, long Ns, int Which);

    /// <summary>The loop, on a virtual clock.</summary>
    private sealed class Real : IDisposable
    {
        private readonly VirtualClock _clock = new();
        private readonly MainLoop _loop;
        private readonly List<TimerHandle> _handles = [];

        public Real() => _loop = new MainLoop(new LoopOptions { Clock = _clock });

        public List<(int Id, long Ns)> Ran { get; } = [];

        public long NextDeadlineNs => _loop.Timers.NextDeadlineNs();

        public int Count => _loop.Counters.Timers;

        public bool Do(Step step)
        {
            int id = _handles.Count;
            switch (step.Kind)
            {
                case Kind.Cancel:
                    return _handles.Count > 0 && _handles[step.Which % _handles.Count].Cancel();
                case Kind.Every:
                    // At least 100 ns; and not so short that an advance of years takes for ever.
                    _handles.Add(_loop.CallEvery(PeriodOf(step), () => Ran.Add((id, _loop.NowNs))));
                    return true;
                default:
                    _handles.Add(default);
                    _handles[id] = Schedule(step, id);
                    return true;
            }
        }

        public long Pass(Step step)
        {
            if (step.Kind == Kind.Advance)
            {
                _clock.Advance(Nanoseconds.ToTimeSpan(step.Ns));
                _loop.Tick();
            }
            else
            {
                _loop.Tick(_loop.NextDeadline is null ? TimeSpan.Zero : TimeSpan.MaxValue); // to the nanosecond
            }

            Assert.Equal(_clock.ReadNs(), _loop.NowNs);
            return _loop.NowNs;
        }

        public void Dispose() => _loop.Dispose();

        private TimerHandle Schedule(Step step, int id)
        {
            Action<Real> callback = step.Kind switch
            {
                Kind.Canceller => real =>
                {
                    real.Ran.Add((id, _loop.NowNs));
                    _handles[step.Which % _handles.Count].Cancel();
                }
                ,
                Kind.Scheduler => real =>
                {
                    real.Ran.Add((id, _loop.NowNs));
                    Do(new Step(Kind.Later, step.Ns / 3, 0));
                }
                ,
                _ => real => real.Ran.Add((id, _loop.NowNs)),
            };
            long deadlineNs = step.Kind == Kind.At ? step.Ns : _clock.ReadNs() + step.Ns;
            return _loop.CallAtNs(deadlineNs, callback, this);
        }
    }

    /// <summary>The same, as simple as can be.</summary>
    private sealed class Model
    {
        private readonly List<Timer> _timers = []; // all that ever were
        private long _nowNs;
        private long _order;

        public List<(int Id, long Ns)> Ran { get; } = [];

        public int Count => _timers.Count(static timer => timer.Pending);

        public long NextDeadlineNs => _timers.Where(static timer => timer.Pending).Select(static timer => timer.DeadlineNs).DefaultIfEmpty(long.MaxValue).Min();

        public bool Do(Step step)
        {
            switch (step.Kind)
            {
                case Kind.Cancel:
                    return _timers.Count > 0 && Cancel(step.Which);
                case Kind.Every:
                    long periodNs = PeriodOf(step).Ticks * 100;
                    _timers.Add(new Timer(_timers.Count, step, periodNs) { DeadlineNs = _nowNs + periodNs, Order = ++_order });
                    return true;
                default:
                    _timers.Add(new Timer(_timers.Count, step, 0) { DeadlineNs = step.Kind == Kind.At ? step.Ns : _nowNs + step.Ns, Order = ++_order });
                    return true;
            }
        }

        public void Pass(long toNs)
        {
            _nowNs = toNs;
            // What is due when the tick begins; by deadline, then in the order in which they were scheduled; a period is, when the one before it ran.
            foreach (Timer timer in _timers.Where(timer => timer.Pending && timer.DeadlineNs <= toNs).OrderBy(static timer => timer.DeadlineNs).ThenBy(static timer => timer.Order).ToList())
            {
                if (!timer.Pending)
                {
                    continue; // cancelled by one before it
                }

                if (timer.PeriodNs == 0)
                {
                    timer.Pending = false;
                }
                else
                {
                    timer.DeadlineNs += timer.PeriodNs * ((toNs - timer.DeadlineNs) / timer.PeriodNs + 1);
                    timer.Order = ++_order;
                }

                Ran.Add((timer.Id, toNs));
                if (timer.Step.Kind == Kind.Canceller)
                {
                    Cancel(timer.Step.Which);
                }
                else if (timer.Step.Kind == Kind.Scheduler)
                {
                    Do(new Step(Kind.Later, timer.Step.Ns / 3, 0));
                }
            }
        }

        private bool Cancel(int which)
        {
            Timer timer = _timers[which % _timers.Count];
            bool was = timer.Pending;
            timer.Pending = false;
            return was;
        }

        private sealed class Timer(int id, Step step, long periodNs)
        {
            public int Id => id;

            public Step Step => step;

            public long PeriodNs => periodNs;

            public long DeadlineNs { get; set; }

            public long Order { get; set; }

            public bool Pending { get; set; } = true;
        }
    }

    private static TimeSpan PeriodOf(Step step) => new(Math.Max(1, step.Ns / 100));
}
