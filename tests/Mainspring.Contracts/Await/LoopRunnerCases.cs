using System.Runtime.InteropServices;

namespace Mainspring.Contracts.Await;

/// <summary>A function as a whole program.</summary>
public sealed class LoopRunnerCases
{
    private readonly List<string> _journal = [];
    private readonly SilentLog _log = new();
    private IAsyncEnumerator<int>? _left; // one that is collected is closed before its time

    private LoopOptions Virtual => new() { Clock = new VirtualClock(), Log = _log };

    [Case]
    public void It_keeps_the_result_and_throws_the_exception_of_the_function()
    {
        Check.Equal(7, LoopRunner.Run(static async Task<int> (_) =>
        {
            await Task.Yield();
            return 7;
        }, Virtual));
        Check.Equal(8, LoopRunner.Run(static async LoopTask<int> (token) =>
        {
            await MainLoop.Current!.Delay(TimeSpan.FromHours(1), token);
            return 8;
        }, Virtual));
        Check.Equal("thrown", Check.Throws<FormatException>(() => LoopRunner.Run(static Task (_) => throw new FormatException("thrown"), Virtual)).Message);
        Check.True(MainLoop.Current is null);
    }

    [Case]
    public void What_is_left_is_cancelled_and_waited_for_and_its_errors_are_reported()
    {
        MainLoop? loop = null;
        int result = LoopRunner.Run(async Task<int> (token) =>
        {
            loop = MainLoop.Current!;
            _ = loop.StartTask(async inner =>
            {
                try
                {
                    await loop.Delay(TimeSpan.FromHours(1), inner);
                }
                finally
                {
                    await loop.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
                    _journal.Add($"cleaned up at {loop.Now.TotalSeconds} s");
                }
            });
            _ = loop.StartTask(async inner =>
            {
                try
                {
                    await loop.Delay(TimeSpan.FromHours(1), inner);
                }
                catch (OperationCanceledException)
                {
                    throw new FormatException("while it was cancelled");
                }
            }, "bad");
            _left = loop.TrackEnumerators(Numbers()).GetAsyncEnumerator(token);
            await _left.MoveNextAsync();
            return 42;
        }, Virtual);
        Check.Equal(42, result);
        Check.Sequence(["cleaned up at 1 s", "sequence closed"], _journal);
        Check.True(loop!.IsDisposed);
        Check.True(_log.Messages.Any(static message => message.StartsWith("Error: Task 'bad' failed while it was cancelled", StringComparison.Ordinal)), string.Join('|', _log.Messages));
    }

