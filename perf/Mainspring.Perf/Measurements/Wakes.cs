namespace Mainspring.Perf.Measurements;

/// <summary>A tenth of many sources without descriptors, 1,000 at most, are woken at any time; each that is called wakes a random one that is not.</summary>
internal static class Wakes
{
    private const int Most = 1000;

    public static void Measure(int count, long wakes)
    {
        using var loop = new MainLoop();
        var sources = new Source[count];
        var subject = new Subject(loop, sources);
        for (int i = 0; i < count; i++)
        {
            loop.Add(sources[i] = new Source(subject), RetryPolicy.Never);
        }

        for (int i = 0; i < Math.Min(count / 10, Most); i++)
        {
            sources[i].Wake();
        }

        subject.Run(wakes / 10);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long startNs = Measurement.NowNs();
        subject.Run(wakes);
        long ns = Measurement.NowNs() - startNs;
        Measurement.Result("wake", (double)ns / wakes, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / wakes);
    }

    private sealed class Subject(MainLoop loop, Source[] sources)
    {
        private Random64 _random = new();
        private long _left;

        public void Run(long wakes)
        {
            _left = wakes;
            loop.Run();
        }

        public void WakeAnother()
        {
            long which = _random.Below(sources.Length);
            while (sources[which].IsWoken)
            {
                which = which + 1 == sources.Length ? 0 : which + 1;
            }

            sources[which].Wake();
            if (--_left == 0)
            {
                loop.Stop();
            }
        }
    }

    private sealed class Source(Subject subject) : IEventSource
    {
        private SourceContext _context = null!;

        public string Name => "silent";

        public bool IsWoken { get; private set; }

        public void Attach(SourceContext context) => _context = context;

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            IsWoken = false;
            subject.WakeAnother();
            return 1;
        }

        public void Detach()
        {
        }

        public void Wake()
        {
            IsWoken = true;
            _context.Wake();
        }
    }
}
