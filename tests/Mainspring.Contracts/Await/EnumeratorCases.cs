using System.Runtime.CompilerServices;
using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Await;

/// <summary>Sequences that the loop closes.</summary>
public sealed class EnumeratorCases : VirtualLoopSuite
{
    [Case]
    public void Elements_come_as_without_the_loop() => Loop.Run(async Task () =>
    {
        await foreach (int number in Loop.TrackEnumerators(Numbers("a")))
        {
            Journal.Add($"{number}");
        }

        await foreach (int number in Loop.TrackEnumerators(Numbers("b")))
        {
            break; // it closes by itself
        }

        Check.Sequence(["1", "2", "a closed", "b closed"], Journal);
        await Loop.CloseEnumerators();
        Check.Equal(4, Journal.Count);
    });

    [Case]
    public void Those_that_are_left_open_are_closed_once() => Loop.Run(async Task () =>
    {
        IAsyncEnumerator<int> a = Loop.TrackEnumerators(Numbers("a")).GetAsyncEnumerator(), b = Loop.TrackEnumerators(Numbers("b")).GetAsyncEnumerator();
        await a.MoveNextAsync();
        await b.MoveNextAsync();
        Journal.Add("left");
        await Loop.CloseEnumerators();
        Check.Sequence(["left", "a closed", "b closed"], Journal);
        await a.DisposeAsync();
        Check.False(await b.MoveNextAsync());
        await Loop.CloseEnumerators();
        Check.Equal(3, Journal.Count);
    });

    [Case]
    public void One_that_is_under_way_is_cancelled_first()
    {
        Loop.Run(async Task () =>
        {
            Task reader = Read();
            await Loop.Delay(Ms(5), CancellationToken.None);
            await Loop.CloseEnumerators();
            await reader;
        });
        Check.Sequence(["finally", "cancelled"], Journal.Order().Reverse());
        Check.Equal(Ms(5), Loop.Now);

        async Task Read()
        {
            try
            {
                await foreach (int _ in Loop.TrackEnumerators(Endless()))
                {
                }
            }
            catch (OperationCanceledException)
            {
                Journal.Add("cancelled");
            }
        }
    }

    [Case]
    public void What_closing_throws_is_reported_with_the_sequence()
    {
        List<LoopErrorContext> errors = [];
        Loop.UnhandledException += context =>
        {
            errors.Add(context);
            context.Handled = true;
        };
        IAsyncEnumerable<int> sequence = Bad();
        Loop.Run(async Task () =>
        {
            await Loop.TrackEnumerators(sequence).GetAsyncEnumerator().MoveNextAsync();
            await Loop.CloseEnumerators();
        });
        Check.Contains("bad end", errors.Single().Exception.Message);
        Check.True(ReferenceEquals(sequence, errors[0].Subject));
        Check.Equal("Closing the sequence 'Bad' failed", errors[0].Message);
    }

    [Case]
    public void Closing_that_takes_too_long_is_left_and_named_and_does_not_hold_up_the_others() => Loop.Run(async Task () =>
    {
        IAsyncEnumerator<int> stubborn = Loop.TrackEnumerators(Stubborn()).GetAsyncEnumerator(), other = Loop.TrackEnumerators(Numbers("other")).GetAsyncEnumerator();
        await stubborn.MoveNextAsync();
        await other.MoveNextAsync();
        Check.False(await Loop.CloseEnumerators(Ms(7)));
        Check.Equal(Ms(7), Loop.Now);
        Check.Sequence(["other closed"], Journal);
        Check.Equal("Warning: Not all sequences were closed in 0.007 s; these go on closing: 'Stubborn'.", Log.Messages.Single());
        Check.True(await Loop.CloseEnumerators(Ms(7)), "it was left");
        GC.KeepAlive(stubborn);
    });

    [Case]
    public void One_that_begins_afterwards_is_warned_of()
    {
        Loop.Run(async Task () =>
        {
            await Loop.CloseEnumerators();
            await foreach (int _ in Loop.TrackEnumerators(Numbers("late")))
            {
            }
        });
        Check.True(Log.Messages.Single().StartsWith("Warning: The sequence 'Numbers' began after CloseEnumerators", StringComparison.Ordinal), Log.Messages.Single());
    }

    [Case]
    public void One_that_is_collected_unfinished_is_closed_on_the_loop()
    {
        MainLoop loop = Build(new LoopOptions { Debug = true });
        Leave(loop);
        Pump.Until(loop, () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Journal.Count > 0;
        });
        Check.Sequence(["lost closed"], Journal);
        Check.True(Log.Messages.Single().StartsWith("Warning: The sequence 'Numbers' was left unfinished", StringComparison.Ordinal), Log.Messages.Single());
    }

    [Case]
    public void Debug_mode_names_those_that_are_open_when_the_loop_is_disposed()
    {
        MainLoop loop = Build(new LoopOptions { Debug = true });
        IAsyncEnumerator<int>? left = null;
        loop.Run(async Task () =>
        {
            left = loop.TrackEnumerators(Numbers("left")).GetAsyncEnumerator();
            await left.MoveNextAsync();
        });
        loop.Dispose();
        Check.True(Log.Messages.Single().StartsWith("Warning: The sequence 'Numbers' was not closed when the loop was disposed", StringComparison.Ordinal), Log.Messages.Single());
        GC.KeepAlive(left);
    }

    private async IAsyncEnumerable<int> Numbers(string name)
    {
        try
        {
            yield return 1;
            await Task.Yield();
            yield return 2;
        }
        finally
        {
            Journal.Add($"{name} closed");
        }
    }

    private async IAsyncEnumerable<int> Endless([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            while (true)
            {
                await Loop.Delay(TimeSpan.FromHours(1), cancellationToken);
                yield return 1;
            }
        }
        finally
        {
            Journal.Add("finally");
        }
    }

    private static async IAsyncEnumerable<int> Stubborn()
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

    private static async IAsyncEnumerable<int> Bad()
    {
        try
        {
            await Task.Yield();
            yield return 1;
        }
        finally
        {
            _ = int.Parse("bad end", System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Leave(MainLoop loop) => loop.Run(async Task () => await loop.TrackEnumerators(Numbers("lost")).GetAsyncEnumerator().MoveNextAsync());
}