    [Case]
    public void The_executor_is_waited_for()
    {
        bool isDone = false;
        using var gate = new ManualResetEventSlim();
        LoopRunner.Run(async Task (token) =>
        {
            MainLoop.Current!.RunInExecutor(() =>
            {
                gate.Wait("the end of the function");
                Volatile.Write(ref isDone, true);
            }, token).Forget();
            _ = MainLoop.Current!.StartTask(async inner =>
            {
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, MainLoop.Current!.TimeProvider, inner).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                }
                finally
                {
                    gate.Set(); // only when the function is over
                }
            });
            await Task.Yield();
        }, new LoopOptions { Log = _log });
        Check.True(Volatile.Read(ref isDone));
        Check.Sequence([], _log.Messages);
    }

    [Case]
    public void Inside_a_loop_it_throws_and_says_what_to_do()
    {
        using MainLoop loop = Loops.New();
        InvalidOperationException? error = null;
        loop.CallSoon(() => error = Check.Throws<InvalidOperationException>(() => LoopRunner.Run(static _ => Task.CompletedTask)));
        loop.Tick();
        Check.Contains("await the function there", error?.Message);
    }

    [Case]
    public void The_loop_is_the_policys_unless_there_are_options()
    {
        ILoopPolicy before = LoopPolicy.Current;
        try
        {
            LoopPolicy.Current = new NamedPolicy();
            Check.Equal("the policy's", LoopRunner.Run(static _ => Task.FromResult(MainLoop.Current!.Name)));
            Check.Equal("mine", LoopRunner.Run(static _ => Task.FromResult(MainLoop.Current!.Name), Virtual with { Name = "mine" }));
            Check.True(LoopRunner.Run(static _ => Task.FromResult(MainLoop.Current!.IsDebug), Virtual with { Debug = true }));
            Check.False(LoopRunner.Run(static _ => Task.FromResult(MainLoop.Current!.IsDebug), Virtual with { Debug = false }));
        }
        finally
        {
            LoopPolicy.Current = before;
        }
    }

    [Case]
    public void An_error_in_the_end_of_a_task_neither_replaces_the_result_nor_stops_the_end()
    {
        int result = LoopRunner.Run(async Task<int> (token) =>
        {
            MainLoop loop = MainLoop.Current!;
            _ = loop.StartTask(async Task (inner) =>
            {
                try
                {
                    await loop.Delay(TimeSpan.FromHours(1), inner);
                }
                catch (OperationCanceledException)
                {
                    throw new FormatException("in its end");
                }
            });
            _ = loop.StartTask(async Task (inner) =>
            {
                try
                {
                    await loop.Delay(TimeSpan.FromHours(1), inner);
                }
                finally
                {
                    await loop.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
                    _journal.Add("the other one's end");
                }
            });
            await loop.Delay(TimeSpan.FromSeconds(1), token);
            return 42;
        }, Virtual with { ErrorPolicy = ErrorPolicy.Stop });
        Check.Equal(42, result);
        Check.Sequence(["the other one's end"], _journal);
        Check.True(_log.Messages.Any(static line => line.Contains("in its end", StringComparison.Ordinal)));
    }

    [Case]
    public void Ctrl_C_cancels_the_function_and_what_it_has_started()
    {
        Sys.NeedsLinux();
        Sys.NeedsOwnProgram();
        LoopInterruptedException interrupted = Check.Throws<LoopInterruptedException>(() => LoopRunner.Run(async Task (token) =>
        {
            MainLoop loop = MainLoop.Current!;
            _ = loop.StartTask(async inner =>
            {
                try
                {
                    await loop.Delay(TimeSpan.FromHours(1), inner);
                }
                finally
                {
                    _journal.Add("task");
                }
            });
            loop.CallSoon(static () => Sys.Raise(2));
            try
            {
                await loop.Delay(TimeSpan.FromHours(1), token);
            }
            finally
            {
                _journal.Add("function");
            }
        }, new LoopOptions { Log = _log }));
        Check.Equal(PosixSignal.SIGINT, interrupted.Signal);
        Check.Sequence(["function", "task"], _journal);
    }

    [Case]
    public void A_signal_that_is_named_cancels_the_function()
    {
        Sys.NeedsLinux();
        Sys.NeedsOwnProgram();
        LoopInterruptedException interrupted = Check.Throws<LoopInterruptedException>(() => LoopRunner.Run(
            async LoopTask (token) =>
            {
                MainLoop.Current!.CallSoon(static () => Sys.Raise(15));
                await MainLoop.Current!.Delay(TimeSpan.FromHours(1), token);
            },
            new LoopOptions { Log = _log },
            PosixSignal.SIGINT,
            PosixSignal.SIGTERM));
        Check.Equal(PosixSignal.SIGTERM, interrupted.Signal);
    }

    [Case]
    public void A_function_whose_loop_is_stopped_is_cancelled_and_waited_for()
    {
        foreach (bool byError in (bool[])[false, true])
        {
            LoopOptions options = Virtual with { ErrorPolicy = ErrorPolicy.Stop };
            Action run = () => LoopRunner.Run(
                async Task (token) =>
                {
                    MainLoop loop = MainLoop.Current!;
                    loop.CallLater(1, byError ? static () => throw new FormatException("fatal") : loop.Stop);
                    try
                    {
                        await loop.Delay(TimeSpan.FromHours(1), token);
                    }
                    finally
                    {
                        await loop.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
                        _journal.Add($"function at {loop.Now.TotalSeconds} s");
                    }
                },
                options);
            if (byError)
            {
                Check.Equal("fatal", Check.Throws<FormatException>(run).Message);
            }
            else
            {
                Check.Contains("was stopped before the function's task had completed", Check.Throws<InvalidOperationException>(run).Message);
            }
        }

        Check.Sequence(["function at 2 s", "function at 2 s"], _journal);
    }

    [Case]
    public void Stop_does_not_end_the_end_and_the_result_is_kept()
    {
        int result = LoopRunner.Run(
            async Task<int> (token) =>
            {
                MainLoop loop = MainLoop.Current!;
                _ = loop.StartTask(async inner =>
                {
                    try
                    {
                        await loop.Delay(TimeSpan.FromHours(1), inner);
                    }
                    finally
                    {
                        loop.Stop();
                        await loop.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
                        _journal.Add("cleaned up");
                    }
                });
                await loop.Yield();
                await loop.Yield();
                return 7;
            },
            Virtual);
        Check.Equal(7, result);
        Check.Sequence(["cleaned up"], _journal);
    }

    [Case]
    public void An_exception_that_nobody_has_seen_is_reported_at_the_end_once()
    {
        List<object?> kept = [];
        LoopRunner.Run(
            async Task (_) =>
            {
                MainLoop loop = MainLoop.Current!;
                loop.UnhandledException += context => _journal.Add($"{context.Message}: {context.Exception.Message}");
                kept.Add(loop.StartTask(static _ => throw new FormatException("unseen"), "lost"));
                StartedTask seen = loop.StartTask(static _ => throw new FormatException("seen"));
                kept.Add(Fail());
                await loop.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
                Check.Equal("seen", seen.Exception?.Message);

                async LoopTask Fail()
                {
                    await loop.Yield();
                    throw new FormatException("not awaited");
                }
            },
            Virtual);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Check.Sequence(["Await 'Fail' failed: not awaited", "Await 'lost' failed: unseen"], _journal.Order());
        GC.KeepAlive(kept);
    }

    [Case]
    public void A_sequence_that_does_not_close_is_left_after_its_time()
    {
        var clock = new VirtualClock();
        LoopRunner.Run(
            async Task (_) =>
            {
                _left = MainLoop.Current!.TrackEnumerators(Stubborn()).GetAsyncEnumerator(CancellationToken.None);
                await _left.MoveNextAsync();
            },
            Virtual with { Clock = clock });
        Check.Contains("Warning: Not all sequences were closed in 60 s; these go on closing: 'Stubborn'", _log.Messages.Single());

        static async IAsyncEnumerable<int> Stubborn()
        {
            try
            {
                yield return 1;
            }
            finally
            {
                await new TaskCompletionSource().Task;
            }
        }
    }

    private async IAsyncEnumerable<int> Numbers()
    {
        try
        {
            yield return 1;
            await Task.Yield();
            yield return 2;
        }
        finally
        {
            _journal.Add("sequence closed");
        }
    }

    private sealed class NamedPolicy : ThreadLoopPolicy
    {
        public override MainLoop NewLoop() => new(new LoopOptions { Name = "the policy's" });
    }
}
