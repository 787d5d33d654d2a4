namespace Mainspring.Perf.Measurements;

/// <summary>From a post to its callback, when the loop sleeps; posts come 0.3 to 0.7 ms apart.</summary>
internal static class PostLatency
{
    public static void Measure(int posts)
    {
        using var loop = new MainLoop();
        var samples = new long[posts];
        int received = 0;
        long postedNs = 0;
        Action receive = () =>
        {
            samples[received] = Measurement.NowNs() - Volatile.Read(ref postedNs);
            Volatile.Write(ref received, received + 1);
            if (received == posts)
            {
                loop.Stop();
            }
        };
        var producer = new Thread(() =>
        {
            var random = new Random64();
            for (int i = 0; i < posts; i++)
            {
                do
                {
                    Libc.Sleep(300_000 + random.Below(400_000));
                }
                while (Volatile.Read(ref received) < i); // the last one was not received yet

                Volatile.Write(ref postedNs, Measurement.NowNs());
                loop.Post(receive);
            }
        });
        producer.Start();
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        loop.Run();
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        producer.Join();
        Measurement.Percentiles(samples, (double)bytes / posts);
    }
}
