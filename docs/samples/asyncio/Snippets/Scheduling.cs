namespace Mainspring.Samples.Asyncio;

/// <summary>Callbacks: soon, later, at a time, from other threads, in a context.</summary>
internal static class Scheduling
{
    private static readonly AsyncLocal<string?> s_user = new();

    public static readonly Sample[] All =
    [
        new(nameof(CallSoon), CallSoon),
        new(nameof(CallSoonWithContext), CallSoonWithContext),
        new(nameof(CallSoonThreadsafe), CallSoonThreadsafe),
        new(nameof(CallLater), CallLater),
        new(nameof(CallAt), CallAt),
        new(nameof(Time), Time),
        new(nameof(Handle), Handle),
        new(nameof(TimerHandleWhen), TimerHandleWhen),
        new(nameof(Priorities), Priorities),
        new(nameof(RateLimit), RateLimit),
        new(nameof(TimeSlices), TimeSlices),
        new(nameof(OwnScheduler), OwnScheduler),
    ];

    private static void CallSoon()
    {
        using var loop = new MainLoop();
        CallbackHandle handle = loop.CallSoon(static text => Console.WriteLine(text), "first");
        loop.CallSoon(static () => Console.WriteLine("second"));
        Console.WriteLine(handle.IsPending);
        loop.Tick();
    }

    private static void CallSoonWithContext()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        s_user.Value = "ada";
        ExecutionContext context = ExecutionContext.Capture()!;
        s_user.Value = null;
        loop.CallSoon(static () => Console.WriteLine($"soon {s_user.Value}"), context);
        loop.Post(static () => Console.WriteLine($"post {s_user.Value}"), context);
        loop.CallLater(TimeSpan.FromMilliseconds(1), static () => Console.WriteLine($"later {s_user.Value}"), context);
        loop.CallAt(TimeSpan.FromMilliseconds(50), static () => Console.WriteLine($"at {s_user.Value}"), context);
        loop.Run(new RunOptions { UntilIdle = true });
    }

    private static void CallSoonThreadsafe()
    {
        var loop = new MainLoop();
        new Thread(() => loop.Post(() =>
        {
            Console.WriteLine("from another thread");
            loop.Stop();
        })).Start();
        loop.Run();
        loop.Dispose();
        Console.WriteLine(loop.TryPost(static () => { })); // Post would throw
    }

    private static void CallLater()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        loop.CallLater(TimeSpan.FromSeconds(2), static () => Console.WriteLine("after two seconds"));
        loop.CallLater(1.5, static () => Console.WriteLine("after one and a half")); // seconds
        loop.Run(new RunOptions { UntilIdle = true });
    }

    private static void CallAt()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        loop.CallAt(loop.Now + TimeSpan.FromDays(400), () => Console.WriteLine(loop.Now));
        loop.Run(new RunOptions { UntilIdle = true });
    }

    private static void Time()
    {
        using var loop = new MainLoop();
        TimeSpan before = loop.Now;
        loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(5) });
        Console.WriteLine(loop.Now - before >= TimeSpan.FromMilliseconds(4));
    }

    private static void Handle()
    {
        using var loop = new MainLoop();
        CallbackHandle handle = loop.CallSoon(static () => Console.WriteLine("never"));
        Console.WriteLine($"{handle.Cancel()} {handle.IsPending} {handle.Cancel()}");
        loop.Tick();
    }

    private static void TimerHandleWhen()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        TimerHandle timer = loop.CallLater(TimeSpan.FromSeconds(3), static () => Console.WriteLine("never"));
        Console.WriteLine(timer.When);
        timer.Cancel();
        Console.WriteLine(timer.When is null);
    }

    private static void Priorities()
    {
        using var loop = new MainLoop();
        loop.CallSoon(static () => Console.WriteLine("idle"), Priority.Idle);
        loop.CallSoon(static () => Console.WriteLine("normal"));
        loop.CallSoon(static () => Console.WriteLine("urgent"), Priority.Urgent);
        loop.Run(new RunOptions { UntilIdle = true });
    }

    private static void RateLimit()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        RateLimited save = loop.Throttle(() => Console.WriteLine($"at {loop.Now.TotalSeconds} s"), perSecond: 1);
        loop.CallSoon(save.Call);
        loop.CallSoon(save.Call); // joins the next one
        loop.Run(new RunOptions { For = TimeSpan.FromSeconds(5) });
    }

    private static void TimeSlices()
    {
        using var loop = new MainLoop();
        int done = 0;
        loop.CallInBackground(_ => ++done < 100); // a step at a time, while nothing else is to be done
        loop.Run(new RunOptions { UntilIdle = true });
        Console.WriteLine(done);
    }

    // A scheduler of one's own needs no loop of one's own: it is one callback that takes what is next from its queue.
    private static void OwnScheduler()
    {
        using var loop = new MainLoop();
        var queue = new PriorityQueue<Action, int>();
        Add(3, static () => Console.WriteLine("three"));
        Add(1, static () => Console.WriteLine("one"));
        Add(2, static () => Console.WriteLine("two"));
        loop.Run(new RunOptions { UntilIdle = true });

        void Add(int priority, Action callback)
        {
            queue.Enqueue(callback, priority);
            loop.CallSoon(() => queue.Dequeue()());
        }
    }
}
