using System.Runtime.CompilerServices;
using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Await;

/// <summary>Tasks that the loop knows.</summary>
public sealed class StartedTaskCases : VirtualLoopSuite
{
    private static readonly AsyncLocal<string?> s_local = new();

    [Case]
    public void A_task_begins_in_the_next_round_has_a_name_and_gives_its_result() => Loop.Run(async Task () =>
    {
        StartedTask<int> task = Loop.StartTask(async token =>
        {
            Journal.Add("begins");
            await Loop.Delay(Ms(5), token);
            return 7;
        }, "seven");
        Journal.Add("started");
        Check.Sequence(["seven"], Loop.Tasks.Select(static task => task.Name));
        Check.Equal(7, await task);
        Check.Sequence(["started", "begins"], Journal);
        Check.True(task.IsCompleted && !task.IsCancelled && task.Exception is null);
        Check.Equal(0, Loop.Tasks.Count);
        Check.Equal(7, await task.Completion, "as often as one likes");
        task.Name = "eight";
        Check.Equal("eight", task.Name);
        Check.True(Loop.StartTask(static _ => Task.CompletedTask).Name != Loop.StartTask(static _ => Task.CompletedTask).Name, "numbers");
    });

    [Case]
    public void Tasks_begin_in_the_order_of_the_calls_and_know_themselves() => Loop.Run(async Task () =>
    {
        StartedTask first = Loop.StartTask(async _ => await Note("first"), "first");
        StartedTask second = Loop.StartTask(async _ => await Note("second"), "second");
        await first;
        await second;
        Check.Sequence(["first in first", "second in second"], Journal);
        Check.True(StartedTask.Current is null);

        Task Note(string entry)
        {
            Journal.Add($"{entry} in {StartedTask.Current?.Name}");
            return Task.CompletedTask;
        }
    });

    [Case]
    public void A_cancelled_task_decides_how_it_ends() => Loop.Run(async Task () =>
    {
        StartedTask gives = Loop.StartTask(async token => await Loop.Delay(TimeSpan.FromHours(1), token));
        StartedTask<string> completes = Loop.StartTask(async token =>
        {
            try
            {
                await Loop.Delay(TimeSpan.FromHours(1), token);
            }
            catch (OperationCanceledException)
            {
                await Loop.Delay(Ms(3), CancellationToken.None); // cleans up
            }

            return "all the same";
        });
        await Loop.Yield();
        await Loop.Yield();
        Check.True(gives.Cancel());
        Check.False(gives.Cancel(), "asked before");
        Check.True(completes.Cancel());
        Check.Equal("all the same", await completes);
        Check.False(completes.IsCancelled);
        await gives.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Check.True(gives.IsCancelled && gives.Completion.IsCanceled && gives.Exception is null);
        Check.False(gives.Cancel(), "over");
        Check.Equal(Ms(3), Loop.Now);
    });

    [Case]
    public void A_task_that_is_cancelled_before_it_begins_never_does() => Loop.Run(async Task () =>
    {
        StartedTask task = Loop.StartTask(_ =>
        {
            Journal.Add("began");
            return Task.CompletedTask;
        });
        task.Cancel();
        await task.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Check.True(task.IsCancelled);
        Check.Sequence([], Journal);
    });

    [Case]
    public void The_callers_AsyncLocal_flows_in_or_that_of_a_context_and_nothing_flows_out() => Loop.Run(async Task () =>
    {
        s_local.Value = "context";
        ExecutionContext context = ExecutionContext.Capture()!;
        s_local.Value = "caller";
        await Loop.StartTask(Look);
        await Loop.StartTask(Look, context: context);
        Check.Sequence(["caller", "context"], Journal);
        Check.Equal("caller", s_local.Value);

        async Task Look(CancellationToken token)
        {
            Journal.Add(s_local.Value!);
            s_local.Value = "task";
            await Loop.Yield();
        }
    });

