using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Await;

/// <summary>The loop's awaitables: frames, delays, rounds, the switch from another thread; their tokens, their end with the loop, and what throws.</summary>
public sealed class AwaitContract : VirtualLoopSuite
{
    [Case]
    public void NextFrame_resumes_in_its_phase_after_the_callbacks_and_the_jobs()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 10 });
        loop.OnFrame(FramePhase.Update, frame => Journal.Add($"callback {frame.Index}"));
        loop.OnFrame(FramePhase.LateUpdate, frame => Journal.Add($"late callback {frame.Index}"));
        loop.CallSoon(() =>
        {
            Method("late", FramePhase.LateUpdate).Forget();
            Method("update", FramePhase.Update).Forget();
        });
        loop.StartJob(Job());
        RunFor(Ms(150));
        Check.Sequence(
            ["callback 0", "job", "update", "late callback 0", "late", "callback 1", "job", "update", "late callback 1", "late"], Journal);

        async LoopTask Method(string name, FramePhase phase)
        {
            while (true)
            {
                await loop.NextFrame(phase);
                Journal.Add(name);
            }
        }

        IEnumerator<Wait> Job()
        {
            while (true)
            {
                Journal.Add("job");
                yield return Wait.NextFrame;
            }
        }
    }

    [Case]
    public void What_waits_after_the_frame_has_begun_is_resumed_in_the_next_one()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 10 });
        FrameHandle callback = null!;
        callback = loop.OnFrame(FramePhase.Input, frame =>
        {
            callback.Cancel();
            Method().Forget();
        });
        RunFor(Ms(250));
        Check.Sequence(["1", "2"], Journal);

        async LoopTask Method()
        {
            await loop.NextFrame(FramePhase.Render);
            Journal.Add($"{loop.Frame.Index}");
            await loop.NextFrame(FramePhase.Input);
            Journal.Add($"{loop.Frame.Index}");
        }
    }

    [Case]
    public void In_an_event_driven_loop_the_next_frame_is_the_next_turn()
    {
        Loop.CallSoon(async () =>
        {
            for (int i = 0; i < 3; i++)
            {
                await Loop.NextFrame();
                Journal.Add($"{Loop.Counters.Ticks}");
            }
        });
        RunUntilIdle();
        Check.Sequence(["1", "2", "3"], Journal);
    }

    [Case]
    public void Methods_are_resumed_in_the_order_in_which_they_began_to_wait_whoever_comes_and_goes()
    {
        // Against a model: a list of who waits, in order.
        var random = new Random(11);
        var waiting = new List<int>();
        var expected = new List<int>();
        var resumed = new List<int>();
        int next = 0;
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        loop.OnFrame(FramePhase.Input, _ =>
        {
            expected.AddRange(waiting);
            waiting.Clear();
        });
        loop.OnFrame(FramePhase.Update, _ => Begin(random.Next(3))); // after the frame has begun, before the pass
        loop.CallSoon(() => Begin(20));
        for (int i = 0; i < 300; i++)
        {
            if (i % 3 == 0)
            {
                loop.CallSoon(() => Begin(random.Next(4)));
            }

            loop.Tick();
        }

        Check.Sequence(expected, resumed);
        Check.True(resumed.Count > 3000);

        void Begin(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Method(next++).Forget();
            }
        }

        async LoopTask Method(int number)
        {
            while (true)
            {
                waiting.Add(number);
                await loop.NextFrame();
                resumed.Add(number);
                int dice = random.Next(100);
                if (dice < 8)
                {
                    Begin(2);
                }

                if (dice is > 4 and < 18 && waiting.Count > 5)
                {
                    return;
                }
            }
        }
    }

    [Case]
    public void A_continuation_that_throws_disturbs_no_other()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        var errors = Errors(loop);
        loop.CallSoon(() =>
        {
            Note(1);
            loop.NextFrame().GetAwaiter().OnCompleted(static () => throw new FormatException("it"));
            Note(2);
        });
        Pump.Ticks(loop, 2);
        Check.Sequence(["1", "2", "1", "2"], Journal);
        Check.Sequence(["Await: it"], errors);

        async void Note(int number)
        {
            while (true)
            {
                await loop.NextFrame();
                Journal.Add($"{number}");
            }
        }
    }

    [Case]
    public void Delays_resume_at_their_times_among_the_timers()
    {
        Loop.CallSoon(() =>
        {
            Loop.CallLater(Ms(10), Note("timer 1"));
            After(10, "delay").Forget();
            Loop.CallLater(Ms(10), Note("timer 2"));
            After(5, "earlier").Forget();
            After(-1, "now").Forget();
        });
        RunUntilIdle();
        Check.Sequence(["now at 0", "earlier at 5", "timer 1", "delay at 10", "timer 2", "until at 20"], Journal);

        async LoopTask After(double ms, string name)
        {
            await Loop.Delay(Ms(ms));
            Journal.Add($"{name} at {Loop.Now.TotalMilliseconds}");
            if (name == "delay")
            {
                await Loop.DelayUntil(Ms(20));
                Journal.Add($"until at {Loop.Now.TotalMilliseconds}");
            }
        }
    }

    [Case]
    public void Yield_is_the_next_round()
    {
        Loop.CallSoon(async () =>
        {
            Loop.CallSoon(Note("before"));
            await Loop.Yield();
            Journal.Add("resumed");
        });
        Loop.CallSoon(() => Loop.CallSoon(Note("after")));
        Loop.Tick();
        Check.Sequence(["before", "resumed", "after"], Journal);
    }

    [Case]
    public void SwitchTo_completes_at_once_on_the_loop_and_posts_from_elsewhere()
    {
        using var loop = Loops.New();
        int thread = Environment.CurrentManagedThreadId;
        var threads = new List<int>();
        Worker other = Worker.Start(() => Method().GetAwaiter().GetResult());
        loop.Run(new RunOptions { For = Patience.Long });
        other.Join();
        Check.Sequence([thread, thread], threads);

        async Task Method()
        {
            Check.False(loop.SwitchTo().GetAwaiter().IsCompleted);
            await loop.SwitchTo();
            threads.Add(Environment.CurrentManagedThreadId);
            Check.True(loop.SwitchTo().GetAwaiter().IsCompleted);
            await loop.SwitchTo();
            threads.Add(Environment.CurrentManagedThreadId);
            loop.Stop();
        }
    }

    [Case]
    public void Awaited_on_another_thread_everything_goes_on_on_the_loop()
    {
        using var loop = Loops.New();
        using var cancellation = new CancellationTokenSource();
        int thread = Environment.CurrentManagedThreadId;
        var threads = new List<int>();
        Task[] tasks =
        [
            Task.Run(async () => Note(await Done(loop.NextFrame()))),
            Task.Run(async () => Note(await DoneOrCancelled(loop.NextFrame(FramePhase.Render, cancellation.Token)))),
            Task.Run(async () => Note(await Late(loop.Delay(TimeSpan.FromMilliseconds(1))))),
            Task.Run(async () => Note(await Late(loop.Delay(TimeSpan.FromMilliseconds(1), cancellation.Token)))),
            Task.Run(async () =>
            {
                await loop.Yield();
                Note(Environment.CurrentManagedThreadId);
            }),
        ];
        loop.RunUntilComplete(Task.WhenAll(tasks));
        Check.Sequence([thread, thread, thread, thread, thread], threads);

        static async Task<int> Done(FrameAwaitable wait)
        {
            await wait;
            return Environment.CurrentManagedThreadId;
        }

        static async Task<int> DoneOrCancelled(CancelableFrameAwaitable wait)
        {
            await wait;
            return Environment.CurrentManagedThreadId;
        }

        static async Task<int> Late(DelayAwaitable wait)
        {
            await wait;
            return Environment.CurrentManagedThreadId;
        }

        void Note(int resumedOn)
        {
            lock (threads)
            {
                threads.Add(resumedOn);
            }
        }
    }

    [Case]
    public void A_token_ends_a_wait_on_the_loop_and_never_inside_Cancel()
    {
        using var cancellation = new CancellationTokenSource();
        Loop.CallSoon(() =>
        {
            Method("frame", async () => await Loop.NextFrame(FramePhase.Update, cancellation.Token)).Forget();
            Method("delay", async () => await Loop.Delay(TimeSpan.FromDays(1), cancellation.Token)).Forget();
            cancellation.Cancel();
            Journal.Add("cancelled");
        });
        RunUntilIdle();
        Check.Sequence(["cancelled", "delay: True", "frame: True"], Journal, "a token tells the youngest first");
        Check.Equal(TimeSpan.Zero, Loop.Now, "the timer is gone too");
        Check.Throws<OperationCanceledException>(() => Loop.NextFrame(FramePhase.Update, cancellation.Token));
        Check.Throws<OperationCanceledException>(() => Loop.Delay(Ms(1), cancellation.Token));

        async LoopTask Method(string name, Func<LoopTask> wait)
        {
            try
            {
                await wait();
            }
            catch (OperationCanceledException exception)
            {
                Journal.Add($"{name}: {exception.CancellationToken == cancellation.Token}");
            }
        }
    }

    [Case]
    public void A_token_cancelled_from_another_thread_resumes_on_the_loop()
    {
        using var loop = Loops.New();
        int thread = Environment.CurrentManagedThreadId;
        for (int i = 0; i < 200; i++)
        {
            using var cancellation = new CancellationTokenSource();
            Worker? other = null;
            loop.Run(async LoopTask () =>
            {
                other = Worker.Start(cancellation.Cancel);
                try
                {
                    while (true)
                    {
                        await loop.NextFrame(FramePhase.Update, cancellation.Token);
                    }
                }
                catch (OperationCanceledException)
                {
                    Check.Equal(thread, Environment.CurrentManagedThreadId);
                }
            });
            other!.Join();
        }
    }

    [Case]
    public void Waits_with_a_token_leave_no_registration_behind()
    {
        using var cancellation = new CancellationTokenSource();
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        int resumed = 0;
        loop.CallSoon(() => Method().Forget());
        Allocations.None(() => loop.Tick()); // a registration that stayed would need memory
        Check.True(resumed > 1000);

        async LoopTask Method()
        {
            while (true)
            {
                await loop.NextFrame(FramePhase.Update, cancellation.Token);
                await loop.Delay(TimeSpan.Zero, cancellation.Token);
                resumed++;
            }
        }
    }

    [Case]
    public void Frames_delays_and_yields_allocate_nothing_in_LoopTask_and_async_Task_methods()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        long frames = 0, others = 0;
        loop.CallSoon(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                InLoopTask().Forget();
                _ = InTask();
                Others().Forget();
            }
        });
        Allocations.None(() => loop.Tick());
        Check.True(frames > 100_000 && others > 40_000);

        async LoopTask InLoopTask()
        {
            while (true)
            {
                await loop.NextFrame();
                frames++;
            }
        }

        async Task InTask()
        {
            while (true)
            {
                await loop.NextFrame();
                frames++;
            }
        }

        async LoopTask Others()
        {
            while (true)
            {
                await loop.Yield();
                await loop.Delay(TimeSpan.Zero);
                await loop.SwitchTo();
                await loop.NextFrame(FramePhase.Render);
                others++;
            }
        }
    }

    [Case]
    public void Waiting_synchronously_throws_with_an_explanation()
    {
        Loop.CallSoon(() =>
        {
            Explains(() => Loop.NextFrame().GetAwaiter().GetResult());
            Explains(() => Loop.Delay(Ms(1)).GetAwaiter().GetResult());
            Explains(() => Loop.Yield().GetAwaiter().GetResult());
            using var cancellation = new CancellationTokenSource();
            Explains(() => Loop.NextFrame(FramePhase.Update, cancellation.Token).GetAwaiter().GetResult());
            Explains(() => Loop.Delay(Ms(1), cancellation.Token).GetAwaiter().GetResult());
            LoopTask task = Method();
            Explains(() => task.GetAwaiter().GetResult());
            Job job = Loop.StartJob(Routine());
            Explains(() => job.GetAwaiter().GetResult());
            Journal.Add("done");
        });
        RunUntilIdle();
        Check.Sequence(["done"], Journal);

        async LoopTask Method() => await Loop.Yield();

        static IEnumerator<Wait> Routine()
        {
            yield return Wait.NextFrame;
        }

        static void Explains(Action wait) => Check.Contains("Write 'await'", Check.Throws<InvalidOperationException>(wait).Message);
    }

    [Case]
    public void Dispose_resumes_what_waits_once_so_that_finally_blocks_run_and_ends()
    {
        var log = new List<string>();
        var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), FrameRate = 10, Log = Log });
        SourceHandle source = loop.Add(new QueueSource());
        using var gate = new ManualResetEventSlim();
        loop.Tick(); // the first frame
        loop.CallSoon(() =>
        {
            Method("frame", async () => await loop.NextFrame()).Forget();
            Method("delay", async () => await loop.Delay(TimeSpan.FromDays(1))).Forget();
            Method("event", async () => await loop.WaitFor<Queued>(source)).Forget();
            Method("executor", async () => await loop.RunInExecutor(gate.Wait)).Forget();
        });
        loop.Tick();
        loop.CallSoon(() => Method("yield", async () => await loop.Yield()).Forget());
        loop.CallSoon(loop.Stop);
        loop.Tick();
        loop.Dispose();
        gate.Set();
        log.Sort();
        Check.Sequence(["delay", "event", "executor", "frame", "yield"], log);
        Check.Equal(0L, loop.Counters.Errors);
        Check.Throws<ObjectDisposedException>(() => loop.NextFrame());
        Check.Throws<ObjectDisposedException>(() => loop.NextFrame(FramePhase.Render));
        Check.Throws<ObjectDisposedException>(() => loop.Delay(Ms(1)));
        Check.Throws<ObjectDisposedException>(() => loop.Yield());
        Check.Throws<ObjectDisposedException>(() => loop.SwitchTo());
        Check.Throws<ObjectDisposedException>(() => loop.RunInExecutor(static () => { }));

        async LoopTask Method(string name, Func<LoopTask> wait)
        {
            try
            {
                await wait();
                log.Add($"{name} went on");
            }
            catch (OperationCanceledException exception)
            {
                Check.Contains("disposed", exception.Message);
                Check.Throws<ObjectDisposedException>(() => loop.NextFrame());
            }
            finally
            {
                log.Add(name);
            }
        }
    }

    [Case]
    public void Awaits_racing_with_Dispose_all_go_on_and_kill_nothing()
    {
        for (int round = 0; round < 200; round++)
        {
            MainLoop loop = Loops.New();
            int ended = 0;
            const int Count = 20;
            Worker other = Worker.Start(() =>
            {
                for (int i = 0; i < Count; i++)
                {
                    _ = Method(i);
                }
            });
            Thread.SpinWait(round * 20);
            loop.Tick();
            loop.Dispose();
            other.Join();
            Patience.Until(() => Volatile.Read(ref ended) == Count, "the end of every method");

            async Task Method(int number)
            {
                try
                {
                    await loop.SwitchTo();
                    await (number % 2 == 0 ? Frame() : Delay());
                }
                catch (Exception exception) when (exception is ObjectDisposedException or OperationCanceledException)
                {
                }
                finally
                {
                    Interlocked.Increment(ref ended); // whichever way
                }
            }

            async LoopTask Frame() => await loop.NextFrame(FramePhase.Present);

            async LoopTask Delay() => await loop.Delay(TimeSpan.FromDays(1));
        }
    }

    [Case]
    public void An_AsyncLocal_flows_through_Task_methods_and_not_through_LoopTask_methods_and_leaks_nowhere()
    {
        var local = new AsyncLocal<string>();
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        loop.CallSoon(() =>
        {
            InLoopTask("a").Forget();
            Check.True(local.Value is null, "not the caller's");
            _ = InTask("b");
            Check.True(local.Value is null);
            Neighbour().Forget();
        });
        Pump.Ticks(loop, 4);
        Check.Sequence(["b", "b"], Journal);

        async LoopTask InLoopTask(string value)
        {
            local.Value = value;
            await loop.NextFrame();
            Check.True(local.Value is null, "does not flow");
            local.Value = value;
            await loop.Yield();
            Check.True(local.Value is null, "does not flow");
            local.Value = value;
            await loop.NextFrame();
            local.Value = value;
        }

        async Task InTask(string value)
        {
            local.Value = value;
            await loop.NextFrame();
            Journal.Add(local.Value);
            await loop.Delay(TimeSpan.Zero);
            Journal.Add(local.Value);
        }

        async LoopTask Neighbour()
        {
            while (true)
            {
                await loop.NextFrame();
                Check.True(local.Value is null, "nothing leaks");
            }
        }
    }

    [Case]
    public void Methods_that_wait_keep_a_loop_from_being_idle()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 10 });
        loop.CallSoon(async () =>
        {
            await loop.NextFrame();
            await loop.NextFrame();
            await loop.Delay(Ms(7));
            Journal.Add($"{loop.Now.TotalMilliseconds}");
        });
        RunUntilIdle();
        Check.Sequence(["107"], Journal);
    }

    [Case]
    public void A_trace_sees_what_is_resumed_by_the_name_of_its_method()
    {
        var trace = new Recorder(Journal);
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host, Trace = trace });
        loop.CallSoon(
            () =>
            {
                Patrol().Forget();
                _ = Guard();
            },
            Priority.Normal,
            "start");
        Pump.Ticks(loop, 3);
        Check.Sequence(["Callback start", "Await Patrol", "Await Guard", "Await Patrol", "Await Guard", "Await Patrol"], Journal);

        async LoopTask Patrol()
        {
            await loop.NextFrame();
            await loop.Yield();
            await loop.Delay(TimeSpan.Zero);
        }

        async Task Guard()
        {
            await loop.NextFrame();
            await loop.Yield();
        }
    }

    [Case]
    public void A_synchronous_wait_throws_also_after_other_awaits()
    {
        using var cancellation = new CancellationTokenSource();
        var awaits = new Dictionary<string, Func<LoopTask>>
        {
            ["a LoopTask"] = Inner,
            ["a delay"] = async () => await Loop.Delay(Ms(1)),
            ["a delay with a token"] = async () => await Loop.Delay(Ms(1), cancellation.Token),
            ["the executor"] = async () => await Loop.RunInExecutor(static () => { }),
            ["a job"] = async () => await Loop.StartJob(Job()),
            ["a switch"] = async () => await Loop.SwitchTo(),
            ["a round"] = async () => await Loop.Yield(),
        };
        Loop.Run(async LoopTask () =>
        {
            foreach ((string name, Func<LoopTask> wait) in awaits)
            {
                await wait();
                Check.Contains("synchronously", Check.Throws<InvalidOperationException>(() => Loop.Delay(Ms(5)).GetAwaiter().GetResult(), name).Message);
                Check.Contains("synchronously", Check.Throws<InvalidOperationException>(() => Loop.Yield().GetAwaiter().GetResult(), name).Message);
            }
        });

        async LoopTask Inner() => await Loop.Yield();

        static IEnumerator<Wait> Job()
        {
            yield return Wait.NextFrame;
        }
    }

    [Case]
    public void What_was_awaited_before_says_so_and_disturbs_no_other_wait()
    {
        using var cancellation = new CancellationTokenSource();
        Loop.Run(async LoopTask () =>
        {
            DelayAwaitable first = Loop.Delay(Ms(1), cancellation.Token);
            await first;
            await Loop.Yield();
            LoopTask other = Other();
            await Loop.Yield();
            await Throws(async () => await first);
            await other;
            Check.Equal(51.0, Loop.Now.TotalMilliseconds);

            LoopTask<int> stale = Number(1);
            await stale;
            LoopTask<int> next = Number(2);
            await Throws(async () => await Loop.WithTimeout(stale, Ms(5)));
            Check.Equal(2, await next);
        });

        async LoopTask Other() => await Loop.Delay(Ms(50), cancellation.Token);

        async LoopTask<int> Number(int number)
        {
            await Loop.Yield();
            return number;
        }

        static async LoopTask Throws(Func<LoopTask> wait)
        {
            try
            {
                await wait();
            }
            catch (InvalidOperationException exception)
            {
                Check.Contains("awaited before", exception.Message);
                return;
            }

            Check.True(false, "nothing was thrown");
        }
    }

    [Case]
    public void A_result_beats_a_simultaneous_time_out_through_however_many_methods()
    {
        Loop.Run(async LoopTask () =>
        {
            for (int depth = 0; depth < 50; depth++)
            {
                Check.Equal(depth, await Loop.WithTimeout(Deep(depth, depth), Ms(10)));
            }
        });

        async LoopTask<int> Deep(int depth, int result)
        {
            if (depth == 0)
            {
                await Loop.Delay(Ms(10));
                return result;
            }

            return await Deep(depth - 1, result);
        }
    }

    [Case]
    public void A_function_that_gives_no_task_and_a_token_whose_callback_throws_are_survived()
    {
        var errors = Errors(Loop);
        Check.Contains("null", Check.Throws<InvalidOperationException>(() => Loop.Run(static () => (Task)null!)).Message);
        Loop.Run(async LoopTask () =>
        {
            try
            {
                await Loop.WithTimeout<int>(
                    async token =>
                    {
                        token.Register(static () => throw new FormatException("in the callback"));
                        await Loop.Delay(TimeSpan.FromDays(1), CancellationToken.None);
                        return 1;
                    },
                    Ms(10));
            }
            catch (TimeoutException)
            {
                Journal.Add("timeout");
            }
        });
        Check.Sequence(["timeout"], Journal);
        Check.Equal(1, errors.Count);
        Check.Throws<ArgumentOutOfRangeException>(() => Loop.NextFrame((FramePhase)77));
    }

    [Case]
    public void The_exception_of_an_async_void_method_reaches_the_handler()
    {
        var errors = Errors(Loop);
        Loop.CallSoon(async () =>
        {
            await Loop.NextFrame();
            throw new FormatException("from async void");
        });
        RunUntilIdle();
        Check.Equal(1, errors.Count);
        Check.Contains("from async void", errors[0]);
    }

    internal static List<string> Errors(MainLoop loop)
    {
        var errors = new List<string>();
        loop.UnhandledException += context =>
        {
            errors.Add($"{context.Kind}: {context.Exception.Message}");
            context.Handled = true;
        };
        return errors;
    }

    private sealed class Recorder(List<string> journal) : LoopTrace
    {
        public override void Begin(in Work work) => journal.Add($"{work.Kind} {work.Name}");
    }
}
