using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

namespace Mainspring.Contracts;

/// <summary>A window of the system's own, and a loop that does nothing but wait for its messages. Each line is JSON.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowProbe
{
    private const string Title = "mainspring probe";

    /// <summary>Is idle, and says what that cost; has a key posted to the window by another thread; and then waits for a key of the user's.</summary>
    public static string Run(TimeSpan idle)
    {
        using var loop = new MainLoop();
        using var window = new PlainWindow(Title, isShown: true);
        int keys = 0;
        uint last = 0;
        loop.Add(window).On((in WindowMessage message, in EventInfo _) =>
        {
            if (message.Number == PlainWindow.KeyDown)
            {
                (keys, last) = (keys + 1, (uint)message.First);
                loop.Stop();
            }
        });
        loop.Run(new RunOptions { For = TimeSpan.FromSeconds(1) }); // it is shown, and everything has run once
        using var self = Process.GetCurrentProcess();
        long ticks = loop.Counters.Ticks;
        TimeSpan before = self.TotalProcessorTime;
        loop.Run(new RunOptions { For = idle });
        self.Refresh();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{{\"type\":\"idle\",\"cpu_ms\":{(self.TotalProcessorTime - before).TotalMilliseconds:F1},\"ticks\":{loop.Counters.Ticks - ticks},\"keys\":{keys}}}"));
        var worker = new Thread(() => window.Post(PlainWindow.KeyDown, 'P'));
        worker.Start();
        loop.Run();
        worker.Join();
        Console.WriteLine($"{{\"type\":\"posted\",\"key\":{last}}}");
        loop.Run();
        Console.WriteLine($"{{\"type\":\"pressed\",\"key\":{last}}}");
        return "{\"type\":\"summary\"}";
    }
}