    [Case]
    public void Exceptions_go_to_who_awaits_and_otherwise_to_the_handler_with_the_task()
    {
        List<LoopErrorContext> errors = [];
        Loop.UnhandledException += context =>
        {
            errors.Add(context);
            context.Handled = true;
        };
        Loop.Run(async Task () =>
        {
            StartedTask awaited = Loop.StartTask(static Task (_) => throw new FormatException("awaited"), "awaited");
            try
            {
                await awaited;
            }
            catch (FormatException)
            {
                Journal.Add("caught");
            }

            StartedTask read = Loop.StartTask(static Task (_) => throw new FormatException("read"));
            await Loop.Yield();
            await Loop.Yield();
            Check.Equal("read", read.Exception?.Message);
        });
        Forget();
        Pump.Until(Loop, () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return errors.Count > 0;
        });
        Check.Sequence(["caught"], Journal);
        Check.Equal("lost", errors.Single().Exception.Message);
        Check.Equal("lost task", (errors[0].Subject as StartedTask)?.Name);
        Check.Contains("lost task", errors[0].Message);
    }

    [Case]
    public void A_task_keeps_a_loop_from_being_idle()
    {
        Loop.StartTask(async token =>
        {
            await Task.Delay(Ms(50), Loop.TimeProvider, token);
            Journal.Add("over");
        });
        RunUntilIdle();
        Check.Sequence(["over"], Journal);
    }

    [Case]
    public void The_task_factory_runs_every_task_in_its_place() => Loop.Run(async Task () =>
    {
        Check.True(Loop.TaskFactory is null, "the default");
        Loop.TaskFactory = async (task, run) =>
        {
            Journal.Add($"begins {task.Name}");
            await run();
            Journal.Add($"ends {task.Name}");
        };
        Check.Equal(3, await Loop.StartTask(async token =>
        {
            await Loop.Delay(Ms(1), token);
            return 3;
        }, "a"));
        Loop.TaskFactory = null;
        await Loop.StartTask(static _ => Task.CompletedTask, "b");
        Check.Sequence(["begins a", "ends a"], Journal);
        Loop.TaskFactory = static (_, _) => null!;
        StartedTask none = Loop.StartTask(static _ => Task.CompletedTask, "c");
        await none.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Check.Contains("gave no task", none.Exception?.Message);
    });

    [Case]
    public void CancelTasks_ends_all_those_that_they_start_meanwhile_too_and_reports_what_they_throw()
    {
        var errors = AwaitContract.Errors(Loop);
        Loop.Run(async Task () =>
        {
            _ = Loop.StartTask(async token =>
            {
                try
                {
                    await Loop.Delay(TimeSpan.FromHours(1), token);
                }
                finally
                {
                    _ = Loop.StartTask(async inner => await Loop.Delay(TimeSpan.FromHours(2), inner), "late");
                    Journal.Add("cleaned up");
                }
            });
            _ = Loop.StartTask(async token =>
            {
                try
                {
                    await Loop.Delay(TimeSpan.FromHours(1), token);
                }
                catch (OperationCanceledException)
                {
                    throw new FormatException("instead");
                }
            }, "bad");
            StartedTask self = Loop.StartTask(async _ =>
            {
                await Loop.Delay(Ms(1), CancellationToken.None);
                await Loop.CancelTasks(); // all but itself
                Journal.Add($"{Loop.Tasks.Count} left");
            });
            await self;
        });
        Check.Sequence(["cleaned up", "1 left"], Journal);
        Check.Sequence(["Await: instead"], errors);
        Check.Equal(Ms(1), Loop.Now);
    }

    [Case]
    public void Dispose_cancels_tasks_whose_finally_blocks_run_and_debug_mode_names_them()
    {
        MainLoop loop = Build(new LoopOptions { Debug = true });
        loop.StartTask(async token =>
        {
            try
            {
                await loop.Delay(TimeSpan.FromHours(1), token);
            }
            finally
            {
                Journal.Add($"finally {token.IsCancellationRequested}");
            }
        }, "sleeper");
        Pump.Ticks(loop, 3);
        StartedTask never = loop.StartTask(_ => throw new CheckException("it must not begin"), "never");
        Task end = never.Completion;
        loop.Dispose();
        Check.Sequence(["finally True"], Journal);
        Check.True(end.IsCanceled);
        Check.True(Log.Messages.Any(static message => message.StartsWith("Warning: Task 'sleeper' was not over", StringComparison.Ordinal)), string.Join('|', Log.Messages));
        Check.Throws<ObjectDisposedException>(() => loop.StartTask(static _ => Task.CompletedTask));
    }

    [Case]
    public void What_nobody_has_seen_is_reported_by_Dispose_once()
    {
        List<LoopErrorContext> errors = [];
        Loop.UnhandledException += context =>
        {
            errors.Add(context);
            context.Handled = true;
        };
        StartedTask unseen = Loop.StartTask(static Task (_) => throw new FormatException("unseen"), "unseen task"), seen = Loop.StartTask(static Task (_) => throw new FormatException("seen"));
        Pump.Ticks(Loop, 3);
        Check.Equal("seen", seen.Exception?.Message);
        Check.Equal(0, errors.Count);
        Loop.Dispose();
        Check.Equal("unseen", errors.Single().Exception.Message);
        Check.True(ReferenceEquals(unseen, errors[0].Subject));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Check.Equal("unseen", unseen.Exception?.Message);
        Check.Equal(1, errors.Count);
    }

    [Case]
    public void Dispose_gives_all_back_though_what_was_registered_with_a_token_throws()
    {
        Sys.NeedsLinux();
        int before = Pollers();
        var errors = new List<string>();
        var source = new SilentSource();
        MainLoop loop = Loops.New();
        loop.UnhandledException += context =>
        {
            errors.Add(context.Message);
            context.Handled = true;
        };
        loop.Add(source);
        loop.StartTask(async token =>
        {
            token.Register(static () => throw new FormatException("in a registration"));
            await loop.Delay(TimeSpan.FromHours(1), CancellationToken.None);
        }, "careless");
        IAsyncEnumerator<int> left = loop.TrackEnumerators(Careless()).GetAsyncEnumerator(CancellationToken.None);
        loop.Run(async Task () => await left.MoveNextAsync());
        loop.Tick();
        Check.Equal(before + 1, Pollers());
        loop.Dispose();
        Check.True(loop.IsDisposed);
        Check.False(source.IsAttached);
        Check.Equal(before, Pollers());
        Check.Sequence(
            ["What was registered with the token of task 'careless' failed", "What was registered with the token of the sequence 'Careless' failed"], errors);
        GC.KeepAlive(left);

        static int Pollers() => Directory.GetFiles("/proc/self/fd").Count(
            static descriptor => File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name.Contains("[eventpoll]", StringComparison.Ordinal) == true);

        static async IAsyncEnumerable<int> Careless([EnumeratorCancellation] CancellationToken token = default)
        {
            await using CancellationTokenRegistration registration = token.Register(static () => throw new FormatException("in a registration"));
            yield return 1;
        }
    }

    private sealed class SilentSource : IEventSource
    {
        public string Name => "silent";

        public bool IsAttached { get; private set; }

        public void Attach(SourceContext context) => IsAttached = true;

        public void Detach() => IsAttached = false;

        public int Dispatch(PollEvents ready, int maxEvents) => 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Forget() => Loop.Run(async Task () =>
    {
        _ = Loop.StartTask(static Task (_) => throw new FormatException("lost"), "lost task");
        await Loop.Yield();
        await Loop.Yield();
    });
}
