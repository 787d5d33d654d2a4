using System.Runtime.InteropServices;

namespace Mainspring.Contracts;

/// <summary>The loop as a guest of a foreign loop, which learns through one descriptor, and through <see cref="TickResult"/>, when to tick.</summary>
public sealed class GuestCases : IDisposable
{
    private readonly MainLoop _loop;

    public GuestCases()
    {
        Sys.NeedsLinux();
        _loop = Loops.New();
    }

    public void Dispose() => _loop?.Dispose();

    private bool IsReadable => Sys.IsReadable(_loop.Descriptor!);

    [Case]
    public void NothingToDo_IsNotReadable()
    {
        Check.False(IsReadable);
        for (int i = 0; i < 3; i++)
        {
            Check.Equal(new TickResult(TickOutcome.WaitForDescriptor, default), _loop.Tick());
            Check.False(IsReadable);
        }

        Check.True(_loop.NextDeadline is null);
    }

    [Case]
    public void CallBetweenTicks_IsReadable_UntilItHasRun()
    {
        _ = _loop.Descriptor;
        _loop.Tick();
        int ran = 0;
        var calls = new (string Name, Action Call)[]
        {
            ("CallSoon", () => _loop.CallSoon(() => ran++)),
            ("CallSoon with state", () => _loop.CallSoon(_ => ran++, "state")),
            ("CallSoon with priority", () => _loop.CallSoon(() => ran++, Priority.Idle)),
            ("CallLater now", () => _loop.CallLater(TimeSpan.Zero, () => ran++)),
            ("CallLater in seconds", () => _loop.CallLater(0.0, () => ran++)),
            ("CallLater with state", () => _loop.CallLater(TimeSpan.Zero, _ => ran++, "state")),
            ("CallAt a time that has passed", () => _loop.CallAt(TimeSpan.Zero, () => ran++)),
            ("CallInBackground", () => _loop.CallInBackground(_ => ++ran < 0)),
            ("Post", () => _loop.Post(() => ran++)),
            ("Post with state", () => _loop.Post(_ => ran++, "state")),
            ("Post from another thread", () => Worker.Run(() => _loop.Post(() => ran++))),
            ("InvokeAsync", () => _loop.InvokeAsync(() => ran++)),
            ("a continuation", () => _loop.SynchronizationContext.Post(_ => ran++, null)),
        };
        foreach ((string name, Action call) in calls)
        {
            Check.False(IsReadable, $"before {name}");
            ran = 0;
            call();
            call();
            Check.True(Sys.IsReadable(_loop.Descriptor!, 1000), name);
            Check.True(_loop.NextDeadline <= _loop.TimeProvider.GetElapsedTime(0), name);
            _loop.Tick();
            _loop.Tick();
            Check.Equal(2, ran, name);
            Check.False(IsReadable, $"after {name}");
        }
    }

    [Case]
    public void CallBeforeTheDescriptorWasAskedFor_IsReadable()
    {
        _loop.CallSoon(static () => { });
        Check.True(IsReadable);
    }

    [Case]
    public void DueTimer_IsReadable()
    {
        _ = _loop.Descriptor;
        int ran = 0;
        _loop.CallLater(TimeSpan.FromMilliseconds(20), () => ran++);
        TickResult result = _loop.Tick();
        Check.Equal(TickOutcome.RunAt, result.Outcome);
        Check.Equal(_loop.NextDeadline, result.Deadline);
        Check.True(Sys.IsReadable(_loop.Descriptor!, 20_000));
        Check.True(_loop.TimeProvider.GetElapsedTime(0) >= result.Deadline, "not before it is due");
        Check.Equal(TickOutcome.WaitForDescriptor, _loop.Tick().Outcome);
        Check.Equal(1, ran);
        Check.False(IsReadable);
    }

    [Case]
    public void NearerTimer_MadeBetweenTicks_IsReadableInTime()
    {
        _ = _loop.Descriptor;
        _loop.CallLater(TimeSpan.FromHours(1), static () => { });
        _loop.Tick();
        int ran = 0;
        _loop.CallLater(TimeSpan.FromMilliseconds(5), () => ran++);
        Check.True(Sys.IsReadable(_loop.Descriptor!, 20_000));
        Check.Equal(TickOutcome.RunAt, _loop.Tick().Outcome);
        Check.Equal(1, ran);
    }

    [Case]
    public void PeriodicTimer_MadeBetweenTicks_IsReadableEachTime()
    {
        _ = _loop.Descriptor;
        int ran = 0;
        _loop.CallEvery(TimeSpan.FromMilliseconds(2), () => ran++);
        for (int i = 0; i < 5; i++)
        {
            Check.True(Sys.IsReadable(_loop.Descriptor!, 20_000));
            _loop.Tick();
            Check.True(ran > i);
        }
    }

