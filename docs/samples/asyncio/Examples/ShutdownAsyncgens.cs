namespace Mainspring.Samples.Asyncio;

/// <summary>asyncio's <c>shutdown_asyncgens</c> after <c>run_forever</c>: a sequence that nobody has finished is closed. <see cref="LoopRunner"/> does it by itself.</summary>
internal static class ShutdownAsyncgens
{
    public static void Run()
    {
        using var loop = new MainLoop();
        IAsyncEnumerator<int> numbers = loop.TrackEnumerators(Numbers()).GetAsyncEnumerator();
        loop.CallSoon(async () =>
        {
            await numbers.MoveNextAsync();
            Console.WriteLine(numbers.Current);
            loop.Stop();
        });
        try
        {
            loop.Run();
        }
        finally
        {
            loop.Run(loop.CloseEnumerators);
        }
    }

    private static async IAsyncEnumerable<int> Numbers()
    {
        try
        {
            for (int i = 1; ; i++)
            {
                yield return i;
                await Task.Yield();
            }
        }
        finally
        {
            Console.WriteLine("closed");
        }
    }
}
