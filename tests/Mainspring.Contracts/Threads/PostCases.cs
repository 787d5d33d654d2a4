namespace Mainspring.Contracts;

/// <summary>Posts from other threads: none is lost, none runs twice, each thread's order is kept, and a sleeping loop is woken once.</summary>
public sealed class PostCases
{
    [Case]
    public void ThousandThreads_TenThousandPostsEach() => PostFromThreads(1000, 10_000);

    [Case]
    public void ManyThreads_FewPostsEach() => PostFromThreads(200, 500);

    [Case]
    public void Posts_OfOneThread_KeepTheirOrder_WhateverTheirForm()
    {
        using var loop = Loops.New();
        var ran = new List<int>();
        Worker.Run(() =>
        {
            loop.Post(() => ran.Add(0));
            loop.Post(static list => list.Add(1), ran);
            loop.SynchronizationContext.Post(_ => ran.Add(2), null);
            loop.SynchronizationContext.Post(static list => ((List<int>)list!).Add(3), ran);
            Check.True(loop.TryPost(() => ran.Add(4)));
            Check.True(loop.TryPost(static list => list.Add(5), ran));
            _ = loop.InvokeAsync(() => ran.Add(6));
        });
        loop.Tick();
        Check.Sequence([0, 1, 2, 3, 4, 5, 6], ran);
    }

    [Case]
    public void Post_OnTheLoopsThread_KeepsItsPlaceAmongCallbacks()
    {
        using var loop = Loops.New();
        var ran = new List<int>();
        loop.CallSoon(() =>
        {
            loop.CallSoon(() => ran.Add(1));
            loop.Post(() => ran.Add(2));
            loop.Post(static list => list.Add(3), ran);
            loop.CallSoon(() => ran.Add(4));
            ran.Add(0); // nothing runs before the call that handed it over has returned
        });
        loop.Tick();
        Check.Sequence([0, 1, 2, 3, 4], ran);
    }

    [Case]
    public void Post_WithinAPost_RunsInTheNextRound()
    {
        using var loop = Loops.New(static options => options with { MaxRounds = 1 });
        var ran = new List<int>();
        Worker.Run(() => loop.Post(() =>
        {
            loop.Post(() => ran.Add(2));
            ran.Add(1);
        }));
        loop.Tick();
        Check.Sequence([1], ran);
        loop.Tick();
        Check.Sequence([1, 2], ran);
    }

    [Case]
    public void Posts_ThatNeverEnd_StarveNothing()
    {
        using var loop = Loops.New();
        using var enough = new ManualResetEventSlim();
        long posts = 0;
        Worker flood = Worker.Start(() =>
        {
            while (!enough.IsSet && loop.TryPost(() => posts++))
            {
            }
        });
        int timers = 0;
        TimerHandle timer = default;
        timer = loop.CallEvery(TimeSpan.FromMilliseconds(1), () =>
        {
            if (++timers == 20)
            {
                enough.Set();
                loop.Stop();
            }
        });
        loop.Run(new RunOptions { For = Patience.Long });
        Check.Equal(20, timers);
        flood.Join();
        Check.True(posts > 0);
    }

    [Case]
    public void Posts_WhileTheLoopSleeps_WakeItOnce()
    {
        using var loop = Loops.New();
        if (loop.Descriptor is null)
        {
            throw new SkipException("needs a loop that can be a guest: between its ticks it sleeps for sure");
        }

        loop.Tick();
        for (int i = 1; i <= 10; i++)
        {
            int ran = 0;
            Worker.Run(() =>
            {
                for (int post = 0; post < 1000; post++)
                {
                    loop.Post(() => ran++);
                }
            });
            Check.Equal((long)i, loop.Wakes);
            loop.Tick();
            Check.Equal(1000, ran);
        }
    }

    [Case]
    public void Posts_WhileTheLoopRuns_WakeItOncePerSleepAtTheMost()
    {
        using var loop = Loops.New();
        int left = 4 * 50_000;
        Worker[] workers = [.. Enumerable.Range(0, 4).Select(_ => Worker.Start(() =>
        {
            for (int i = 0; i < 50_000; i++)
            {
                loop.Post(() => Finish(--left));
            }
        }))];
        loop.Run();
        Check.True(loop.Wakes <= loop.Counters.Ticks + 1, $"{loop.Wakes} wakes, {loop.Counters.Ticks} ticks");
        Array.ForEach(workers, static worker => worker.Join());

        void Finish(int remaining)
        {
            if (remaining == 0)
            {
                loop.Stop();
            }
        }
    }

