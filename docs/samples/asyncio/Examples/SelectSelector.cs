namespace Mainspring.Samples.Asyncio;

/// <summary>asyncio's choice of a selector. A loop takes the best that the system has; the portable one can be asked for, where another is not wanted.</summary>
internal static class SelectSelector
{
    public static void Run()
    {
        using var loop = new MainLoop(new LoopOptions { PortablePoller = true });
        LoopPolicy.SetLoop(loop);
        Console.WriteLine(LoopPolicy.GetLoop() == loop);
        LoopPolicy.SetLoop(null);
    }
}
