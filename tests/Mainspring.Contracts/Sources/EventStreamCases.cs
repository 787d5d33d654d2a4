namespace Mainspring.Contracts;

/// <summary>A source's events as an <see cref="IAsyncEnumerable{T}"/>: order, overflow, cancellation, end, and where the reader runs.</summary>
public sealed class EventStreamCases : IDisposable
{
    private readonly MainLoop _loop = Loops.New();
    private readonly QueueSource _source = new();
    private readonly SourceHandle _handle;

    public EventStreamCases() => _handle = _loop.Add(_source);

    public void Dispose() => _loop.Dispose();

    [Case]
    public void Reader_GetsEveryEventInOrder()
    {
        EventStream<Queued> stream = _handle.Events<Queued>();
        Worker feeder = Worker.Start(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                _source.Add(i);
                Thread.SpinWait(i);
            }
        });
        Check.Sequence(Enumerable.Range(0, 1000), _loop.RunUntilComplete(Read(stream, 1000)));
        Check.Equal(0L, stream.Dropped);
        feeder.Join();
    }

    [Case]
    public void Reader_ResumesOnTheLoop_ThoughItBeganOutside()
    {
        int thread = Environment.CurrentManagedThreadId;
        EventStream<Queued> stream = _handle.Events<Queued>();
        Task<int> reader = Body();
        Worker feeder = Worker.Start(() => _source.Add(1));
        Check.Equal(thread, _loop.RunUntilComplete(reader));
        feeder.Join();

        async Task<int> Body()
        {
            await foreach (Queued unused in stream)
            {
                return Environment.CurrentManagedThreadId;
            }

            return 0;
        }
    }

    [Case]
    public void Reader_ResumesOnTheLoop_ConfigureAwaitFalseOrNot()
    {
        int thread = Environment.CurrentManagedThreadId, seen = 0;
        EventStream<Queued> stream = _handle.Events<Queued>();
        _loop.CallSoon(() => _ = Body());
        _loop.CallSoon(() => _source.Add(1));
        Pump.Until(_loop, () => seen != 0);
        Check.Equal(thread, seen);

        async Task Body()
        {
            await foreach (Queued unused in ((IAsyncEnumerable<Queued>)stream).ConfigureAwait(false))
            {
                seen = Environment.CurrentManagedThreadId;
            }
        }
    }

    [Case]
    public void Reader_NeverRunsInsideTheDispatch()
    {
        EventStream<Queued> stream = _handle.Events<Queued>();
        var trace = new List<string>();
        _handle.On((in Queued e, in EventInfo _) => trace.Add($"handler {e.Number}"));
        _loop.CallSoon(() => _ = Body());
        _loop.Tick();
        _source.Add(1);
        _source.Add(2);
        _loop.Tick();
        Check.Sequence(["handler 1", "handler 2", "reader 1", "reader 2"], trace);

        async Task Body()
        {
            await foreach (Queued e in stream)
            {
                trace.Add($"reader {e.Number}");
            }
        }
    }

    [Case]
    public void Overflow_DropOldest() => CheckOverflow(Overflow.DropOldest, [2, 3, 4], 2);

    [Case]
    public void Overflow_DropNewest() => CheckOverflow(Overflow.DropNewest, [0, 1, 2], 2);

    [Case]
    public void Overflow_Coalesce() => CheckOverflow(Overflow.Coalesce, [0, 1, 4], 2);

    [Case]
    public void Overflow_ManyTimesRound_KeepsOrder()
    {
        EventStream<Queued> stream = _handle.Events<Queued>(3, Overflow.DropOldest);
        var seen = new List<int>();
        for (int i = 0; i < 50; i++)
        {
            for (int j = 0; j <= i % 5; j++)
            {
                _source.Add((i * 10) + j);
            }

            _loop.Tick();
            ValueTask<bool> next = stream.MoveNextAsync();
            Check.True(next.IsCompleted && next.Result);
            seen.Add(stream.Current.Number);
        }

        Check.Sequence(seen.Order(), seen);
        Check.Equal(seen.Distinct().Count(), seen.Count);
        Check.True(stream.Dropped > 0);
    }

    [Case]
    public void Remove_EndsTheStream_AfterWhatIsQueued()
    {
        EventStream<Queued> stream = _handle.Events<Queued>();
        _source.Add(1);
        _source.Add(2);
        _loop.Tick();
        _loop.CallSoon(_handle.Remove);
        Check.Sequence([1, 2], _loop.RunUntilComplete(Read(stream, 10)));
    }

    [Case]
    public void Remove_EndsAWaitingReader()
    {
        EventStream<Queued> stream = _handle.Events<Queued>();
        _loop.CallLater(TimeSpan.FromMilliseconds(1), _handle.Remove);
        Check.Sequence([], _loop.RunUntilComplete(Read(stream, 10)));
    }

    [Case]
    public void Removed_GivesAStreamThatHasEnded()
    {
        _handle.Remove();
        Check.Sequence([], _loop.RunUntilComplete(Read(_handle.Events<Queued>(), 10)));
    }

    [Case]
    public void Dispose_EndsAWaitingReader_AndTakesNoMore()
    {
        EventStream<Queued> stream = _handle.Events<Queued>();
        _loop.CallLater(TimeSpan.FromMilliseconds(1), stream.Dispose);
        Check.Sequence([], _loop.RunUntilComplete(Read(stream, 10)));
        _source.Add(1);
        _loop.Tick();
        Check.Equal(SourceState.Attached, _handle.State);
        Check.Equal(0L, stream.Dropped);
    }

    [Case]
    public void DisposeOfTheLoop_EndsAWaitingReader()
    {
        EventStream<Queued> stream = _handle.Events<Queued>();
        Task<List<int>> reader = null!;
        _loop.CallSoon(() => reader = Read(stream, 10));
        _loop.Tick();
        _loop.Dispose();
        Check.True(reader.IsCompleted, "its continuation has run in Dispose");
        Check.Equal(0L, _loop.Counters.ContinuationsAfterDispose);
    }

    [Case]
    public void Cancellation_FromAnotherThread_EndsAWaitingReader()
    {
        using var cancellation = new CancellationTokenSource();
        EventStream<Queued> stream = _handle.Events<Queued>();
        int thread = Environment.CurrentManagedThreadId, resumedOn = 0;
        Task reader = Task.CompletedTask;
        _loop.CallSoon(() => reader = Body());
        _loop.Tick();
        Worker other = Worker.Start(cancellation.Cancel);
        _loop.RunUntilComplete(reader);
        Check.Equal(thread, resumedOn);
        other.Join();

        async Task Body()
        {
            try
            {
                await foreach (Queued unused in stream.WithCancellation(cancellation.Token))
                {
                }
            }
            catch (OperationCanceledException exception)
            {
                Check.Equal(cancellation.Token, exception.CancellationToken);
                resumedOn = Environment.CurrentManagedThreadId;
            }
        }
    }

    [Case]
    public void Cancellation_RacingWithEvents_EndsOnce()
    {
        for (int round = 0; round < 300; round++)
        {
            using var cancellation = new CancellationTokenSource();
            using EventStream<Queued> stream = _handle.Events<Queued>();
            int pause = round;
            Worker feeder = Worker.Start(() =>
            {
                for (int i = 0; i < 20; i++)
                {
                    _source.Add(i);
                    Thread.SpinWait(pause);
                }

                cancellation.Cancel();
            });
            _loop.RunUntilComplete(Body());
            feeder.Join();

            async Task Body()
            {
                int last = -1;
                try
                {
                    await foreach (Queued e in stream.WithCancellation(cancellation.Token))
                    {
                        Check.True(e.Number > last || last == 19, "in order");
                        last = e.Number;
                    }

                    throw new CheckException("a cancelled stream ended without an exception");
                }
                catch (OperationCanceledException)
                {
                }
            }

            // What the reader has not taken must not meet the next one.
            Pump.Ticks(_loop, 3);
        }
    }

    [Case]
    public void SecondReader_IsRefused()
    {
        EventStream<Queued> stream = _handle.Events<Queued>();
        stream.GetAsyncEnumerator();
        Check.Contains("queue", Check.Throws<InvalidOperationException>(() => stream.GetAsyncEnumerator()).Message);
    }

    [Case]
    public void SteadyState_AllocatesNothing()
    {
        EventStream<Queued> stream = _handle.Events<Queued>();
        int seen = 0;
        _loop.CallSoon(() => _ = Body());
        _loop.Tick();
        Allocations.None(() =>
        {
            _source.Add(1);
            _loop.Tick();
        });
        Check.True(seen > 0);

        async Task Body()
        {
            await foreach (Queued unused in stream)
            {
                seen++;
            }
        }
    }

    private void CheckOverflow(Overflow overflow, int[] expected, long dropped)
    {
        EventStream<Queued> stream = _handle.Events<Queued>(3, overflow);
        for (int i = 0; i < 5; i++)
        {
            _source.Add(i);
        }

        _loop.Tick();
        Check.Equal(dropped, stream.Dropped);
        Check.Sequence(expected, _loop.RunUntilComplete(Read(stream, expected.Length)));
    }

    private static async Task<List<int>> Read(EventStream<Queued> stream, int most)
    {
        var numbers = new List<int>();
        await foreach (Queued e in stream)
        {
            numbers.Add(e.Number);
            if (numbers.Count == most)
            {
                break;
            }
        }

        return numbers;
    }
}
