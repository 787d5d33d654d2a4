namespace Mainspring.Samples.Asyncio;

/// <summary>The talk's <c>BaseTask</c>: each <c>step</c> runs a coroutine to its next pause. That is a job, and its step a turn of the loop.</summary>
internal static class BaseTask
{
    public static void Run()
    {
        using var loop = new MainLoop();
        loop.StartJob(TestCoroutine());
        loop.Tick(); // step
        loop.Tick(); // step
    }

    private static IEnumerator<Wait> TestCoroutine()
    {
        Console.WriteLine("begin");
        yield return Wait.NextFrame;
        Console.WriteLine("end");
    }
}
