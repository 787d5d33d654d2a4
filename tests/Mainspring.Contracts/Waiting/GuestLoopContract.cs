namespace Mainspring.Contracts;

/// <summary><see cref="MainLoop.RunAsGuest"/> on a thread with a message pump of its own, on Linux's poller.</summary>
public sealed class EpollGuestLoopContract : GuestLoopContract
{
    public EpollGuestLoopContract() => Sys.NeedsLinux();

    protected override bool IsPortable => false;
}

/// <summary><see cref="MainLoop.RunAsGuest"/> on a thread with a message pump of its own, on the poller of Windows.</summary>
public sealed class WindowsGuestLoopContract : GuestLoopContract
{
    public WindowsGuestLoopContract() => Sys.NeedsWindows();

    protected override bool IsPortable => false;
}

/// <summary><see cref="MainLoop.RunAsGuest"/> where the system has no descriptors to wait for.</summary>
public sealed class PortableGuestLoopContract : GuestLoopContract
{
    protected override bool IsPortable => true;
}

/// <summary>What <see cref="MainLoop.RunAsGuest"/> promises, whatever the loop waits with.</summary>
public abstract class GuestLoopContract : IDisposable
{
    private readonly MessagePump _host = new();
    private MainLoop? _loop;

    protected abstract bool IsPortable { get; }

    private MainLoop Loop => _loop ??= New();

    /// <inheritdoc/>
    public void Dispose() => _loop?.Dispose();

    [Case]
    public void Callbacks_RunOnTheHostsThread_EachWithItsOwnContext()
    {
        int thread = Environment.CurrentManagedThreadId;
        SynchronizationContext? inLoop = null, inHost = null;
        using GuestLoop guest = Loop.RunAsGuest(_host);
        Loop.CallSoon(() =>
        {
            Check.Equal(thread, Environment.CurrentManagedThreadId);
            inLoop = SynchronizationContext.Current;
        });
        _host.Post(() => inHost = SynchronizationContext.Current);
        _host.RunUntil(() => inLoop is not null && inHost is not null);
        Check.True(ReferenceEquals(Loop.SynchronizationContext, inLoop));
        Check.True(ReferenceEquals(_host, inHost));
        Check.True(MainLoop.Current is null);
        Check.True(guest.IsRunning);
    }

    [Case]
    public void WhatWasScheduledBefore_RunsToo()
    {
        int ran = 0;
        Loop.CallSoon(() => ran++);
        Loop.CallLater(TimeSpan.FromMilliseconds(1), () => ran++);
        Loop.Post(() => ran++);
        using GuestLoop guest = Loop.RunAsGuest(_host);
        _host.RunUntil(() => ran == 3);
    }

    [Case]
    public void Timers_AreNeverEarly_NeverMissed_AndTheHostIsNotPolled()
    {
        const int Wanted = 20;
        int ran = 0;
        using GuestLoop guest = Loop.RunAsGuest(_host);
        for (int i = 1; i <= Wanted; i++)
        {
            TimeSpan due = Loop.Now + TimeSpan.FromMilliseconds(2 * i);
            Loop.CallAt(due, () =>
            {
                ran++;
                Check.True(Loop.Now >= due, "early");
            });
        }

        _host.RunUntil(() => ran == Wanted);
        Check.True(_host.Posts <= 2 * Wanted + 2, $"{_host.Posts} ticks for {Wanted} timers");
    }

    [Case]
    public void SilentLoop_PostsNothing()
    {
        int ran = 0;
        using GuestLoop guest = Loop.RunAsGuest(_host);
        Loop.CallSoon(() => ran++);
        TimerHandle far = Loop.CallLater(TimeSpan.FromHours(1), () => ran++);
        _host.RunUntil(() => ran == 1);
        Patience.Until(() => (guest.Helper.ThreadState & ThreadState.WaitSleepJoin) != 0 || !IsPortable, "the helper sleeps");
        int posts = _host.Posts;
        for (int i = 1; i <= 1000; i++) // the host is busy with its own
        {
            int wanted = i, seen = 0;
            _host.Post(() => seen = wanted);
            _host.RunUntil(() => seen == wanted);
        }

        Check.True(_host.Posts - posts <= 1001, $"{_host.Posts - posts - 1000} ticks of a loop that had nothing to do");
        Check.True(far.Cancel());
    }

