namespace Mainspring.Samples.Asyncio;

/// <summary>The talk's <c>Future</c>, <c>Task</c>, <c>sleep</c> and <c>slow_print</c>: a timer completes a future, and the task that awaits it goes on.</summary>
internal static class SlowPrint
{
    public static void Run()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        loop.RunUntilComplete(loop.StartTask(async _ =>
        {
            Console.WriteLine("Hello");
            await Sleep(1.0, loop);
            Console.WriteLine("World");
        }).Completion);
    }

    // What loop.Delay does without any of this.
    private static Task Sleep(double delay, MainLoop loop)
    {
        var future = new TaskCompletionSource();
        loop.CallLater(delay, future.SetResult);
        return future.Task;
    }
}