    [Case]
    public void Post_BetweenTheQueueIsEmptyAndTheSleep_IsNotLost() => PingPong(portable: false);

    [Case]
    public void Post_BetweenTheQueueIsEmptyAndTheSleep_IsNotLost_Portable() => PingPong(portable: true);

    [Case]
    public void Post_RacingWithDispose_RunsOrIsRefused_NothingBetween()
    {
        const int Loopings = 2000;
        const int Threads = 3;
        MainLoop current = Loops.New();
        using var barrier = new Barrier(Threads + 1);
        long accepted = 0, ran = 0;
        int loopThread = Environment.CurrentManagedThreadId;
        bool wrongThread = false;
        Worker[] workers = [.. Enumerable.Range(0, Threads).Select(worker => Worker.Start(() =>
        {
            for (int i = 0; i < Loopings; i++)
            {
                barrier.SignalAndWait();
                MainLoop loop = current;
                for (int post = 0; post < 100_000 && TryPost(loop, worker, post); post++)
                {
                    Interlocked.Increment(ref accepted);
                }

                barrier.SignalAndWait();
            }
        }))];

        for (int i = 0; i < Loopings; i++)
        {
            barrier.SignalAndWait();
            if (i % 3 == 0)
            {
                current.Tick();
            }

            Thread.SpinWait(i % 500);
            current.Dispose();
            barrier.SignalAndWait();
            Check.Equal(Interlocked.Read(ref accepted), ran, $"in round {i}");
            Check.False(wrongThread);
            current = Loops.New();
        }

        Array.ForEach(workers, static worker => worker.Join());
        current.Dispose();
        Check.True(accepted > 0);

        bool TryPost(MainLoop loop, int worker, int post)
        {
            if (worker == 0 || post % 8 != 0)
            {
                return loop.TryPost(Run);
            }

            try
            {
                loop.Post(Run);
                return true;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }

        void Run()
        {
            ran++;
            wrongThread |= Environment.CurrentManagedThreadId != loopThread;
        }
    }

    [Case]
    public void Dispose_RunsWhatWasAccepted_Once()
    {
        MainLoop loop = Loops.New();
        var ran = new List<string>();
        loop.CallSoon(() =>
        {
            loop.Post(() => ran.Add("posted here"));
            loop.Post(static list => list.Add("posted here, with a state"), ran);
            _ = Continue();
            loop.CallSoon(() => ran.Add("a callback is dropped"));
            loop.Stop();
        });
        loop.Run();
        Worker.Run(() => loop.Post(() =>
        {
            ran.Add("posted elsewhere");
            Check.False(loop.TryPost(() => ran.Add("too late")), "the queue is closed while the accepted posts run");
            Check.Throws<ObjectDisposedException>(() => loop.Post(() => ran.Add("too late")));
        }));
        loop.Dispose();
        Check.Sequence(["posted here", "posted here, with a state", "continued", "posted elsewhere"], ran);
        loop.Dispose();
        Check.Equal(4, ran.Count);
        Check.Equal(0L, loop.Counters.ContinuationsAfterDispose);
        Check.Equal(0L, loop.Counters.Errors);

        async Task Continue()
        {
            await Task.Yield();
            ran.Add("continued");
        }
    }

    [Case]
    public void Dispose_OfALoopThatNeverRan_RunsWhatWasAccepted()
    {
        MainLoop loop = Loops.New();
        int ran = 0;
        loop.Post(() => ran++);
        Worker.Run(() => loop.Post(() => ran++));
        Task<int> task = loop.InvokeAsync(() => ++ran);
        loop.Dispose();
        Check.Equal(3, ran);
        Check.Equal(3, task.Result);
    }

    [Case]
    public void Dispose_WhenAPostThrows_RunsTheOthersAndReports()
    {
        var log = new SilentLog();
        MainLoop loop = Loops.New(options => options with { Log = log });
        int ran = 0;
        loop.Post(() => throw new InvalidOperationException("the first"));
        loop.Post(() => ran++);
        loop.Dispose();
        Check.Equal(1, ran);
        Check.Contains("the first", string.Join('\n', log.Messages));
    }

    [Case]
    public void Dispose_OnTwoThreadsAtOnce_HappensOnce()
    {
        for (int i = 0; i < 50; i++)
        {
            MainLoop loop = Loops.New();
            int ran = 0;
            loop.Post(() => ran++);
            Worker[] workers = [Worker.Start(loop.Dispose), Worker.Start(loop.Dispose)];
            foreach (Worker worker in workers)
            {
                worker.Join();
            }

            Check.True(loop.IsDisposed);
            Check.Equal(1, ran);
        }
    }

    [Case]
    public void Disposed_RefusesPosts()
    {
        MainLoop loop = Loops.New();
        loop.Dispose();
        int ran = 0;
        Check.False(loop.TryPost(() => ran++));
        Check.False(loop.TryPost(static _ => { }, "state"));
        Check.Throws<ObjectDisposedException>(() => loop.Post(() => ran++));
        Check.Throws<ObjectDisposedException>(() => loop.Post(static _ => { }, "state"));
        Check.Throws<ObjectDisposedException>(() => loop.InvokeAsync(() => ran++));
        Check.Throws<ObjectDisposedException>(() => loop.Invoke(() => ran++));
        loop.Stop();
        Check.Equal(0, ran);
    }

    [Case]
    public void SteadyState_AllocatesNothing()
    {
        using var loop = Loops.New();
        var counter = new Counter();
        Allocations.None(() =>
        {
            for (int i = 0; i < 10; i++)
            {
                loop.Post(static counter => counter.Value++, counter);
            }

            loop.Tick();
        });
        Check.True(counter.Value > 0);
    }

    private static void PostFromThreads(int threads, int posts)
    {
        using var loop = Loops.New();
        int left = threads * posts;
        var next = new int[threads];
        bool disordered = false;
        using var start = new ManualResetEventSlim();
        Worker[] workers = [.. Enumerable.Range(0, threads).Select(thread => Worker.Start(() =>
        {
            start.Wait();
            for (int i = 0; i < posts; i++)
            {
                loop.Post(Run, new Message(thread, i));
            }
        }))];
        start.Set();
        loop.Run(new RunOptions { For = Patience.Long });
        Array.ForEach(workers, static worker => worker.Join());
        Check.Equal(0, left, "none lost");
        loop.Tick();
        Check.Equal(0, left, "none doubled");
        Check.False(disordered, "each thread's order is kept");
        Check.True(loop.Wakes <= loop.Counters.Ticks + 1, "wake-ups coalesce");

        void Run(Message message)
        {
            disordered |= next[message.Thread]++ != message.Number;
            if (--left == 0)
            {
                loop.Stop();
            }
        }
    }

    private static void PingPong(bool portable)
    {
        const int Turns = 50_000;
        using var here = Loops.New(options => options with { PortablePoller = portable });
        using var there = Loops.New(options => options with { PortablePoller = portable });
        int turns = 0;
        Action? ping = null, pong = null;
        ping = () => there.Post(pong!);
        pong = () =>
        {
            if (++turns < Turns)
            {
                here.Post(ping!);
            }
            else
            {
                here.Stop();
                there.Stop();
            }
        };
        Worker other = Worker.Start(() => there.Run(new RunOptions { For = Patience.Long }));
        here.Post(ping);
        here.Run(new RunOptions { For = Patience.Long });
        other.Join();
        Check.Equal(Turns, turns);
    }

    private sealed record Message(int Thread, int Number);

    private sealed class Counter
    {
        public int Value;
    }

    [Case]
    public void Posts_MadeBeforeTheRun_AndOneMadeByTheFirstOfThem_KeepTheirOrder()
    {
        using var loop = new MainLoop();
        var ran = new List<int>();
        loop.Post(() => loop.Post(() => ran.Add(600)));
        for (int i = 1; i < 600; i++)
        {
            int number = i;
            loop.Post(() => ran.Add(number));
        }

        loop.Run(new RunOptions { UntilIdle = true });
        Check.Sequence(Enumerable.Range(1, 600), ran);
    }

    [Case]
    public void Round_RunsAllPostsThatStoodThere_HoweverMany()
    {
        using var loop = new MainLoop(new LoopOptions { MaxRounds = 1 });
        int ran = 0;
        for (int i = 0; i < 10_000; i++)
        {
            loop.Post(() => ran++);
        }

        loop.Tick();
        Check.Equal(10_000, ran);
    }

    [Case]
    public void Stop_FromAnotherThread_IsSeenByAGuestsTick()
    {
        using var loop = new MainLoop();
        const int Stops = 20_000;
        int stops = 0;
        var seen = new SemaphoreSlim(0);
        var thread = new Thread(() =>
        {
            for (int i = 0; i < Stops; i++)
            {
                loop.Stop();
                seen.Wait();
            }
        });
        thread.Start();
        while (stops < Stops)
        {
            if (loop.Tick().Outcome == TickOutcome.Stopped)
            {
                stops++;
                seen.Release();
            }
        }

        thread.Join();
    }
}
