namespace Mainspring.Samples.Asyncio;

/// <summary>The talk's <c>producer</c>: a generator yields, and has a result at its end. An iterator has none, so a job's routine is given a place for it.</summary>
internal static class Generator
{
    public static void Run()
    {
        using var loop = new MainLoop();
        var result = new JobResult<string>();
        IEnumerator<string> generator = Producer(result);
        generator.MoveNext();
        Console.WriteLine(generator.Current);
        if (!generator.MoveNext())
        {
            Console.WriteLine(result.Value);
        }
    }

    private static IEnumerator<string> Producer(JobResult<string> result)
    {
        yield return "start";
        result.Value = "stop";
    }
}
