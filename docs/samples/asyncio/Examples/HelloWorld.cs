namespace Mainspring.Samples.Asyncio;

/// <summary>asyncio's "Hello World" with <c>call_soon</c>: a callback prints it, and stops the loop.</summary>
internal static class HelloWorld
{
    public static void Run()
    {
        using var loop = new MainLoop();
        loop.CallSoon(static loop =>
        {
            Console.WriteLine("Hello World");
            loop.Stop();
        }, loop);
        loop.Run();
    }
}
