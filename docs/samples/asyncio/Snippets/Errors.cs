namespace Mainspring.Samples.Asyncio;

/// <summary>What becomes of errors, and debug mode.</summary>
internal static class Errors
{
    public static readonly Sample[] All =
    [
        new(nameof(SetExceptionHandler), SetExceptionHandler),
        new(nameof(DefaultExceptionHandler), DefaultExceptionHandler),
        new(nameof(CallExceptionHandler), CallExceptionHandler),
        new(nameof(SetDebug), SetDebug),
        new(nameof(SlowCallback), SlowCallback),
    ];

    private static void SetExceptionHandler()
    {
        using var loop = new MainLoop();
        loop.UnhandledException += static error =>
        {
            Console.WriteLine($"{error.Message}: {error.Exception.Message}");
            error.Handled = true;
        };
        loop.CallSoon(static () => throw new FormatException("no number"), Priority.Normal, "parse");
        loop.Tick();
    }

    private static void DefaultExceptionHandler()
    {
        using var loop = new MainLoop(new LoopOptions { Log = new ConsoleLog() });
        loop.UnhandledException += static _ => Console.WriteLine("seen, and left to the default: the log");
        loop.CallSoon(static () => throw new FormatException("no number"));
        loop.Tick();
    }

    private static void CallExceptionHandler()
    {
        using var loop = new MainLoop();
        loop.UnhandledException += static error =>
        {
            Console.WriteLine($"{error.Message}, {error.Subject}, {error.Exception.Message}");
            error.Handled = true;
        };
        loop.CallSoon(() => loop.ReportException(new FormatException("no number"), "reading a map", "map.txt"));
        loop.Tick();
    }

    private static void SetDebug()
    {
        using var loop = new MainLoop(new LoopOptions { Debug = false }); // its default is the environment variable MAINSPRING_DEBUG
        loop.IsDebug = true;
        Console.WriteLine(loop.IsDebug);
    }

    private static void SlowCallback()
    {
        var clock = new VirtualClock();
        using var loop = new MainLoop(new LoopOptions { Debug = true, SlowCallback = TimeSpan.FromMilliseconds(50), Clock = clock, Log = new ConsoleLog() });
        loop.CallSoon(() => clock.Advance(TimeSpan.FromMilliseconds(70)), Priority.Normal, "slow");
        loop.Tick();
    }

    private sealed class ConsoleLog : LoopLog
    {
        public override void Write(LogSeverity severity, string loop, string message) => Console.WriteLine($"{severity}: {message.Split('\n')[0]}");
    }
}
