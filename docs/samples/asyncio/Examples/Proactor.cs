namespace Mainspring.Samples.Asyncio;

/// <summary>asyncio's <c>ProactorEventLoop</c> on Windows. Here it is the same loop everywhere; where it cannot watch descriptors, the framework's own completion ports serve sockets, and their awaits go on on the loop.</summary>
internal static class Proactor
{
    public static void Run()
    {
        using var loop = new MainLoop(new LoopOptions { PortablePoller = !OperatingSystem.IsLinux() });
        LoopPolicy.SetLoop(loop);
        Console.WriteLine(LoopPolicy.GetLoop() == loop);
        LoopPolicy.SetLoop(null);
    }
}
