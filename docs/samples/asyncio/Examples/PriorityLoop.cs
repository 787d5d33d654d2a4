namespace Mainspring.Samples.Asyncio;

/// <summary>The guide's <c>PriorityLoop</c>: what is urgent first, and in the order of the calls within a priority.</summary>
internal static class PriorityLoop
{
    public static void Run()
    {
        using var loop = new MainLoop();
        loop.CallSoon(() => Console.WriteLine("normal"), Priority.Normal);
        loop.CallSoon(() => Console.WriteLine("low"), Priority.Low);
        loop.CallSoon(() => Console.WriteLine("urgent"), Priority.Urgent);
        loop.CallSoon(() => Console.WriteLine("high"), Priority.High);
        loop.CallSoon(() => Console.WriteLine("urgent too"), Priority.Urgent);
        loop.Run(new RunOptions { UntilIdle = true });
    }
}
