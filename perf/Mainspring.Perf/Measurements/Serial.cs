using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Simulation;

namespace Mainspring.Perf.Measurements;

/// <summary>From a byte that a device sends, at a pseudo-terminal, to its callback on a loop that sleeps; bytes come 0.3 to 0.7 ms apart.</summary>
internal static class Serial
{
    public static void Measure(int count)
    {
        using var loop = new MainLoop();
        using var device = new PseudoTerminal();
        var samples = new long[count];
        int received = 0;
        long sentNs = 0;
        bool isOpen = false;
        var port = new LinuxSerialPort(device.Path);
        loop.Add(port, RetryPolicy.Never)
            .On((in SerialConnected _, in EventInfo _) => Volatile.Write(ref isOpen, true))
            .On((in SerialData _, in EventInfo _) =>
            {
                samples[received] = Measurement.NowNs() - Volatile.Read(ref sentNs);
                Volatile.Write(ref received, received + 1);
                if (received == count)
                {
                    loop.Stop();
                }
            });
        var producer = new Thread(() =>
        {
            var random = new Random64();
            for (int i = 0; i < count; i++)
            {
                do
                {
                    Libc.Sleep(300_000 + random.Below(400_000));
                }
                while (!Volatile.Read(ref isOpen) || Volatile.Read(ref received) < i); // the last one was not received yet

                Volatile.Write(ref sentNs, Measurement.NowNs());
                device.TryWrite("x"u8); // the device is on no loop: it is this thread's
            }
        });
        producer.Start();
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        loop.Run();
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        producer.Join();
        Measurement.Percentiles(samples, (double)bytes / count);
    }
}
