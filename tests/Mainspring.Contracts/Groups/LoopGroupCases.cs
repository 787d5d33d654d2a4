namespace Mainspring.Contracts;

/// <summary><see cref="LoopGroup"/>.</summary>
public class LoopGroupCases
{
    [Case]
    public void Each_loop_runs_on_a_thread_of_its_own()
    {
        using LoopGroup group = New(3);
        var threads = new int[3];
        using var met = new CountdownEvent(3);
        group.PostToAll(loop =>
        {
            threads[NumberOf(group, loop)] = Environment.CurrentManagedThreadId;
            met.Signal();
        });
        group.Start();
        met.Wait("every loop");
        group.Stop();
        group.Wait();
        Check.Equal(3, threads.Distinct().Count());
        Check.True(!threads.Contains(Environment.CurrentManagedThreadId) && !threads.Contains(0));
    }

    [Case]
    public void Loops_are_pinned_to_CPUs_of_their_own_when_there_are_as_many()
    {
        if (!OperatingSystem.IsLinux() || Environment.ProcessorCount < 2)
        {
            throw new SkipException("needs Linux and two CPUs");
        }

        Check.Equal(2, CpusOf(New(2)).Distinct().Count(), "one each");
        Check.True(CpusOf(New(2)).All(static cpus => int.TryParse(cpus, out _)), "each one CPU");
        string free = ThreadView.Current().Cpus;
        Check.True(CpusOf(New(2, pin: false)).All(cpus => cpus == free), "not when it is not wanted");
        Check.True(CpusOf(New(Environment.ProcessorCount + 1)).All(cpus => cpus == free), "nor when there are more loops than CPUs");
    }

    [Case]
    public void A_CPU_that_was_asked_for_stays()
    {
        if (!OperatingSystem.IsLinux() || Environment.ProcessorCount < 2)
        {
            throw new SkipException("needs Linux and two CPUs");
        }

        var realTime = new RealTimeOptions { Policy = SchedulingPolicy.Unchanged, CpuAffinity = [0, 1] };
        using var group = new LoopGroup(new LoopGroupOptions { Count = 2, Options = _ => new LoopOptions { Log = new SilentLog(), RealTime = realTime } });
        Check.True(CpusOf(group).All(static cpus => cpus == "0-1"));
    }

    [Case]
    public void A_hash_always_means_the_same_loop_and_near_ones_different_loops()
    {
        using LoopGroup group = New(4);
        foreach (int hash in (int[])[0, 1, -1, int.MinValue, int.MaxValue, 77])
        {
            Check.True(ReferenceEquals(group.LoopFor(hash), group.LoopFor(hash)));
        }

        int[] counts = [.. group.Loops.Select(loop => Enumerable.Range(0, 1000).Count(hash => group.LoopFor(hash) == loop))];
        Check.True(counts.All(static count => count is > 200 and < 300), string.Join(' ', counts));
        Check.True(ReferenceEquals(group.Loops[2], group[2]));
    }

    [Case]
    public void What_one_loop_posts_to_another_runs_once_and_in_order()
    {
        const int Count = 20_000;
        using LoopGroup group = New(2);
        var received = new List<int>(Count);
        using var done = new ManualResetEventSlim();
        group[0].Post(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                int number = i;
                group[1].Post(() =>
                {
                    received.Add(number);
                    if (received.Count == Count)
                    {
                        done.Set();
                    }
                });
            }
        });
        group.Start();
        done.Wait("all posts");
        group.Stop();
        group.Wait();
        Check.Sequence(Enumerable.Range(0, Count), received);
    }

    [Case]
    public void One_loop_can_stop_all()
    {
        using LoopGroup group = New(3);
        group[1].Post(group.Stop);
        group.Start();
        group.Wait();
        Check.True(group.Completion.IsCompletedSuccessfully);
    }

    [Case]
    public void The_failure_of_one_ends_all_and_is_told()
    {
        using LoopGroup group = New(3, ErrorPolicy.Stop);
        group[2].Post(static () => throw new InvalidDataException("no such order"));
        group.Start();
        AggregateException failed = Check.Throws<AggregateException>(group.Wait);
        Check.Equal("no such order", failed.InnerExceptions.Single().Message);
        Check.True(group.Completion.IsFaulted);
    }

    [Case]
    public void Dispose_stops_and_runs_the_posts_that_were_accepted()
    {
        LoopGroup group = New(2);
        int ran = 0;
        group.Start();
        group.Stop();
        group.Wait();
        group[0].Post(() => ran++);
        group.Dispose();
        group.Dispose();
        Check.Equal(1, ran);
        Check.Throws<ObjectDisposedException>(() => group[0].Post(() => ran++));
        Check.Throws<ObjectDisposedException>(group.Start);
    }

    [Case]
    public void A_group_that_never_ran_can_be_disposed()
    {
        LoopGroup group = New(2);
        Check.Throws<InvalidOperationException>(group.Wait);
        group.Dispose();
        Check.True(group.Completion.IsCompletedSuccessfully);
    }

    [Case]
    public void Waiting_for_itself_is_refused()
    {
        using LoopGroup group = New(2);
        Exception? waited = null, disposed = null;
        group[0].Post(() =>
        {
            waited = Check.Throws<InvalidOperationException>(group.Wait);
            disposed = Check.Throws<InvalidOperationException>(group.Dispose);
            group.Stop();
        });
        group.Start();
        group.Wait();
        Check.Contains("would wait for itself", waited?.Message);
        Check.Contains("would wait for itself", disposed?.Message);
    }

    [Case]
    public void A_group_runs_once()
    {
        using LoopGroup group = New(1);
        group.Start();
        Check.Contains("started before", Check.Throws<InvalidOperationException>(group.Start).Message);
        Check.Throws<ArgumentOutOfRangeException>(static () => new LoopGroup(new LoopGroupOptions { Count = 0 }));
    }

    [Case]
    public void Start_and_Dispose_may_come_from_two_threads()
    {
        for (int i = 0; i < 50; i++)
        {
            LoopGroup group = New(4, pin: false);
            int spins = i * 20;
            Worker worker = Worker.Start(() =>
            {
                try
                {
                    group.Start();
                }
                catch (ObjectDisposedException)
                {
                    // the other one was first
                }
            });
            Thread.SpinWait(spins);
            group.Dispose();
            worker.Join();
            Check.True(group.Completion.IsCompletedSuccessfully);
        }
    }

    private static LoopGroup New(int count, ErrorPolicy errors = ErrorPolicy.Continue, bool pin = true) => new(new LoopGroupOptions
    {
        Count = count,
        Pin = pin,
        Options = _ => new LoopOptions { Name = "case", Log = new SilentLog(), ErrorPolicy = errors },
    });

    private static int NumberOf(LoopGroup group, MainLoop loop) => group.Loops.ToList().IndexOf(loop);

    private static string[] CpusOf(LoopGroup group)
    {
        using (group)
        {
            var cpus = new string[group.Loops.Count];
            using var met = new CountdownEvent(cpus.Length);
            group.PostToAll(loop =>
            {
                cpus[NumberOf(group, loop)] = ThreadView.Current().Cpus;
                met.Signal();
            });
            group.Start();
            met.Wait("every loop");
            return cpus;
        }
    }
}
