using System.Collections;

namespace Mainspring.Contracts.Core;

/// <summary>The pass over many jobs: its order, whatever they do to each other within it.</summary>
public sealed class JobPassContract : VirtualLoopSuite
{
    private readonly List<int> _order = [];                  // of joining; those that have ended too
    private readonly Dictionary<int, Job> _jobs = [];
    private readonly Dictionary<int, int> _steps = [];
    private readonly Dictionary<int, int> _waitsUntil = [];
    private readonly HashSet<int> _ended = [];
    private List<int> _expected = [];
    private int _next;
    private int _frame;
    private Random _random = new(0);

    [Case]
    public void Whatever_jobs_do_to_each_other_within_a_pass_the_others_keep_their_order_and_none_is_skipped_or_run_twice()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        Exception? wrong = null;
        loop.UnhandledException += context =>
        {
            wrong ??= context.Exception as CheckException;
            context.Handled = true;
        };
        for (int seed = 1; seed <= 8; seed++)
        {
            _random = new Random(seed);
            for (int end = _frame + 60; _frame < end; _frame++)
            {
                loop.CallSoon(() =>
                {
                    while (_jobs.Count - _ended.Count < 40 * seed)
                    {
                        Start();
                    }

                    _expected = [.. _order.Where(id => !_ended.Contains(id))];
                });
                _next = 0;
                loop.Tick();
                SkipThoseThatDoNotStep();
                Check.Equal(null, wrong?.Message, $"seed {seed}");
                Check.Equal(_expected.Count, _next, $"all have had their step; seed {seed}, frame {_frame}");
            }

            foreach ((int id, Job job) in _jobs)
            {
                Check.Equal(_steps.GetValueOrDefault(id), job.Stats.Steps, $"steps of job {id}, seed {seed}");
                Check.Equal(_ended.Contains(id), job.IsDone, $"job {id}, seed {seed}");
            }

            Check.Sequence(_order.Where(id => !_ended.Contains(id)).Select(id => _jobs[id]), loop.Jobs);
        }
    }

    [Case]
    public void Jobs_that_come_and_go_leave_no_places_behind()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        for (int i = 0; i < 100; i++)
        {
            loop.StartJob(Forever());
        }

        for (int frame = 0; frame < 1000; frame++)
        {
            loop.StartJob(Once());
            loop.Tick();
            Check.True(loop.JobTable.PlacesIn(FramePhase.Update) <= 101);
        }

        Check.Equal(100, loop.Jobs.Count);
        loop.Jobs.ToList().ForEach(static job => job.Cancel());
        loop.Tick();
        Check.Equal(0, loop.JobTable.PlacesIn(FramePhase.Update));
        Check.False(loop.JobTable.HasReady);

        static IEnumerator<Wait> Forever()
        {
            while (true)
            {
                yield return default;
            }
        }

        static IEnumerator<Wait> Once()
        {
            yield break;
        }
    }

    [Case]
    public void A_job_that_throws_after_it_has_cancelled_itself_disturbs_no_other()
    {
        Loop.UnhandledException += context =>
        {
            Journal.Add(context.Exception.Message);
            context.Handled = true;
        };
        Job bad = null!;
        bad = Loop.StartJob(Bad());
        Loop.StartJob(Good());
        RunUntilIdle();
        Check.Sequence(["finally", "failed", "step 0", "step 1"], Journal);
        Check.Equal(JobState.Faulted, bad.State);

        IEnumerator<Wait> Bad()
        {
            try
            {
                bad.Cancel();
                throw new InvalidOperationException("failed");
#pragma warning disable CS0162 // makes it an iterator
                yield break;
#pragma warning restore CS0162
            }
            finally
            {
                Journal.Add("finally");
            }
        }

        IEnumerator<Wait> Good()
        {
            Journal.Add("step 0");
            yield return default;
            Journal.Add("step 1");
        }
    }

    [Case]
    public void A_circle_of_jobs_is_found_from_either_end_of_a_long_chain()
    {
        const int Length = 2000;
        var jobs = new Job[Length];
        Loop.UnhandledException += static context => context.Handled = true;

        // Each waits for the one before; the last has two that wait for it; then the first waits for the last.
        jobs[0] = Loop.StartJob(First());
        for (int i = 1; i < Length; i++)
        {
            jobs[i] = Loop.StartJob(For(jobs[i - 1]));
        }

        Job[] others = [Loop.StartJob(For(jobs[^1])), Loop.StartJob(For(jobs[^1]))];
        RunUntilIdle();
        Check.Equal(JobState.Faulted, jobs[0].State);
        Check.Contains("would wait for itself", jobs[0].Exception?.Message);
        Check.True(others.All(static other => other.State == JobState.Faulted), "they waited for what failed");

        IEnumerator<Wait> First()
        {
            yield return Wait.Frames(3);
            yield return jobs[^1];
        }

        static IEnumerator<Wait> For(Job job)
        {
            yield return job;
        }
    }

    private void Start()
    {
        int id = _order.Count;
        _order.Add(id);
        var script = new Script(this, id);
        _jobs[id] = id % 2 == 0 ? Loop.StartJob(script) : Loop.StartJob(new PlainScript(script));
    }

    private void SkipThoseThatDoNotStep()
    {
        while (_next < _expected.Count && (_ended.Contains(_expected[_next]) || _waitsUntil.GetValueOrDefault(_expected[_next]) > _frame))
        {
            _next++;
        }
    }

    private Wait? Step(int id)
    {
        SkipThoseThatDoNotStep();
        Check.True(_next < _expected.Count, $"job {id} has a step that is not its turn in frame {_frame}");
        Check.Equal(_expected[_next], id, $"frame {_frame}");
        _next++;
        _steps[id] = _steps.GetValueOrDefault(id) + 1;
        switch (_random.Next(40))
        {
            case 0:
                return null;
            case 1:
                _jobs[_random.Next(_order.Count)].Cancel();
                break;
            case 2:
                _jobs[id].Cancel();
                break;
            case 3 when _next < _expected.Count:
                _jobs[_expected[_next]].Cancel(); // the next one
                break;
            case 4 when _next > 1:
                _jobs[_expected[_next - 2]].Cancel(); // the one before
                break;
            case 5 or 6 or 7:
                Start();
                break;
            case 8:
                throw new InvalidOperationException($"{id} throws");
            case 9:
                _waitsUntil[id] = _frame + 3;
                return Wait.Frames(3);
        }

        return Wait.NextFrame;
    }

    // Written by hand, so that its end is seen also before its first step.
    private sealed class Script(JobPassContract suite, int id) : IEnumerator<Wait>
    {
        public Wait Current { get; private set; }

        object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            Wait? wait = suite.Step(id);
            Current = wait ?? default;
            return wait is not null;
        }

        public void Reset() => throw new NotSupportedException();

        public void Dispose() => suite._ended.Add(id);
    }

    private sealed class PlainScript(Script script) : IEnumerator, IDisposable
    {
        public object? Current => script.Current.IsNextFrame ? null : (object)script.Current;

        public bool MoveNext() => script.MoveNext();

        public void Reset() => script.Reset();

        public void Dispose() => script.Dispose();
    }
}
