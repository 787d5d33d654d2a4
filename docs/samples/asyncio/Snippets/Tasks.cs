namespace Mainspring.Samples.Asyncio;

/// <summary>Futures and tasks, one and several.</summary>
internal static class Tasks
{
    private static readonly AsyncLocal<string?> s_user = new();

    public static readonly Sample[] All =
    [
        new(nameof(CreateFuture), CreateFuture),
        new(nameof(StartTask), StartTask),
        new(nameof(StartTaskWithContext), StartTaskWithContext),
        new(nameof(EagerStart), EagerStart),
        new(nameof(TaskFactory), TaskFactory),
        new(nameof(CancelTask), CancelTask),
        new(nameof(Gather), Gather),
        new(nameof(WaitTasks), WaitTasks),
        new(nameof(WaitFor), WaitFor),
        new(nameof(Shield), Shield),
        new(nameof(AsCompleted), AsCompleted),
        new(nameof(Group), Group),
        new(nameof(Sleep), Sleep),
    ];

    private static void CreateFuture() => OnVirtualTime(static async loop =>
    {
        var future = new TaskCompletionSource<string>();
        loop.CallLater(1.0, () => future.SetResult("done"));
        Console.WriteLine($"{await future.Task} {loop.Now.TotalSeconds}");
    });

    private static void StartTask() => OnVirtualTime(static async loop =>
    {
        StartedTask<int> task = loop.StartTask(token => After(loop, 1, token), name: "answer");
        Console.WriteLine(string.Join(' ', loop.Tasks.Where(one => one == task).Select(static one => one.Name)));
        Console.WriteLine(await task);
    });

    private static void StartTaskWithContext() => OnVirtualTime(static async loop =>
    {
        s_user.Value = "ada";
        ExecutionContext context = ExecutionContext.Capture()!;
        s_user.Value = "bob";
        await loop.StartTask(Print);
        await loop.StartTask(Print, context: context);

        static Task Print(CancellationToken token)
        {
            Console.WriteLine(s_user.Value);
            return Task.CompletedTask;
        }
    });

    private static void EagerStart() => OnVirtualTime(static async loop =>
    {
        StartedTask late = loop.StartTask(static _ => Print("in the next round"));
        Task eager = Print("at once"); // a method that is called begins, up to its first await
        await Task.WhenAll(late.Completion, eager);

        static Task Print(string text)
        {
            Console.WriteLine(text);
            return Task.CompletedTask;
        }
    });

    private static void TaskFactory() => OnVirtualTime(static async loop =>
    {
        loop.TaskFactory = static async (task, run) =>
        {
            Console.WriteLine($"begins {task.Name}");
            await run();
            Console.WriteLine($"ends {task.Name}");
        };
        await loop.StartTask(static _ => Task.CompletedTask, "work");
        loop.TaskFactory = null;
    });

    private static void CancelTask() => OnVirtualTime(static async loop =>
    {
        StartedTask task = loop.StartTask(token => After(loop, 3600, token));
        loop.CallLater(1.0, () => task.Cancel());
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"cancelled {task.IsCancelled} {loop.Now.TotalSeconds}");
        }
    });

    private static void Gather() => OnVirtualTime(static async loop =>
    {
        int[] results = await Task.WhenAll(After(loop, 2), After(loop, 1), After(loop, 3));
        Console.WriteLine($"{string.Join(' ', results)} at {loop.Now.TotalSeconds}");
    });

    private static void WaitTasks() => OnVirtualTime(static async loop =>
    {
        Task[] tasks = [After(loop, 3), After(loop, 1), Task.FromException(new FormatException())];
        foreach (ReturnWhen when in new[] { ReturnWhen.FirstException, ReturnWhen.FirstCompleted, ReturnWhen.AllCompleted })
        {
            TaskSets sets = await loop.WaitTasks(tasks, when, timeout: TimeSpan.FromSeconds(10));
            Console.WriteLine($"{when}: {sets.Done.Count} done, {sets.Pending.Count} pending at {loop.Now.TotalSeconds}");
        }
    });

    private static void WaitFor() => OnVirtualTime(static async loop =>
    {
        try
        {
            await loop.WithTimeout(async LoopTask (token) => await loop.Delay(TimeSpan.FromHours(1), token), TimeSpan.FromSeconds(1));
        }
        catch (TimeoutException)
        {
            Console.WriteLine($"timeout at {loop.Now.TotalSeconds}");
        }
    });

    private static void Shield() => OnVirtualTime(static async loop =>
    {
        Task<int> inner = After(loop, 2);
        using var impatience = new CancellationTokenSource(TimeSpan.FromSeconds(1), loop.TimeProvider);
        try
        {
            await inner.WaitAsync(impatience.Token);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"gave up at {loop.Now.TotalSeconds}");
        }

        Console.WriteLine($"{await inner} all the same");
    });

    private static void AsCompleted() => OnVirtualTime(static async loop =>
    {
        await foreach (Task<int> task in Task.WhenEach(After(loop, 2), After(loop, 1), After(loop, 3)))
        {
            Console.WriteLine(await task);
        }
    });

    private static void Group() => OnVirtualTime(static async loop =>
    {
        try
        {
            await loop.RunGroup(async LoopTask (group) =>
            {
                _ = group.Start(async LoopTask (token) =>
                {
                    try
                    {
                        await loop.Delay(TimeSpan.FromHours(1), token);
                    }
                    finally
                    {
                        Console.WriteLine("the other is cancelled");
                    }
                });
                await group.Start(async LoopTask (token) =>
                {
                    await loop.Delay(TimeSpan.FromSeconds(1), token);
                    throw new FormatException("one fails");
                });
            });
        }
        catch (FormatException exception)
        {
            Console.WriteLine($"{exception.Message} at {loop.Now.TotalSeconds}");
        }
    });

    private static void Sleep() => OnVirtualTime(static async loop =>
    {
        await loop.Delay(TimeSpan.FromSeconds(1));
        await loop.Yield(); // sleep(0)
        Console.WriteLine(loop.Now.TotalSeconds);
    });

    private static void OnVirtualTime(Func<MainLoop, Task> function)
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        loop.Run(() => function(loop));
    }

    private static async Task<int> After(MainLoop loop, int seconds, CancellationToken token = default)
    {
        await loop.Delay(TimeSpan.FromSeconds(seconds), token);
        return seconds;
    }
}
