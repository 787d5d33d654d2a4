using Mainspring.Devices.Glfw;
using Mainspring.Windows;

namespace Mainspring.Perf.Measurements;

/// <summary>From a key that is pressed at the display to its callback on a loop that sleeps; keys come 0.3 to 0.7 ms apart. On a display of its own: where somebody works, keys are not pressed.</summary>
internal static class Window
{
    private const int FirstKey = 10, KeyCount = 45; // from the key of 1

    public static bool IsPossible => Environment.GetEnvironmentVariable("MAINSPRING_OWN_DISPLAY") is { Length: > 0 };

    internal static GlfwWindowOptions Options { get; } = new() { Title = "window", Width = 320, Height = 240, Api = GraphicsApi.None };

    public static void Measure(int count)
    {
        (long[] samples, double bytes) = Keys(new GlfwWindow(Options), count);
        Measurement.Percentiles(samples, bytes);
    }

    /// <summary>The times of so many keys in a window, and the bytes that each allocates.</summary>
    internal static (long[] Samples, double Bytes) Keys(WindowSource window, int count)
    {
        count = count / 2 * 2; // whole presses
        using var loop = new MainLoop();
        var samples = new long[count];
        int received = 0;
        long sentNs = 0;
        bool isFocused = false;
        loop.Add(window, RetryPolicy.Never)
            .OnFocusChanged(focused => Volatile.Write(ref isFocused, focused))
            .OnKey(key =>
            {
                if (key.Action == KeyAction.Repeat || received == count)
                {
                    return;
                }

                samples[received] = Measurement.NowNs() - Volatile.Read(ref sentNs);
                Volatile.Write(ref received, received + 1);
                if (received == count)
                {
                    loop.Stop();
                }
            });
        nuint target = window.X11Window;
        var producer = new Thread(() =>
        {
            using var driver = new XDriver();
            driver.Focus(target);
            driver.Flush();
            var random = new Random64();
            for (int i = 0; i < count; i++)
            {
                do
                {
                    Libc.Sleep(300_000 + random.Below(400_000));
                }
                while (!Volatile.Read(ref isFocused) || Volatile.Read(ref received) < i); // the last one was not received yet

                Volatile.Write(ref sentNs, Measurement.NowNs());
                driver.Key(FirstKey + (i / 2 % KeyCount), i % 2 == 0);
                driver.Flush();
            }
        });
        producer.Start();
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        loop.Run();
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        producer.Join();
        return (samples, (double)bytes / count);
    }
}
