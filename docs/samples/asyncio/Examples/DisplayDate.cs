using System.Globalization;

namespace Mainspring.Samples.Asyncio;

/// <summary>asyncio's date display with <c>call_later</c>: once a second, for five seconds, here on a virtual clock, so that they pass at once.</summary>
internal static class DisplayDate
{
    public static void Run()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock { Start = new DateTimeOffset(2014, 10, 25, 9, 30, 0, TimeSpan.Zero) } });
        TimeSpan end = loop.Now + TimeSpan.FromSeconds(5);
        loop.CallSoon(Display);
        loop.Run();

        void Display()
        {
            Console.WriteLine(loop.TimeProvider.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
            if (loop.Now + TimeSpan.FromSeconds(1) < end)
            {
                loop.CallLater(TimeSpan.FromSeconds(1), Display);
            }
            else
            {
                loop.Stop();
            }
        }
    }
}
