namespace Mainspring.Perf.Measurements;

/// <summary>Threads post as fast as they can; the bytes are those of all threads.</summary>
internal static class Posts
{
    private static MainLoop s_loop = null!;
    private static Action s_receive = null!;
    private static long s_left;

    public static void Measure(int producers, long posts)
    {
        using var loop = new MainLoop();
        s_loop = loop;
        s_receive = static () =>
        {
            if (--s_left == 0)
            {
                s_loop.Stop();
            }
        };
        long each = posts / producers;
        Run(producers, each / 10);
        (double ns, long bytes) = Run(producers, each);
        Measurement.Result("post", ns / (each * producers), (double)bytes / (each * producers));
    }

    /// <summary>A thread posts, and ends; then the loop runs it all. So neither waits for the other, and what a post costs can be counted.</summary>
    public static void MeasureInTurn(long posts)
    {
        using var loop = new MainLoop();
        s_left = posts;
        s_receive = static () => s_left--;
        var poster = new Thread(() =>
        {
            for (long n = 0; n < posts; n++)
            {
                loop.Post(s_receive);
            }
        });
        poster.Start();
        poster.Join();
        while (s_left > 0)
        {
            loop.Tick();
        }
    }

    private static (double Ns, long Bytes) Run(int producers, long each)
    {
        using var startLine = new Barrier(producers + 1);
        var threads = new Thread[producers];
        for (int i = 0; i < producers; i++)
        {
            threads[i] = new Thread(() =>
            {
                startLine.SignalAndWait();
                for (long n = 0; n < each; n++)
                {
                    s_loop.Post(s_receive);
                }
            });
            threads[i].Start();
        }

        s_left = each * producers;
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        startLine.SignalAndWait();
        long startNs = Measurement.NowNs();
        s_loop.Run();
        double ns = Measurement.NowNs() - startNs;
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        Array.ForEach(threads, thread => thread.Join());
        return (ns, bytes);
    }
}
