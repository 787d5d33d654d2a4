using System.Diagnostics;

namespace Mainspring.Contracts;

/// <summary>What every precision keeps: nothing is early, everything is served, and who has no deadline sleeps. Durations are nobody's promise.</summary>
public abstract class PrecisionCases : WaitingCases
{
    private protected abstract Precision Precision { get; }

    private protected override MainLoop Create(Func<LoopOptions, LoopOptions>? change = null) =>
        Loops.New(options => (change?.Invoke(options) ?? options) with { Precision = Precision });

    [Case]
    public void Frames_AreNeverEarly_ByAnotherClock()
    {
        using MainLoop loop = Create(static options => options with { FrameRate = 500 });
        int frames = 0;
        TimeSpan due = TimeSpan.Zero;
        loop.OnFrame(FramePhase.Input, frame =>
        {
            Check.True(frame.Start >= due, $"frame {frame.Index} began at {frame.Start}, and was due at {due}");
            due = frame.Deadline;
            if (++frames == 100)
            {
                loop.Stop();
            }
        });
        long before = Stopwatch.GetTimestamp();
        loop.Run();
        Check.True(Stopwatch.GetElapsedTime(before) >= TimeSpan.FromMilliseconds(2) * (frames - 1 + loop.FrameStats.Dropped), "so many periods have to pass");
        Check.Equal(100, frames);
        Check.Equal(0L, loop.Counters.Errors);
    }

    [Case]
    public void Timers_BeforeAFrame_RunBeforeIt_HoweverNear()
    {
        using MainLoop loop = Create(static options => options with { FrameRate = 500 });
        var order = new List<string>();
        loop.OnFrame(FramePhase.Input, frame =>
        {
            order.Add($"frame {frame.Index}");
            if (frame.Index == 50)
            {
                loop.Stop();
                return;
            }

            // Within what a tick may begin before its frame, and at the same time as it.
            loop.CallAt(frame.Deadline - TimeSpan.FromMicroseconds(5 * (frame.Index % 8)), () => order.Add($"timer {frame.Index}"));
        });
        loop.Run();
        long dropped = loop.FrameStats.Dropped;
        Check.Equal(101, order.Count);
        for (int i = 0; i < order.Count; i++)
        {
            Check.Equal(i % 2 == 0 ? $"frame {i / 2}" : $"timer {i / 2}", order[i], $"{dropped} frames dropped");
        }
    }

    [Case]
    public void AForeignLoop_IsToldTheFramesOwnDeadline()
    {
        using MainLoop loop = Create(static options => options with { FrameRate = 1 });
        TimeSpan deadline = TimeSpan.Zero;
        loop.OnFrame(FramePhase.Input, frame => deadline = frame.Deadline);
        loop.Tick();
        Check.True(deadline > TimeSpan.Zero, "the first frame is due at once");
        TimeSpan after = loop.NextDeadline!.Value - deadline;
        Check.True(after.Ticks is 0 or 1, $"{after} after the frame's own deadline: rounded up to 100 ns, so that a tick then finds it due");
    }

    [Case]
    public void Posts_ComeThroughWhileADeadlineIsNear()
    {
        using MainLoop loop = Create();
        const int Posts = 2000;
        int ran = 0;
        TimerHandle near = loop.CallEvery(TimeSpan.FromMilliseconds(20), static () => { });
        using var acknowledged = new SemaphoreSlim(0);
        Worker poster = Worker.Start(() =>
        {
            for (int i = 0; i < Posts; i++)
            {
                loop.Post(() =>
                {
                    ran++;
                    acknowledged.Release();
                });
                Check.True(acknowledged.Wait(Patience.Long), $"post {i} has not come");
            }

            loop.Stop();
        });
        loop.Run();
        poster.Join();
        near.Cancel();
        Check.Equal(Posts, ran);
    }

    [Case]
    public void Descriptors_AreServedThoughTheLoopNeverSleeps()
    {
        Sys.NeedsLinux();
        using MainLoop loop = Create();
        var pipe = new PipeSource();
        int bytes = 0;
        SourceHandle source = loop.Add(pipe);
        source.On<PipeByte>((in PipeByte _, in EventInfo _) =>
        {
            if (++bytes == 50)
            {
                loop.Stop();
            }
            else
            {
                pipe.Feed(1);
            }
        });
        loop.CallEvery(TimeSpan.FromMicroseconds(10), static () => { }); // shorter than any margin
        loop.CallSoon(() => pipe.Feed(1));
        loop.Run(new RunOptions { For = Patience.Long });
        Check.Equal(50, bytes);
    }