    [Case]
    public void WorkLeftOver_IsReadable()
    {
        using var loop = Loops.New(static options => options with { MaxRounds = 1 });
        _ = loop.Descriptor;
        loop.CallSoon(() => loop.CallSoon(static () => { }));
        Check.Equal(TickOutcome.RunAgainNow, loop.Tick().Outcome);
        Check.True(Sys.IsReadable(loop.Descriptor!));
        Check.Equal(TickOutcome.WaitForDescriptor, loop.Tick().Outcome);
        Check.False(Sys.IsReadable(loop.Descriptor!));
    }

    [Case]
    public void EventsLeftOver_AreReadable()
    {
        using var loop = Loops.New(static options => options with { MaxEventsPerDispatch = 1 });
        _ = loop.Descriptor;
        var source = new QueueSource();
        loop.Add(source);
        source.Add(1);
        source.Add(2);
        Check.True(Sys.IsReadable(loop.Descriptor!), "woken");
        Check.Equal(TickOutcome.RunAgainNow, loop.Tick().Outcome);
        Check.True(Sys.IsReadable(loop.Descriptor!));
        loop.Tick();
        Check.Equal(TickOutcome.WaitForDescriptor, loop.Tick().Outcome);
        Check.False(Sys.IsReadable(loop.Descriptor!));
    }

    [Case]
    public void SourceThatSchedulesAndReadsTheDeadline_WhileItIsAsked_DoesNotRecurse()
    {
        int ran = 0;
        var source = new PreparedQueueSource();
        source.Preparing = () =>
        {
            _loop.CallSoon(() => ran++);
            _ = _loop.NextDeadline;
        };
        _loop.Add(source);
        Check.True(IsReadable, "what was scheduled is to run");
        _loop.Tick();
        Check.True(ran > 0);
        Check.True(IsReadable, "it was asked again after the tick");
    }

    [Case]
    public void DescriptorOfASource_IsReadable()
    {
        var pipe = new PipeSource();
        SourceHandle handle = _loop.Add(pipe);
        _loop.Tick();
        Check.False(IsReadable);
        pipe.Feed(1);
        Check.True(IsReadable);
        _loop.Tick();
        Check.Equal(1L, handle.Counters.Events);
        Check.False(IsReadable);
    }

    [Case]
    public void FrameLocked_DescriptorOfASource_IsNotReadable_BeforeTheFrame()
    {
        var clock = new VirtualClock { AutojumpThreshold = TimeSpan.FromDays(1) };
        using var loop = Loops.New(options => options with { Clock = clock, FrameRate = 0.01, Pacing = Pacing.FrameLocked });
        var pipe = new PipeSource();
        SourceHandle handle = loop.Add(pipe);
        SafeHandle descriptor = loop.Descriptor!;
        loop.Tick();
        Check.False(Sys.IsReadable(descriptor), "the frame was run");
        pipe.Feed(1);
        Check.False(Sys.IsReadable(descriptor), "a host that goes by the descriptor does not spin");
        Check.Equal(TickOutcome.RunAt, loop.Tick().Outcome);
        Check.Equal(0L, handle.Counters.Events);
        loop.Post(static () => { });
        Check.True(Sys.IsReadable(descriptor), "woken");
        loop.Tick();
        Check.False(Sys.IsReadable(descriptor), "heard");
        clock.Advance(TimeSpan.FromSeconds(100));
        loop.Tick();
        Check.Equal(1L, handle.Counters.Events);
    }

    [Case]
    public void WakeOfASource_FromAnotherThread_IsReadable()
    {
        _ = _loop.Descriptor;
        var source = new QueueSource();
        SourceHandle handle = _loop.Add(source);
        _loop.Tick();
        Check.False(IsReadable);
        Worker.Run(() => source.Add(1));
        Check.True(IsReadable);
        _loop.Tick();
        Check.Equal(1L, handle.Counters.Events);
        Check.False(IsReadable);
    }

    [Case]
    public void RetryOfASource_IsReadableInTime()
    {
        _ = _loop.Descriptor;
        var source = new QueueSource { IsBroken = true };
        SourceHandle handle = _loop.Add(source, new RetryPolicy { RetryFirstAttach = true, InitialDelay = TimeSpan.FromMilliseconds(3) });
        source.IsBroken = false;
        Check.True(Sys.IsReadable(_loop.Descriptor!, 20_000));
        _loop.Tick();
        Check.Equal(SourceState.Attached, handle.State);
    }

    [Case]
    public void Stop_IsReadable_AndTold()
    {
        _ = _loop.Descriptor;
        Worker.Run(_loop.Stop);
        Check.True(IsReadable);
        Check.Equal(TickOutcome.Stopped, _loop.Tick().Outcome);
        Check.Equal(TickOutcome.WaitForDescriptor, _loop.Tick().Outcome);
        Check.False(IsReadable);
    }

