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
        NeedsPinning();
        Check.Equal(2, CpusOf(New(2)).Distinct().Count(), "one each");
        Check.True(CpusOf(New(2)).All(static cpus => int.TryParse(cpus, out _)), "each one CPU");
        string free = ThreadView.Current().Cpus;
        Check.True(CpusOf(New(2, pin: false)).All(cpus => cpus == free), "not when it is not wanted");
        Check.True(CpusOf(New(Environment.ProcessorCount + 1)).All(cpus => cpus == free), "nor when there are more loops than CPUs");
    }

    [Case]
    public void A_later_group_goes_on_behind_the_CPUs_of_the_one_before()
    {
        uint placed = 0;
        int[] cpus = [0, 1, 2, 3, 8, 9, 10, 11];
        Check.Sequence([0, 1, 2], LoopGroup.NextCpus(cpus, 8, 3, ref placed));
        Check.Sequence([3, 8, 9], LoopGroup.NextCpus(cpus, 8, 3, ref placed));
        Check.Sequence([10, 11, 0], LoopGroup.NextCpus(cpus, 8, 3, ref placed));
        Check.Sequence([], LoopGroup.NextCpus(cpus, 8, 9, ref placed));
        Check.Sequence([1, 2, 3, 8, 9, 10, 11, 0], LoopGroup.NextCpus(cpus, 8, 8, ref placed));
        placed = uint.MaxValue;
        Check.Sequence([11, 0], LoopGroup.NextCpus(cpus, 8, 2, ref placed)); // the count begins anew
        if (CanPin)
        {
            Check.True(CpusOf(New(1))[0] != CpusOf(New(1))[0], "two groups of one, one after the other");
        }
    }

    [Case]
    public void Where_a_quota_is_less_than_the_CPUs_loops_are_not_pinned()
    {
        uint placed = 0;
        Check.Sequence([], LoopGroup.NextCpus([.. Enumerable.Range(0, 64)], 2, 2, ref placed));
        Check.Equal(0u, placed);
        if (OperatingSystem.IsLinux() && Environment.ProcessorCount < AllowedCpus)
        {
            string free = ThreadView.Current().Cpus;
            Check.Equal(free, CpusOf(New(1))[0], "here, where it is so"); // DOTNET_PROCESSOR_COUNT=1 makes it so
        }
    }

    [Case]
    public void Threads_of_the_pool_that_a_pinned_loop_starts_do_not_have_its_CPU()
    {
        NeedsPinning();
        string free = ThreadView.Current().Cpus;
        string pinned = "", helper = "";
        var pooled = new string[2];
        Task[] ends = [];
        using var posted = new ManualResetEventSlim();
        using var met = new CountdownEvent(pooled.Length);
        using LoopGroup group = New(1);
        group[0].Post(() =>
        {
            pinned = ThreadView.Current().Cpus;
            ends = [.. Enumerable.Range(0, pooled.Length).Select(i => new ExecutorQueue("case").Run(() => Pooled(i)))];
            Worker.Run(() =>
            {
                HelperThread.SettlePoolThread();
                helper = ThreadView.Current().Cpus;
            });
            posted.Set();
        });
        group.Start();
        posted.Wait("the loop");
        Task.WhenAll(ends).GetAwaiter().GetResult();
        Check.True(int.TryParse(pinned, out _), "the loop has one CPU");
        Check.Equal(free, helper, "a thread that inherits it for sure, in a native program");
        Check.Sequence([free, free], pooled);

        void Pooled(int number)
        {
            met.Signal();
            met.Wait("a thread for each");
            pooled[number] = ThreadView.Current().Cpus;
        }
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
    public void A_group_whose_loops_were_bound_to_their_threads_can_be_disposed()
    {
        LoopGroup group = New(2);
        int ran = 0;
        using var bound = new CountdownEvent(2);
        group.PostToAll(loop =>
        {
            loop.BindToCurrentThread();
            bound.Signal();
        });
        group.Start();
        bound.Wait("every loop");
        group.Stop();
        group.Wait();
        group[1].Post(() => ran++);
        group.Dispose();
        Check.Equal(1, ran);
        Check.Throws<ObjectDisposedException>(() => group[0].Post(() => ran++));
    }

    [Case]
    public void A_loop_that_cannot_be_disposed_is_told_and_all_others_are()
    {
        LoopGroup group = New(3);
        using var isBound = new ManualResetEventSlim();
        using var ends = new ManualResetEventSlim();
        Worker other = Worker.Start(() =>
        {
            group[0].BindToCurrentThread();
            isBound.Set();
            ends.Wait("the group's end");
            group[0].Dispose();
        });
        isBound.Wait("the other thread");
        AggregateException failed = Check.Throws<AggregateException>(group.Dispose);
        Check.Contains("loop 'case-0' is bound to thread", failed.InnerExceptions.Single().Message);
        Check.True(group.Completion.IsCompletedSuccessfully);
        Check.Throws<ObjectDisposedException>(() => group[1].Post(static () => { }));
        Check.Throws<ObjectDisposedException>(() => group[2].Post(static () => { }));
        ends.Set();
        other.Join();
        Check.Throws<ObjectDisposedException>(() => group[0].Post(static () => { }));
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

    private static int AllowedCpus => Linux.CpuMask.Of(Environment.ProcessId)?.Cpus.Length ?? 0;

    private static bool CanPin => OperatingSystem.IsLinux() && AllowedCpus >= 2 && Environment.ProcessorCount >= AllowedCpus;

    private static void NeedsPinning()
    {
        if (!CanPin)
        {
            throw new SkipException("needs Linux and two CPUs, and no quota");
        }
    }

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
