using System.Runtime.CompilerServices;

namespace Mainspring.Contracts.Core;

/// <summary>Timers beside a sorted list, for random sequences of calls, and what their memory keeps.</summary>
public sealed class TimerModelContract : VirtualLoopSuite
{
    private const int Sequences = 40;
    private const int Steps = 1_500;

    [Case]
    public void Any_sequence_of_calls_on_every_scale_runs_as_a_sorted_list_says() => Compare(static (random, _) => 1L << random.Next(57));

    [Case]
    public void Any_sequence_of_calls_with_few_different_deadlines_runs_as_a_sorted_list_says() =>
        Compare(static (random, nowNs) => ((nowNs / 50_000_000) + random.Next(1, 6)) * 50_000_000 - nowNs);

    [Case]
    public void Any_sequence_of_calls_around_the_edges_of_slots_runs_as_a_sorted_list_says() =>
        Compare(static (random, nowNs) => (((nowNs >> 20) + (1L << random.Next(0, 18))) << 20) - nowNs + random.Next(-2, 3));

    [Case]
    public void Any_sequence_of_calls_within_a_millisecond_runs_as_a_sorted_list_says() => Compare(static (random, _) => random.Next(-1000, 2_000_000));

    [Case]
    public void Any_sequence_of_calls_after_100_years_runs_as_a_sorted_list_says() =>
        Compare(static (random, _) => random.Next(1, 100) << random.Next(30), TimeSpan.FromDays(36_525));

    [Case]
    public void Thousands_of_timers_in_one_tick_run_by_deadline_and_order_whatever_holes_they_fill()
    {
        var random = new Random(5);
        var ran = new List<int>();
        var pending = new SortedSet<(long Ns, int Id)>();
        var handles = new Dictionary<int, (TimerHandle Handle, long Ns)>();
        for (int id = 0; id < 40_000; id++)
        {
            int number = id;
            long ns = 900_000_000 + (random.Next(2) == 0 ? random.Next(1_000_000) : random.Next(4));
            handles.Add(id, (Loop.CallAtNs(ns, list => list.Add(number), ran), ns));
            pending.Add((ns, id));
            if (id % 3 != 0)
            {
                int victim = random.Next(id);
                if (handles[victim].Handle.Cancel())
                {
                    Check.True(pending.Remove((handles[victim].Ns, victim)));
                }
            }
        }

        Check.Equal(pending.Count, Loop.Counters.Timers);
        Clock.Advance(Ms(1_000));
        Loop.Tick();
        Check.Sequence(pending.Select(static timer => timer.Id), ran);
    }

    [Case]
    public void A_place_that_is_used_again_means_nothing_to_old_handles()
    {
        var old = new List<TimerHandle>();
        for (int i = 0; i < 10_000; i++)
        {
            TimerHandle handle = Loop.CallLater(Ms(1_000 + (i % 3)), static () => { });
            Check.True(old.TrueForAll(static other => !other.IsPending && !other.Cancel()));
            Check.True(handle.IsPending && handle.Cancel());
            old.Add(handle);
            if (old.Count > 50)
            {
                old.RemoveAt(i % 50);
            }
        }

        Check.Equal(0, Loop.Counters.Timers);
        Check.True(Loop.Timers.Places <= 1_024, "one place after the other is taken again");
    }

    [Case]
    public void Crowds_that_move_on_leave_no_memory_behind()
    {
        // All of a crowd but a few are put off, again and again: their old slots are mostly holes until their time comes.
        const int Crowd = 5_000;
        var handles = new TimerHandle[Crowd];
        var strays = new List<TimerHandle>();
        var random = new Random(9);
        for (int turn = 0; turn < 200; turn++)
        {
            foreach (int i in Enumerable.Range(0, Crowd).OrderBy(_ => random.Next()))
            {
                if (random.Next(1_000) == 0)
                {
                    strays.Add(handles[i]); // stays
                }
                else
                {
                    handles[i].Cancel();
                }

                handles[i] = Loop.CallLater(Ms(60_000 + random.Next(250)), static () => { });
            }

            Clock.Advance(Ms(280));
            Loop.Tick();
        }

        Check.Equal(Crowd + strays.Count(static handle => handle.IsPending), Loop.Counters.Timers);
        Check.True(Loop.Timers.Places < 20 * Crowd, $"{Loop.Timers.Places} places for {Loop.Counters.Timers} timers");
        RunUntilIdle();
        Check.Equal(0, Loop.Counters.Timers);
    }

