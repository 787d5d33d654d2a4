namespace Mainspring.Perf.Measurements;

/// <summary>Bytes go back and forth over ten socket pairs: of a loop that has no other sources, and of one that has many which are silent.</summary>
internal static class IdleSources
{
    private const int Pairs = 10;
    private const int Turns = 5;

    public static void Measure(int idle, long rounds)
    {
        using var alone = new Subject(0);
        using var beside = new Subject(idle);
        alone.Run(rounds / 10);
        beside.Run(rounds / 10);
        for (int turn = 0; turn < Turns; turn++)
        {
            alone.Measure(rounds / Turns);
            beside.Measure(rounds / Turns);
        }

        alone.Report("alone");
        beside.Report("beside");
    }

    private sealed class Subject : IDisposable
    {
        private readonly MainLoop _loop = new();
        private readonly ByteEcho[] _near = new ByteEcho[Pairs];
        private int _running;
        private long _rounds;
        private long _ns;
        private long _bytes;

        public Subject(int idle)
        {
            for (int i = 0; i < idle; i++)
            {
                int silent = Libc.EventDescriptor();
                _loop.Add(new ByteEcho(silent, silent), RetryPolicy.Never);
            }

            for (int i = 0; i < Pairs; i++)
            {
                (int first, int second) = Libc.SocketPair();
                _near[i] = new ByteEcho(first, first) { Done = EndOne };
                _loop.Add(_near[i], RetryPolicy.Never);
                _loop.Add(new ByteEcho(second, second), RetryPolicy.Never);
            }
        }

        public void Measure(long rounds)
        {
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            long startNs = Measurement.NowNs();
            Run(rounds);
            _ns += Measurement.NowNs() - startNs;
            _bytes += GC.GetAllocatedBytesForCurrentThread() - bytes;
            _rounds += rounds;
        }

        public void Report(string name) => Measurement.Result(name, (double)_ns / _rounds, (double)_bytes / _rounds);

        public void Run(long rounds)
        {
            _running = Pairs;
            foreach (ByteEcho near in _near)
            {
                near.Left = rounds / Pairs;
                near.Write();
            }

            _loop.Run();
        }

        public void Dispose() => _loop.Dispose();

        private void EndOne()
        {
            if (--_running == 0)
            {
                _loop.Stop();
            }
        }
    }
}
