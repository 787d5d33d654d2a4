namespace Mainspring.Samples.Asyncio;

/// <summary>Loops: which one, how it runs, how it ends.</summary>
internal static class Running
{
    public static readonly Sample[] All =
    [
        new(nameof(GetRunningLoop), GetRunningLoop),
        new(nameof(GetAndSetLoop), GetAndSetLoop),
        new(nameof(NewLoop), NewLoop),
        new(nameof(RunUntilComplete), RunUntilComplete),
        new(nameof(RunForever), RunForever),
        new(nameof(StopBeforeRun), StopBeforeRun),
        new(nameof(StopWhileRunning), StopWhileRunning),
        new(nameof(IsRunning), IsRunning),
        new(nameof(Close), Close),
        new(nameof(CloseEnumerators), CloseEnumerators),
        new(nameof(RunProgram), RunProgram),
    ];

    private static void GetRunningLoop() => LoopRunner.Run(static async Task (_) =>
    {
        await Task.Yield();
        Console.WriteLine(LoopPolicy.GetRunningLoop() == MainLoop.Current);
    });

    private static void GetAndSetLoop()
    {
        using MainLoop loop = LoopPolicy.NewLoop();
        LoopPolicy.SetLoop(loop);
        Console.WriteLine(LoopPolicy.GetLoop() == loop);
        LoopPolicy.SetLoop(null);
    }

    private static void NewLoop()
    {
        using MainLoop byThePolicy = LoopPolicy.NewLoop(), plain = new(), named = new(new LoopOptions { Name = "mine" });
        Console.WriteLine(named.Name);
    }

    private static void RunUntilComplete()
    {
        using var loop = new MainLoop();
        Console.WriteLine(loop.RunUntilComplete(loop.StartTask(static _ => Task.FromResult(1)).Completion));
        Console.WriteLine(loop.Run(static () => Task.FromResult(2))); // a function instead of a task
    }

    private static void RunForever()
    {
        using var loop = new MainLoop();
        loop.CallLater(0.01, loop.Stop);
        loop.Run();
        Console.WriteLine("stopped");
    }

    private static void StopBeforeRun()
    {
        using var loop = new MainLoop();
        loop.CallSoon(static () => Console.WriteLine("one tick"));
        loop.Stop();
        loop.Run();
    }

    private static void StopWhileRunning()
    {
        using var loop = new MainLoop();
        loop.CallSoon(() =>
        {
            loop.Stop();
            loop.CallSoon(static () => Console.WriteLine("in the next run"));
        });
        loop.CallSoon(static () => Console.WriteLine("in this round"));
        loop.Run();
        Console.WriteLine("stopped");
        loop.Run(new RunOptions { UntilIdle = true });
    }

    private static void IsRunning()
    {
        var loop = new MainLoop();
        loop.CallSoon(() => Console.WriteLine(loop.IsRunning));
        loop.Tick();
        loop.Dispose();
        Console.WriteLine($"{loop.IsRunning} {loop.IsDisposed}");
    }

    private static void Close()
    {
        var loop = new MainLoop();
        loop.CallSoon(static () => Console.WriteLine("never"));
        loop.Dispose();
        loop.Dispose(); // does nothing
        try
        {
            loop.CallSoon(static () => Console.WriteLine("never"));
        }
        catch (ObjectDisposedException exception)
        {
            Console.WriteLine(exception.Message.Split('\n')[0]);
        }
    }

    private static void CloseEnumerators()
    {
        using var loop = new MainLoop();
        loop.Run(async Task () =>
        {
            await loop.TrackEnumerators(Numbers()).GetAsyncEnumerator().MoveNextAsync();
            await loop.CloseEnumerators();
        });

        static async IAsyncEnumerable<int> Numbers()
        {
            try
            {
                await Task.Yield();
                yield return 1;
            }
            finally
            {
                Console.WriteLine("closed");
            }
        }
    }

    private static void RunProgram()
    {
        int result = LoopRunner.Run(static async Task<int> (token) =>
        {
            MainLoop loop = LoopPolicy.GetRunningLoop();
            _ = loop.StartTask(async inner =>
            {
                try
                {
                    await loop.Delay(TimeSpan.FromHours(1), inner);
                }
                finally
                {
                    Console.WriteLine("what is left is cancelled");
                }
            });
            await loop.Delay(TimeSpan.FromMilliseconds(1), token);
            return 42;
        });
        Console.WriteLine(result);
    }
}