    [Case]
    public void FloodOfPosts_IsOneMessage()
    {
        int ran = 0;
        using GuestLoop guest = Loop.RunAsGuest(_host);
        Worker.Run(() =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                Loop.Post(() => ran++);
            }
        });
        Patience.Until(() => _host.Waiting > 0, "a tick");
        Check.Equal(1, _host.Waiting);
        int ticks = 0;
        _host.RunUntil(() =>
        {
            Check.True(_host.Waiting <= 1, "never more than one tick is outstanding");
            ticks++;
            return ran == 10_000;
        });
        Check.True(ticks < 20, $"{ticks} ticks");
    }

    [Case]
    public void CallsOfTheHost_BetweenTwoTicks_AreHeard()
    {
        int ran = 0;
        using GuestLoop guest = Loop.RunAsGuest(_host);
        Loop.CallSoon(() => ran++);
        _host.RunUntil(() => ran == 1);
        _host.Post(() => Loop.CallLater(TimeSpan.FromMilliseconds(1), () => ran++));
        _host.RunUntil(() => ran == 2);
        _host.Post(() => Loop.CallSoon(() => ran++));
        _host.RunUntil(() => ran == 3);
        TimerHandle far = Loop.CallLater(TimeSpan.FromHours(1), () => ran++);
        _host.Post(() => Loop.CallLater(TimeSpan.FromMilliseconds(1), () => ran++)); // sooner than what is waited for
        _host.RunUntil(() => ran == 4);
        far.Cancel();
    }

    [Case]
    public void AwaitsGoBackToWhereTheyBegan()
    {
        var ends = new List<string>();
        int thread = Environment.CurrentManagedThreadId;
        using GuestLoop guest = Loop.RunAsGuest(_host);
        _host.Post(() => _ = OfHost());
        Loop.CallSoon(() => _ = OfLoop());
        _host.RunUntil(() => ends.Count == 5);
        Check.Sequence(["host", "host", "loop", "loop", "loop"], ends.Order());

        async Task OfHost()
        {
            await Loop.InvokeAsync(static () => { });
            ends.Add(Where());
            await Task.Run(static () => { });
            ends.Add(Where());
        }

        async Task OfLoop()
        {
            await Task.Run(static () => { });
            ends.Add(Where());
            await Loop.Delay(TimeSpan.FromMilliseconds(1));
            ends.Add(Where());
            await Loop.RunInExecutor(static () => { });
            ends.Add(Where());
        }

        string Where()
        {
            Check.Equal(thread, Environment.CurrentManagedThreadId);
            return ReferenceEquals(SynchronizationContext.Current, _host) ? "host" : ReferenceEquals(SynchronizationContext.Current, Loop.SynchronizationContext) ? "loop" : "elsewhere";
        }
    }

    [Case]
    public void BackgroundWork_LeavesTheHostItsTurns()
    {
        int steps = 0, seen = -1;
        using GuestLoop guest = Loop.RunAsGuest(_host);
        Loop.CallInBackground(_ =>
        {
            if (++steps == 10)
            {
                _host.Post(() => seen = steps);
            }

            return steps < 1_000_000 && seen < 0;
        });
        _host.RunUntil(() => seen >= 0);
        Check.True(seen < 1_000_000, "the host had its turn while there was more to do");
    }

    [Case]
    public void Frames_ComeAtTheirRate()
    {
        _loop = New(static options => options with { FrameRate = 200 });
        int frames = 0;
        TimeSpan first = default;
        Loop.OnFrame(FramePhase.Update, frame =>
        {
            first = frames++ == 0 ? frame.Start : first;
            Check.True(Loop.Now >= first, "time does not go back");
        });
        using GuestLoop guest = Loop.RunAsGuest(_host);
        _host.RunUntil(() => frames == 5);
        Check.True(_host.Posts <= 15, $"{_host.Posts} ticks for 5 frames");
    }

    [Case]
    public void Stop_EndsTheGuest_AndItsThread()
    {
        GuestLoop guest = Loop.RunAsGuest(_host);
        Check.Equal(1, _host.Operations, "a pump that ends when nothing is outstanding goes on");
        Loop.CallSoon(Loop.Stop);
        _host.RunUntil(() => guest.Completion.IsCompleted);
        Check.True(guest.Completion.IsCompletedSuccessfully);
        Check.False(guest.IsRunning);
        Check.False(guest.Helper.IsAlive);
        Check.Equal(0, _host.Operations);
        guest.Dispose();
    }

    [Case]
    public void Stop_FromAnotherThread_EndsTheGuest()
    {
        GuestLoop guest = Loop.RunAsGuest(_host);
        Worker.Run(Loop.Stop);
        _host.RunUntil(() => guest.Completion.IsCompleted);
        Check.False(guest.Helper.IsAlive);
    }

    [Case]
    public void Dispose_EndsTheThread_AtOnce_AlsoWithATickOutstanding()
    {
        int ran = 0;
        GuestLoop guest = Loop.RunAsGuest(_host);
        Loop.CallSoon(() => ran++);
        Patience.Until(() => _host.Waiting == 1, "a tick");
        guest.Dispose();
        Check.False(guest.Helper.IsAlive);
        Check.True(guest.Completion.IsCompletedSuccessfully);
        _host.RunUntil(() => _host.Waiting == 0);
        Check.Equal(0, ran, "the tick that was outstanding does nothing");
        Loop.Tick();
        Check.Equal(1, ran, "what the loop had to do is still there");
    }

    [Case]
    public void Dispose_WithinACallback_EndsTheGuest()
    {
        int ran = 0;
        GuestLoop? guest = null;
        guest = Loop.RunAsGuest(_host);
        Loop.CallSoon(() =>
        {
            guest.Dispose();
            ran++;
        });
        _host.RunUntil(() => ran == 1);
        Check.False(guest.Helper.IsAlive);
    }

    [Case]
    public void DisposeOfTheLoop_EndsTheGuest()
    {
        GuestLoop guest = Loop.RunAsGuest(_host);
        Loop.Dispose();
        Check.False(guest.IsRunning);
        Check.False(guest.Helper.IsAlive);
        Check.True(guest.Completion.IsCompletedSuccessfully);
    }

    [Case]
    public void AfterItsEnd_TheLoopCanBeAGuestAgain_OrRun()
    {
        int ran = 0;
        for (int i = 1; i <= 5; i++)
        {
            using GuestLoop guest = Loop.RunAsGuest(_host);
            Loop.CallLater(TimeSpan.FromMilliseconds(1), () => ran++);
            int wanted = i;
            _host.RunUntil(() => ran == wanted);
        }

        Loop.CallSoon(Loop.Stop);
        Loop.Run();
    }

    [Case]
    public void ExceptionByPolicy_GoesToTheHost_AndEndsTheGuest()
    {
        _loop = New(static options => options with { ErrorPolicy = ErrorPolicy.Stop });
        GuestLoop guest = Loop.RunAsGuest(_host);
        Loop.CallSoon(static () => throw new InvalidOperationException("it"));
        Check.Equal("it", Check.Throws<InvalidOperationException>(() => _host.RunUntil(static () => false)).Message);
        Check.False(guest.IsRunning);
        Check.False(guest.Helper.IsAlive);
        Check.Equal("it", guest.Completion.Exception?.InnerException?.Message);
    }

    [Case]
    public void ExceptionThatTheLoopSurvives_DoesNotReachTheHost()
    {
        int ran = 0;
        using GuestLoop guest = Loop.RunAsGuest(_host);
        Loop.CallSoon(static () => throw new InvalidOperationException("it"));
        Loop.CallSoon(() => ran++);
        _host.RunUntil(() => ran == 1);
        Check.Equal(1L, Loop.Counters.Errors);
        Check.True(guest.IsRunning);
    }

    [Case]
    public void HostThatRefuses_EndsTheGuest_AndKillsNobody()
    {
        GuestLoop guest = Loop.RunAsGuest(_host);
        _host.IsClosed = true;
        Loop.CallSoon(static () => { });
        Patience.Until(() => guest.Completion.IsCompleted, "the end");
        Check.Equal("the window is closed", guest.Completion.Exception?.InnerException?.Message);
        guest.Dispose();
        Check.False(guest.Helper.IsAlive);
        Loop.Tick();
    }

    [Case]
    public void HostThatIsNoThread_IsRefused()
    {
        Check.Contains("SynchronizationContext", Check.Throws<InvalidOperationException>(() => Loop.RunAsGuest()).Message);
        Check.Throws<InvalidOperationException>(() => Loop.RunAsGuest(new SynchronizationContext()));
        Check.Throws<InvalidOperationException>(() => Loop.RunAsGuest(Loop.SynchronizationContext));
        GuestLoop guest = Loop.RunAsGuest(new InlineContext());
        Loop.CallSoon(static () => { });
        Patience.Until(() => guest.Completion.IsCompleted, "the end");
        Check.Contains("on the thread that posts it", guest.Completion.Exception?.InnerException?.Message);
        guest.Dispose();
    }

    [Case]
    public void SecondGuest_HostedFramesAndRunningLoops_AreRefused()
    {
        using (GuestLoop guest = Loop.RunAsGuest(_host))
        {
            Check.Contains("is a guest already", Check.Throws<InvalidOperationException>(() => Loop.RunAsGuest(_host)).Message);
            Check.Contains("is a guest of this thread", Check.Throws<InvalidOperationException>(() => Loop.Run()).Message);
        }

        using MainLoop hosted = New(static options => options with { Pacing = Pacing.Host });
        Check.Contains("TickFrame", Check.Throws<InvalidOperationException>(() => hosted.RunAsGuest(_host)).Message);
        using MainLoop running = New();
        running.CallSoon(() =>
        {
            Check.Throws<InvalidOperationException>(() => running.RunAsGuest(_host));
            running.Stop();
        });
        running.Run();
        Check.Equal(0L, running.Counters.Errors);
        running.Dispose();
        Check.Throws<ObjectDisposedException>(() => running.RunAsGuest(_host));
    }

    [Case]
    public void VirtualTime_MovesByAdvance_AndTheHostHearsOfIt()
    {
        var clock = new VirtualClock();
        _loop = New(options => options with { Clock = clock });
        var times = new List<TimeSpan>();
        using GuestLoop guest = Loop.RunAsGuest(_host);
        Loop.CallLater(TimeSpan.FromHours(1), () => times.Add(Loop.Now));
        Loop.CallLater(TimeSpan.FromHours(3), () => times.Add(Loop.Now));
        bool isFirst = false;
        Loop.CallSoon(() => isFirst = true);
        _host.RunUntil(() => isFirst);
        Check.Equal(TimeSpan.Zero, Loop.Now);
        clock.Advance(TimeSpan.FromHours(1));
        _host.RunUntil(() => times.Count == 1);
        Worker.Run(() => clock.Advance(TimeSpan.FromHours(2)));
        _host.RunUntil(() => times.Count == 2);
        Check.Sequence([TimeSpan.FromHours(1), TimeSpan.FromHours(3)], times);
    }

    [Case]
    public void TwoLoops_AreGuestsOfOneThread()
    {
        using MainLoop other = New();
        var story = new List<string>();
        using GuestLoop one = Loop.RunAsGuest(_host);
        using GuestLoop two = other.RunAsGuest(_host);
        Loop.CallSoon(() =>
        {
            story.Add("one");
            other.Post(() =>
            {
                story.Add("two");
                Loop.Post(() => story.Add("one again"));
            });
        });
        _host.RunUntil(() => story.Count == 3);
        Check.Sequence(["one", "two", "one again"], story);
    }

    private MainLoop New(Func<LoopOptions, LoopOptions>? change = null) =>
        Loops.New(options => (change?.Invoke(options) ?? options) with { PortablePoller = IsPortable });

    private sealed class InlineContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => d(state);
    }
}