    [Case]
    public void ADescriptor_ComesBeforeADeadlineThatIsNear()
    {
        Sys.NeedsLinux();
        using MainLoop loop = Create();
        var pipe = new PipeSource();
        SourceHandle source = loop.Add(pipe);
        source.On<PipeByte>((in PipeByte _, in EventInfo _) => loop.Stop());
        Worker? feeder = null;
        TimerHandle timer = default;
        bool late = false;
        timer = loop.CallLater(TimeSpan.FromSeconds(25), () => late = true);
        loop.CallEvery(TimeSpan.FromMilliseconds(400), static () => { });
        loop.CallSoon(() => feeder = Worker.Start(() => pipe.Feed(1)));
        loop.Run();
        feeder!.Join();
        Check.False(late, "the byte ended the wait");
        timer.Cancel();
    }

    [Case]
    public void AFrameLockedLoop_TakesDescriptorsInItsFrames()
    {
        Sys.NeedsLinux();
        using MainLoop loop = Create(static options => options with { FrameRate = 200, Pacing = Pacing.FrameLocked });
        var pipe = new PipeSource();
        int bytes = 0, frames = 0;
        loop.OnFrame(FramePhase.Input, _ =>
        {
            frames++;
            pipe.Feed(1);
            if (frames == 20)
            {
                loop.Stop();
            }
        });
        loop.Add(pipe).On<PipeByte>((in PipeByte _, in EventInfo _) => bytes++);
        loop.Run();
        Check.Equal(20, frames);
        Check.Equal(19, bytes, "each byte in the frame after it was sent");
        Check.Equal(20L, loop.Counters.Ticks, "one tick is one frame");
    }

    [Case]
    public void TheSteadyState_AllocatesNothing()
    {
        using MainLoop loop = Create();
        loop.CallEvery(TimeSpan.FromMicroseconds(30), static () => { });
        Allocations.None(() => loop.Tick(TimeSpan.FromMicroseconds(30)));
    }

    [Case]
    public void OnAVirtualClock_ItIsTheSame()
    {
        var clock = new VirtualClock();
        using MainLoop loop = Create(options => options with { Clock = clock, FrameRate = 100 });
        int frames = 0;
        loop.OnFrame(FramePhase.Update, _ => frames++);
        loop.Run(new RunOptions { For = TimeSpan.FromSeconds(100) - TimeSpan.FromTicks(1) });
        Check.Equal(10_000, frames);
        Check.Equal(TimeSpan.Zero, loop.FrameStats.MaxLateness);
        Check.Equal(0L, loop.PrecisionStats.Spins);
        Check.Equal(TimeSpan.Zero, loop.PrecisionStats.Spun);
    }
}

/// <summary>A loop that sleeps until its deadlines.</summary>
public sealed class SleepPrecisionCases : PrecisionCases
{
    private protected override Precision Precision => Precision.Sleep;

    [Case]
    public void It_does_not_spin()
    {
        using MainLoop loop = Create();
        loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(3) });
        Check.Equal(default, loop.PrecisionStats);
    }
}

/// <summary>A loop that sleeps until shortly before its deadlines.</summary>
public sealed class HybridPrecisionCases : PrecisionCases
{
    private protected override Precision Precision => Precision.Hybrid;

    [Case]
    public void It_learns_from_its_waits()
    {
        using MainLoop loop = Create(static options => options with { FrameRate = 400 });
        TimeSpan first = loop.PrecisionStats.Margin;
        loop.OnFrame(FramePhase.Update, frame =>
        {
            if (frame.Index == 40)
            {
                loop.Stop();
            }
        });
        loop.Run();
        Check.True(loop.PrecisionStats.Margin != first, "every wait changes the margin, if only by its decay");
        Check.True(loop.PrecisionStats.Margin.Ticks * 100 is >= OvershootMargin.FloorNs and <= OvershootMargin.CapNs);
    }
}

/// <summary>A loop that spins until its deadlines.</summary>
public sealed class SpinPrecisionCases : PrecisionCases
{
    private protected override Precision Precision => Precision.Spin;

    [Case]
    public void It_spins_towards_what_is_near()
    {
        using MainLoop loop = Create();
        loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(3) });
        Check.True(loop.PrecisionStats.Spins >= 1);
        Check.True(loop.PrecisionStats.Spun > TimeSpan.Zero);
        Check.Equal(TimeSpan.FromSeconds(1), loop.PrecisionStats.Margin, "the horizon");
    }
}
