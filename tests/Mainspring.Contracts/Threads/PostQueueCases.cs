namespace Mainspring.Contracts;

/// <summary>The queue behind posts, by itself.</summary>
public sealed class PostQueueCases
{
    [Case]
    public void Growth_AcrossSegments_KeepsOrder()
    {
        var queue = new PostQueue();
        int added = 0, taken = 0;
        foreach (int burst in new[] { 1, 255, 256, 257, 1000, 3, 5000, 100_000, 1, 300 })
        {
            for (int i = 0; i < burst; i++)
            {
                Check.True(queue.TryAdd(this, added++));
            }

            // Leaves some, so that the next burst finds a segment that is partly used.
            for (int i = 0; i < burst - (burst / 3); i++)
            {
                Take();
            }
        }

        while (taken < added)
        {
            Take();
        }

        Check.True(queue.IsEmpty);
        Check.Equal(0L, queue.Count);
        Check.False(queue.TryTake(out _, out _));
        Check.Equal(added, queue.Taken);

        void Take()
        {
            Check.False(queue.IsEmpty);
            Check.True(queue.Count > 0);
            Check.True(queue.TryTake(out object? callback, out object? state));
            Check.True(ReferenceEquals(this, callback));
            Check.Equal(taken++, (int)state!);
        }
    }

    [Case]
    public void MoveTo_AcrossSegments_KeepsOrder_AndTakesNoMoreThanAskedFor()
    {
        var queue = new PostQueue();
        var lane = new CallbackRing();
        Check.Equal(0, queue.MoveTo(lane, 10));
        for (int i = 0; i < 1000; i++)
        {
            Check.True(queue.TryAdd(this, i));
        }

        int taken = 0;
        for (int most = 1; taken < 1000; most = (most * 2) + 1)
        {
            int moved = queue.MoveTo(lane, most);
            Check.True(moved > 0 && moved <= most, $"{moved} of {most}");
            Check.Equal((long)moved, lane.Pending);
            for (; moved > 0; moved--)
            {
                lane.Peek(out object? callback, out object? state);
                lane.Skip();
                Check.True(ReferenceEquals(this, callback));
                Check.Equal(taken++, (int)state!);
            }

            Check.Equal((long)taken, queue.Taken);
            Check.Equal(1000L - taken, queue.Count);
        }

        Check.True(queue.IsEmpty);
        Check.Equal(0, queue.MoveTo(lane, 10));
    }

    [Case]
    public void Growth_UnderContention_KeepsEachThreadsOrder()
    {
        const int Threads = 4, Posts = 100_000;
        var queue = new PostQueue();
        Worker[] workers = [.. Enumerable.Range(0, Threads).Select(thread => Worker.Start(() =>
        {
            for (int i = 0; i < Posts; i++)
            {
                Check.True(queue.TryAdd(queue, (thread, i)));
            }
        }))];
        var next = new int[Threads];
        for (int taken = 0; taken < Threads * Posts;)
        {
            if (queue.TryTake(out _, out object? state))
            {
                (int thread, int number) = ((int, int))state!;
                Check.Equal(next[thread]++, number);
                taken++;
            }
        }

        Array.ForEach(workers, static worker => worker.Join());
        Check.True(queue.IsEmpty);
    }

    [Case]
    public void Close_RacingWithAdd_KeepsTheAccount()
    {
        for (int round = 0; round < 200; round++)
        {
            var queue = new PostQueue();
            int accepted = 0;
            using var started = new ManualResetEventSlim();
            Worker[] workers = [.. Enumerable.Range(0, 2).Select(_ => Worker.Start(() =>
            {
                started.Set();
                while (queue.TryAdd(queue, null))
                {
                    Interlocked.Increment(ref accepted);
                }
            }))];
            started.Wait();
            Thread.SpinWait(round * 5);
            queue.Close();
            int taken = 0;
            while (queue.TryTakeLast(out _, out _))
            {
                taken++;
            }

            Array.ForEach(workers, static worker => worker.Join());
            Check.Equal(accepted, taken);
            Check.False(queue.TryAdd(queue, null));
            Check.False(queue.TryTakeLast(out _, out _));
        }
    }

    [Case]
    public void SteadyState_StaysInOneSegment()
    {
        var queue = new PostQueue();
        Allocations.None(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                queue.TryAdd(queue, null);
            }

            while (queue.TryTake(out _, out _))
            {
            }
        });
    }
}
