namespace Mainspring.Contracts.Core;

/// <summary>The steady state allocates nothing: 0 bytes, exactly.</summary>
public sealed class AllocationContract : VirtualLoopSuite
{
    private const int WarmUp = 2_000;
    private const int Measured = 10_000;

    private int _count;

    [Case]
    public void CallSoon_allocates_nothing()
    {
        Action callback = Count;
        AllocatesNothing(() =>
        {
            foreach (Priority priority in s_priorities)
            {
                Loop.CallSoon(callback, priority);
            }

            Loop.CallSoon(callback);
            Loop.CallSoon(callback).Cancel();
            Loop.Tick();
        });
    }

    [Case]
    public void CallSoon_with_a_state_allocates_nothing() => AllocatesNothing(() =>
    {
        Loop.CallSoon(static self => self.Count(), this);
        Loop.CallSoon(static self => self.Count(), this, Priority.High);
        Loop.CallSoon(static self => self.Count(), this, Priority.Low).Cancel();
        Loop.Tick();
    });

    [Case]
    public void CallLater_and_Cancel_allocate_nothing()
    {
        Action callback = Count;
        var random = new Random(7);
        AllocatesNothing(() =>
        {
            Loop.CallLater(TimeSpan.FromTicks(random.Next(1 << 30)), callback).Cancel();
            Loop.CallLater(1e-3, callback);
            Loop.CallLater(Ms(2), static self => self.Count(), this);
            Loop.CallAt(Loop.Now, callback);
            Loop.CallAt(Loop.Now + Ms(1), static self => self.Count(), this);
            Loop.Tick();
            Loop.Tick(Ms(1));
        });
    }

    [Case]
    public void CallEvery_allocates_nothing_per_period()
    {
        Loop.CallEvery(Ms(1), Count);
        Loop.CallEvery(Ms(3), static self => self.Count(), this);
        AllocatesNothing(() => Loop.Tick(Ms(1)));
    }

    [Case]
    public void A_few_timers_allocate_nothing_whenever_they_meet()
    {
        // Hours apart, their deadlines share a slot of the wheel, or need one more of them than ever before.
        int[] periods = [7, 1000, 4_001, 61_000, 4_000_037];
        foreach (int ms in periods)
        {
            Loop.CallEvery(Ms(ms), Count);
        }

        Loop.Tick(Ms(4_100_000)); // what runs for the first time
        Loop.Tick();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000_000; i++)
        {
            Loop.Tick(Ms(1000));
        }

        Check.Equal(0L, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Case]
    public void Frames_allocate_nothing()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 60 });
        foreach (FramePhase phase in Enum.GetValues<FramePhase>())
        {
            loop.OnFrame(phase, _ => Count());
        }

        AllocatesNothing(() => loop.Tick(Ms(20)));
    }

    [Case]
    public void Frames_of_a_host_allocate_nothing()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        loop.OnFrame(FramePhase.Update, _ => Count());
        AllocatesNothing(() =>
        {
            loop.TickFrame(Ms(16), Ms(8));
            Clock.Advance(Ms(16));
        });
    }

    [Case]
    public void Frame_locked_frames_allocate_nothing()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 60, Pacing = Pacing.FrameLocked });
        loop.OnFrame(FramePhase.Update, _ => Count());
        loop.CallEvery(Ms(10), Count);
        AllocatesNothing(() => loop.Tick(Ms(20)));
    }

    [Case]
    public void Timers_that_are_put_off_again_and_again_allocate_nothing()
    {
        Action callback = Count;
        TimerHandle[] idle = [.. Enumerable.Range(0, 16).Select(_ => Loop.CallLater(TimeSpan.FromHours(1), callback))];
        AllocatesNothing(() =>
        {
            for (int i = 0; i < idle.Length; i++)
            {
                Check.True(idle[i].Cancel());
                idle[i] = Loop.CallLater(TimeSpan.FromHours(1), callback);
            }

            _count++;
        });
        Check.Equal(16, Loop.Counters.Timers);
    }

    [Case]
    public void Background_steps_allocate_nothing()
    {
        Loop.CallInBackground(budget =>
        {
            Count();
            return budget.Remaining >= TimeSpan.Zero;
        });
        AllocatesNothing(() => Loop.Tick());
    }

    [Case]
    public void Posts_on_the_loops_own_thread_allocate_nothing()
    {
        Action post = Count;
        Loop.CallEvery(Ms(1), () => Loop.Post(post));
        AllocatesNothing(() => Loop.Tick(Ms(1)));
    }

    [Case]
    public void A_run_of_everything_allocates_nothing()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 60 });
        Action callback = Count;
        loop.OnFrame(FramePhase.Update, _ =>
        {
            loop.CallSoon(callback);
            loop.CallLater(Ms(3), callback);
            loop.CallLater(Ms(500), callback).Cancel();
        });
        loop.CallEvery(Ms(1), callback);
        long before = 0, after = -1;
        loop.CallLater(TimeSpan.FromSeconds(10), () => before = GC.GetAllocatedBytesForCurrentThread());
        loop.CallLater(TimeSpan.FromSeconds(100), () => after = GC.GetAllocatedBytesForCurrentThread());
        RunFor(TimeSpan.FromSeconds(101));
        Check.Equal(0L, after - before);
    }

    private static readonly Priority[] s_priorities = Enum.GetValues<Priority>();

    private void Count() => _count++;

    private void AllocatesNothing(Action turn)
    {
        for (int i = 0; i < WarmUp; i++)
        {
            turn();
        }

        int ran = _count;
        long bytes = 1;
        for (int round = 0; round < 3 && bytes != 0; round++) // what the JIT's own tables take comes once, what a turn takes each time
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Measured; i++)
            {
                turn();
            }

            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Check.Equal(0L, bytes, $"in {Measured} turns");
        Check.True(_count - ran >= Measured / 2, "something ran");
    }
}
