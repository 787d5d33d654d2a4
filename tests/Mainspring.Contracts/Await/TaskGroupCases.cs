using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Await;

/// <summary>Groups of tasks that are over together.</summary>
public sealed class TaskGroupCases : VirtualLoopSuite
{
    [Case]
    public void A_group_is_over_when_its_function_and_all_parts_are()
    {
        Loop.Run(async LoopTask () =>
        {
            await Loop.RunGroup(async group =>
            {
                Task<int> sum = group.Start(async token =>
                {
                    await Loop.Delay(Ms(5), token);
                    Journal.Add("sum");
                    return 7;
                });
                _ = group.Start(async token =>
                {
                    await Loop.Delay(Ms(20), token);
                    Journal.Add("long");
                    await group.Start(async inner => // a part may start others
                    {
                        await Loop.Delay(Ms(10), inner);
                        Journal.Add("part of a part");
                    });
                });
                Check.Equal(2, group.Running);
                Journal.Add("started"); // no part begins within Start
                Journal.Add($"{await sum}");
                Check.Equal(1, group.Running);
            });
            Journal.Add($"over at {Loop.Now.TotalMilliseconds}");
        });
        Check.Sequence(["started", "sum", "7", "long", "part of a part", "over at 30"], Journal);
    }

    [Case]
    public void The_first_failure_cancels_the_others_and_is_thrown_when_they_have_ended()
    {
        var errors = AwaitContract.Errors(Loop);
        Loop.Run(async LoopTask () =>
        {
            try
            {
                await Loop.RunGroup(async group =>
                {
                    _ = group.Start(async token =>
                    {
                        await Loop.Delay(Ms(5), token);
                        throw new FormatException("first");
                    });
                    _ = group.Start(async token =>
                    {
                        try
                        {
                            await Loop.Delay(Ms(100), token);
                        }
                        finally
                        {
                            await Loop.Delay(Ms(3), CancellationToken.None); // cleaning up takes time, and is waited for
                            Journal.Add("cleaned up");
                        }
                    });
                    await Loop.Delay(Ms(50), group.CancellationToken);
                    Journal.Add("never");
                });
            }
            catch (FormatException exception)
            {
                Journal.Add($"{exception.Message} at {Loop.Now.TotalMilliseconds}");
            }
        });
        Check.Sequence(["cleaned up", "first at 8"], Journal);
        Check.Equal(0, errors.Count);
    }

    [Case]
    public void Further_failures_go_to_the_loop_and_none_twice()
    {
        var errors = AwaitContract.Errors(Loop);
        Loop.Run(async LoopTask () =>
        {
            try
            {
                await Loop.RunGroup(async group =>
                {
                    Task part = group.Start(async token =>
                    {
                        await Loop.Yield();
                        throw new FormatException("first");
                    });
                    _ = group.Start(async token =>
                    {
                        try
                        {
                            await Loop.Delay(Ms(100), token);
                        }
                        catch (OperationCanceledException)
                        {
                            throw new InvalidDataException("second");
                        }
                    });
                    await part; // throws the first once more
                });
            }
            catch (FormatException exception)
            {
                Journal.Add(exception.Message);
            }
        });
        Check.Sequence(["first"], Journal);
        Check.Sequence(["Await: second"], errors);
    }

    [Case]
    public void Cancelled_from_outside_it_waits_and_throws_the_cancellation()
    {
        using var cancellation = new CancellationTokenSource();
        Loop.CallLater(Ms(4), cancellation.Cancel);
        Loop.Run(async LoopTask () =>
        {
            try
            {
                await Loop.RunGroup(
                    async group =>
                    {
                        _ = group.Start(async token =>
                        {
                            await using var end = new AtEnd(() => Journal.Add("ended"));
                            await Loop.Delay(Ms(100), token);
                        });
                        await Loop.Yield();
                    },
                    cancellation.Token);
            }
            catch (OperationCanceledException exception) when (exception.CancellationToken == cancellation.Token)
            {
                Journal.Add($"cancelled at {Loop.Now.TotalMilliseconds}");
            }
        });
        Check.Sequence(["ended", "cancelled at 4"], Journal);
    }

    [Case]
    public void Its_own_Cancel_is_no_error_and_a_part_that_had_not_begun_never_does()
    {
        Loop.Run(async LoopTask () =>
        {
            await Loop.RunGroup(async group =>
            {
                _ = group.Start(async token => await Loop.Delay(Ms(100), token));
                await Loop.Delay(Ms(1));
                Task late = group.Start(async token =>
                {
                    Journal.Add("never");
                    await Loop.Yield();
                });
                group.Cancel();
                try
                {
                    await late;
                    Journal.Add("not cancelled");
                }
                catch (OperationCanceledException)
                {
                    Journal.Add("cancelled");
                }
            });
            Journal.Add($"over at {Loop.Now.TotalMilliseconds}");
        });
        Check.Sequence(["cancelled", "over at 1"], Journal);
    }

    [Case]
    public void A_part_that_cancels_itself_disturbs_nobody()
    {
        Loop.Run(async LoopTask () =>
        {
            await Loop.RunGroup(async group =>
            {
                _ = group.Start(async token =>
                {
                    await Loop.Yield();
                    throw new OperationCanceledException();
                });
                _ = group.Start(async token =>
                {
                    await Loop.Delay(Ms(10), token);
                    Journal.Add("other");
                });
                await Loop.Yield();
            });
        });
        Check.Sequence(["other"], Journal);
    }

    [Case]
    public void Starting_in_a_group_that_is_over_throws_and_says_so()
    {
        Loop.Run(async LoopTask () =>
        {
            TaskGroup? kept = null;
            await Loop.RunGroup(async group =>
            {
                kept = group;
                await Loop.Yield();
            });
            Check.Contains("over", Check.Throws<InvalidOperationException>(() => kept!.Start(async _ => await Loop.Yield())).Message);
            kept!.Cancel(); // says nothing any more
        });
    }

    private sealed class AtEnd(Action action) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            action();
            return default;
        }
    }
}
