namespace Mainspring.Samples.Asyncio;

/// <summary>The talk's <c>TimerEventLoop</c>: of three timers two are due, in the order of their times. Its clock is moved by hand.</summary>
internal static class TimerEventLoop
{
    public static void Run()
    {
        var clock = new VirtualClock { Autojump = false };
        using var loop = new MainLoop(new LoopOptions { Clock = clock });
        loop.CallAt(TimeSpan.FromSeconds(1), static () => Console.WriteLine("Hello World!"));
        loop.CallAt(TimeSpan.FromSeconds(5), static () => Console.WriteLine("exit"));
        loop.CallAt(TimeSpan.FromSeconds(2), static () => Console.WriteLine("Good bye."));
        clock.Advance(TimeSpan.FromSeconds(3));
        loop.Tick();
    }
}
