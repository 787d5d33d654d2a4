using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Perf.Measurements;

/// <summary>From a byte that a device sends, at a pseudo-terminal, to its callback on a loop that sleeps; bytes come 0.3 to 0.7 ms apart.</summary>
internal static class Serial
{
    public static void Measure(int count) => Measure(count, "", static path => new LinuxSerialPort(path));

    /// <summary>The same through any port, with what stands before the results' names.</summary>
    public static void Measure(int count, string prefix, Func<string, ISerialPort> createPort)
    {
        using var loop = new MainLoop();
        using var feeder = new SerialFeeder(count);
        loop.Add(createPort(feeder.Path), RetryPolicy.Never)
            .On((in SerialConnected _, in EventInfo _) => feeder.Open())
            .On((in SerialData _, in EventInfo _) =>
            {
                if (feeder.Receive())
                {
                    loop.Stop();
                }
            });
        long bytes = 0;
        feeder.Feed(() =>
        {
            bytes = GC.GetAllocatedBytesForCurrentThread();
            loop.Run();
            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        });
        feeder.Print(prefix, (double)bytes / count);
    }
}
