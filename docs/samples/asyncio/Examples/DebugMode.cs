namespace Mainspring.Samples.Asyncio;

/// <summary>asyncio's <c>PYTHONASYNCIODEBUG</c>: run it with <c>MAINSPRING_DEBUG=1</c>.</summary>
internal static class DebugMode
{
    public static void Run()
    {
        using var loop = new MainLoop();
        Console.WriteLine(loop.IsDebug);
    }
}
