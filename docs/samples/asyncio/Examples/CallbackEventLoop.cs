namespace Mainspring.Samples.Asyncio;

/// <summary>The talk's <c>CallbackEventLoop</c>: <c>execute_callbacks</c> is a tick.</summary>
internal static class CallbackEventLoop
{
    public static void Run()
    {
        using var loop = new MainLoop();
        loop.CallSoon(static () => Console.WriteLine("Hello World!"));
        loop.Tick();
    }
}
