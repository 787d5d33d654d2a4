using System.Diagnostics;

namespace Mainspring.Contracts;

/// <summary>How the loop sleeps: not at all when there is something to do, and without a single wake-up when there is nothing.</summary>
public class WaitingCases
{
    /// <summary>Makes the loop.</summary>
    private protected virtual MainLoop Create(Func<LoopOptions, LoopOptions>? change = null) => Loops.New(change);

    [Case]
    public void Idle_MakesNoWakeUps()
    {
        using MainLoop loop = Create();
        Check.Equal(2L, TicksUntilStopped(loop), "one before it goes to sleep, or none; and one for Stop");
    }

    [Case]
    public void Idle_WithAFarTimer_MakesNoWakeUps()
    {
        using MainLoop loop = Create();
        loop.CallLater(TimeSpan.FromHours(1), static () => { });
        loop.CallEvery(TimeSpan.FromDays(400), static () => { });
        Check.Equal(2L, TicksUntilStopped(loop));
    }

    [Case]
    public void Idle_AfterAFarTimerWasCancelled_MakesOneWakeUpAtTheMost()
    {
        using MainLoop loop = Create();
        TimerHandle far = loop.CallLater(TimeSpan.FromMilliseconds(100), static () => throw new CheckException("it was cancelled"));
        Worker.Run(() => { });
        Worker canceller = Worker.Start(() => loop.Post(() => far.Cancel())); // while the loop sleeps towards it
        long ticks = TicksUntilStopped(loop);
        canceller.Join();
        Check.True(ticks <= 4, $"{ticks} ticks: the first, the post's, one for the timer that is gone, and Stop's");
    }

    [Case]
    public void Timers_AreNeverEarly_NearOrFar()
    {
        using MainLoop loop = Create();
        int left = 0;
        foreach (double milliseconds in new[] { 0, 0.01, 0.1, 0.9, 1, 1.1, 3, 4.9, 4.99, 5, 5.01, 5.1, 7, 12, 16.7, 20, 33, 50 })
        {
            left++;
            long start = Stopwatch.GetTimestamp();
            var delay = TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));
            loop.CallLater(delay, () =>
            {
                TimeSpan took = Stopwatch.GetElapsedTime(start);
                Check.True(took >= delay, $"{milliseconds} ms took {took.TotalMilliseconds} ms");
                left--;
            });
        }

        loop.Run(new RunOptions { UntilIdle = true });
        Check.Equal(0, left);
        Check.Equal(0L, loop.Counters.Errors);
    }

    [Case]
    public void Timers_UnderASignalStorm_AreNeitherEarlyNorLost()
    {
        Sys.NeedsLinux();
        using MainLoop loop = Create();
        using var storm = new SignalStorm(23);
        int runs = 0;
        TimerHandle timer = default;
        long start = Stopwatch.GetTimestamp();
        timer = loop.CallEvery(TimeSpan.FromMilliseconds(7), () =>
        {
            Check.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(7) * ++runs, "no period comes early");
            if (runs == 30)
            {
                loop.Stop();
            }
        });
        loop.Run(new RunOptions { For = Patience.Long });
        Check.Equal(30, runs);
        Check.Equal(0L, loop.Counters.Errors);
        Check.True(loop.Counters.Ticks <= 35, $"{loop.Counters.Ticks} ticks: signals are no news");
    }

    [Case]
    public void RunFor_EndsAtItsTime_NotBefore()
    {
        using MainLoop loop = Create();
        foreach (int milliseconds in new[] { 0, 1, 4, 6, 20 })
        {
            long start = Stopwatch.GetTimestamp();
            loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(milliseconds) });
            Check.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(milliseconds));
        }

        Check.True(loop.Counters.Ticks <= 10);
    }

    [Case]
    public void Tick_WithAMaxWait_WaitsForSoLongAtTheMost()
    {
        using MainLoop loop = Create();
        loop.CallLater(TimeSpan.FromHours(1), static () => { });
        long start = Stopwatch.GetTimestamp();
        loop.Tick(TimeSpan.FromMilliseconds(3));
        Check.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(3));
        loop.Tick(); // would hang for an hour if it waited
    }

    [Case]
    public void Stop_FromAnotherThread_EndsASleep()
    {
        using MainLoop loop = Create();
        for (int i = 0; i < 2000; i++)
        {
            Task stopper = Task.Run(loop.Stop);
            loop.Run();
            Check.True(stopper.Wait(Patience.Long));
        }
    }

    private static long TicksUntilStopped(MainLoop loop)
    {
        long before = loop.Counters.Ticks;
        Worker stopper = Worker.Start(() =>
        {
            Thread.Sleep(500); // the time in which nothing is to happen: longer makes the case stricter, never wrong
            loop.Stop();
        });
        int first = 0;
        loop.CallSoon(() => first++);
        loop.Run();
        stopper.Join();
        Check.Equal(1, first);
        return loop.Counters.Ticks - before;
    }
}

/// <summary>How a loop on the portable poller sleeps.</summary>
public sealed class PortableWaitingCases : WaitingCases
{
    private protected override MainLoop Create(Func<LoopOptions, LoopOptions>? change = null) =>
        Loops.New(options => (change?.Invoke(options) ?? options) with { PortablePoller = true });
}

/// <summary>How a loop with a silent descriptor sleeps.</summary>
public sealed class SilentDescriptorWaitingCases : WaitingCases, IDisposable
{
    private readonly PipeSource _pipe = new();

    public void Dispose()
    {
        Check.Equal(0, _pipe.Dispatches, "a silent source costs nothing");
        _pipe.Detach();
    }

    private protected override MainLoop Create(Func<LoopOptions, LoopOptions>? change = null)
    {
        Sys.NeedsLinux();
        MainLoop loop = Loops.New(change);
        loop.Add(_pipe).Unref();
        return loop;
    }
}
