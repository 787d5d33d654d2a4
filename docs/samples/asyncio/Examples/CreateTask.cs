namespace Mainspring.Samples.Asyncio;

/// <summary>The guide's <c>create_task</c>: a coroutine's first step is a callback, and each <c>await</c> another.</summary>
internal static class CreateTask
{
    public static void Run()
    {
        using var loop = new MainLoop();
        StartedTask task = loop.StartTask(async token =>
        {
            Console.WriteLine("premier pas");
            await loop.Yield();
            Console.WriteLine("second pas");
        });
        Console.WriteLine("créée");
        loop.RunUntilComplete(task.Completion);
    }
}