    [Case]
    public void What_a_timer_was_given_is_released_when_it_has_run_or_is_cancelled()
    {
        var references = new List<WeakReference>();
        Schedule();
        Collect();
        Check.True(references.TrueForAll(static reference => !reference.IsAlive), "cancelled: far, moved on by the wheel, near, and due");
        references.Clear();

        ScheduleAndRun();
        Collect();
        Check.True(references.TrueForAll(static reference => !reference.IsAlive), "has run: timers and callbacks, those that threw too");

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Schedule()
        {
            TimerHandle far = Add(Ms(100_000)), moved = Add(Ms(300)), sorted = Add(Ms(290.1));
            var due = new TimerHandle[1];
            Loop.CallAt(Ms(299), static due => due[0].Cancel(), due);
            due[0] = Add(Ms(299));
            Clock.Advance(Ms(290)); // past the start of their slot
            Loop.Tick();
            TimerHandle near = Add(Ms(290.05));
            Check.True(far.Cancel() && moved.Cancel() && sorted.Cancel() && near.Cancel());
            Clock.Advance(Ms(9));
            Loop.Tick();
            Check.False(due[0].IsPending);
            Check.Equal(0L, Loop.Counters.Errors);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        void ScheduleAndRun()
        {
            Add(Ms(400));
            Loop.CallAt(Ms(401), static _ => throw new InvalidOperationException(), Watched());
            Loop.CallSoon(static _ => { }, Watched());
            Loop.CallSoon(static _ => throw new InvalidOperationException(), Watched());
            CallbackHandle cancelled = Loop.CallSoon(static _ => { }, Watched());
            Check.True(cancelled.Cancel());
            Clock.Advance(Ms(400));
            Loop.Tick();
            Clock.Advance(Ms(1));
            Loop.Tick();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        TimerHandle Add(TimeSpan when) => Loop.CallAt(when, static _ => { }, Watched());

        [MethodImpl(MethodImplOptions.NoInlining)]
        object Watched()
        {
            object watched = new();
            references.Add(new WeakReference(watched));
            return watched;
        }

        static void Collect()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
        }
    }

    private static void Compare(Func<Random, long, long> delayNs, TimeSpan start = default)
    {
        for (int seed = 0; seed < Sequences; seed++)
        {
            using var both = new Both(seed, delayNs, start);
            for (int step = 0; step < Steps; step++)
            {
                both.Step();
            }

            both.End();
        }
    }

    // The loop and the model, which are told the same.
    private sealed class Both : IDisposable
    {
        private readonly Random _random;
        private readonly Func<Random, long, long> _delayNs;
        private readonly VirtualClock _clock = new() { Autojump = false };
        private readonly MainLoop _loop;
        private readonly List<TimerHandle> _handles = [];
        private readonly List<int> _ran = [];

        private readonly SortedSet<(long Ns, int Id)> _pending = []; // equal deadlines in the order of the calls
        private readonly List<long> _deadlines = [];
        private readonly List<int> _victims = [];                    // whom a timer cancels when it runs; itself: nobody
        private readonly List<int> _expected = [];

        public Both(int seed, Func<Random, long, long> delayNs, TimeSpan start)
        {
            _random = new Random(seed);
            _delayNs = delayNs;
            _loop = new MainLoop(new LoopOptions { Clock = _clock });
            _clock.Advance(start);
            _loop.Tick();
        }

        public void Step()
        {
            int what = _random.Next(20);
            if (what < 11)
            {
                Add();
            }
            else if (what < 18 && _handles.Count > 0)
            {
                int victim = _random.Next(4) == 0 ? _random.Next(_handles.Count) : _random.Next(Math.Max(0, _handles.Count - 40), _handles.Count);
                Check.Equal(_pending.Remove((_deadlines[victim], victim)), _handles[victim].Cancel());
            }
            else
            {
                long toNs = _pending.Count > 0 && _random.Next(2) == 0 ? _pending.ElementAt(Math.Min(_pending.Count - 1, _random.Next(5))).Ns : _loop.NowNs + Math.Max(0, _delayNs(_random, _loop.NowNs) / 4);
                Pass(toNs);
            }

            Check.Equal(_pending.Count, _loop.Counters.Timers);
            Check.Equal(_pending.Count == 0 ? long.MaxValue : _pending.Min.Ns, _loop.Timers.NextDeadlineNs());
        }

        public void End()
        {
            while (_pending.Count > 0)
            {
                Pass(_pending.Min.Ns);
            }
        }

        public void Dispose() => _loop.Dispose();

        private void Add()
        {
            int id = _handles.Count;
            long ns = Math.Clamp(_loop.NowNs + _delayNs(_random, _loop.NowNs), 0, Nanoseconds.Farthest - 1);
            int victim = _random.Next(4) == 0 ? _random.Next(id + 1) : id;
            _deadlines.Add(ns);
            _victims.Add(victim);
            _pending.Add((ns, id));
            _handles.Add(_loop.CallAtNs(ns, both =>
            {
                both._ran.Add(id);
                both._handles[victim].Cancel();
            }, this));
        }

        private void Pass(long toNs)
        {
            _clock.Advance(new TimeSpan((Math.Max(0, toNs - _clock.ReadNs()) + 99) / 100));
            _loop.Tick();
            long nowNs = _loop.NowNs;
            foreach ((long Ns, int Id) due in _pending.TakeWhile(timer => timer.Ns <= nowNs).ToList())
            {
                if (_pending.Remove(due))
                {
                    _expected.Add(due.Id);
                    _pending.Remove((_deadlines[_victims[due.Id]], _victims[due.Id]));
                }
            }

            Check.Sequence(_expected, _ran);
            _expected.Clear();
            _ran.Clear();
        }
    }
}
