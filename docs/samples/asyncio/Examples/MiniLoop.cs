namespace Mainspring.Samples.Asyncio;

/// <summary>The guide's <c>MiniLoop</c>: ready callbacks, scheduled ones, errors that disturb nobody, and a sleep that is as long as it may be.</summary>
internal static class MiniLoop
{
    public static void Run()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        loop.UnhandledException += static error =>
        {
            Console.WriteLine($"Erreur {(error.Kind == WorkKind.Timer ? "programmé" : "callback")} : {error.Exception.Message}");
            error.Handled = true;
        };
        loop.CallLater(0.02, () => Console.WriteLine("plus tard"));
        loop.CallSoon(() => Console.WriteLine("tout de suite"));
        loop.CallSoon(() => throw new FormatException("raté"));
        loop.CallLater(0.01, () => throw new FormatException("raté aussi"));
        loop.CallLater(0.03, loop.Stop);
        loop.Run();
    }
}