    [Case]
    public void FrameLockedGuest_LearnsOfItsFrames_AndOfPostsNotEarlier()
    {
        using var loop = Loops.New(static options => options with { FrameRate = 50, Pacing = Pacing.FrameLocked });
        _ = loop.Descriptor;
        int ran = 0;
        loop.Tick();
        Check.False(Sys.IsReadable(loop.Descriptor!));
        Worker.Run(() => loop.Post(() => ran++));
        loop.Tick(); // may be told of the post, and leaves it to the frame
        Check.Equal(0, ran);
        Check.False(Sys.IsReadable(loop.Descriptor!), "or the foreign loop would spin until the frame");
        Check.True(Sys.IsReadable(loop.Descriptor!, 20_000));
        loop.Tick();
        Check.Equal(1, ran);
    }

    [Case]
    public void ForeignLoop_ThatGoesByTheDescriptorAlone_MissesNothing()
    {
        // Posts, timers, wakes and bytes from all sides, and a host that ticks only when poll(2) says so.
        const int Count = 3000;
        int posts = 0, timers = 0, wakes = 0, bytes = 0;
        var queue = new QueueSource();
        var pipe = new PipeSource();
        _loop.Add(queue).On((in Queued _, in EventInfo _) => wakes++);
        _loop.Add(pipe).On((in PipeByte _, in EventInfo _) => bytes++);
        Action? again = null;
        again = () =>
        {
            if (++timers < Count)
            {
                _loop.CallLater(TimeSpan.FromMicroseconds(timers % 50), again!);
            }
        };
        _loop.CallSoon(again);
        Worker poster = Worker.Start(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                _loop.Post(() => posts++);
                Thread.SpinWait(i % 400);
                queue.Add(i);
                pipe.Feed(1);
            }
        });
        while (posts < Count || timers < Count || wakes < Count || bytes < Count)
        {
            Check.True(Sys.IsReadable(_loop.Descriptor!, 20_000), $"a host would wait for ever: {posts} posts, {timers} timers, {wakes} wakes, {bytes} bytes");
            _loop.Tick();
        }

        poster.Join();
    }

    [Case]
    public void Tick_LeavesTheThreadsSlackAlone_RunRestoresIt()
    {
        long before = Sys.TimerSlack(), inTick = 0, inRun = 0;
        _loop.CallSoon(() => inTick = Sys.TimerSlack());
        _loop.Tick(TimeSpan.FromMilliseconds(1));
        _loop.CallSoon(() =>
        {
            inRun = Sys.TimerSlack();
            _loop.Stop();
        });
        _loop.Run();
        Check.Equal(before, inTick);
        Check.Equal(1L, inRun);
        Check.Equal(before, Sys.TimerSlack());
    }

    [Case]
    public void BoundLoop_RefusesOtherThreads()
    {
        _loop.BindToCurrentThread();
        _loop.BindToCurrentThread();
        _loop.Tick();
        Worker.Run(() =>
        {
            Check.Contains("bound to thread", Check.Throws<InvalidOperationException>(() => _loop.Tick()).Message);
            Check.Throws<InvalidOperationException>(_loop.Run);
            Check.Throws<InvalidOperationException>(_loop.BindToCurrentThread);
            _loop.Post(static () => { });
        });
        Check.Equal(TickOutcome.WaitForDescriptor, _loop.Tick().Outcome);
    }

    [Case]
    public void UnboundLoop_MayBeTickedFromOneThreadAfterTheOther()
    {
        _loop.Tick();
        Worker.Run(() => _loop.Tick());
        _loop.Tick();
    }

    [Case]
    public void Portable_HasNoDescriptor_ButTickResults()
    {
        using var loop = Loops.New(static options => options with { PortablePoller = true });
        Check.True(loop.Descriptor is null);
        loop.CallSoon(static () => { });
        Check.Equal(TickOutcome.WaitForDescriptor, loop.Tick().Outcome);
        loop.CallLater(TimeSpan.FromHours(1), static () => { });
        Check.Equal(TickOutcome.RunAt, loop.Tick().Outcome);
    }

    [Case]
    public void Disposed_HasNoDescriptor()
    {
        _ = _loop.Descriptor;
        _loop.Dispose();
        Check.Throws<ObjectDisposedException>(() => _ = _loop.Descriptor);
        Check.Throws<ObjectDisposedException>(() => _loop.Tick());
        Check.Throws<ObjectDisposedException>(_loop.Run);
        Check.Throws<ObjectDisposedException>(_loop.BindToCurrentThread);
    }
}
