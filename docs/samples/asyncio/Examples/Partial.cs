namespace Mainspring.Samples.Asyncio;

/// <summary>asyncio's <c>functools.partial(print, "Hello", flush=True)</c>: a lambda, or a state that travels with a static one and costs nothing.</summary>
internal static class Partial
{
    public static void Run()
    {
        using var loop = new MainLoop();
        string text = "Hello";
        loop.CallSoon(() => Console.WriteLine(text));
        loop.CallSoon(Console.WriteLine, text, Priority.Normal, "print");
        loop.Run(new RunOptions { UntilIdle = true });
    }
}
