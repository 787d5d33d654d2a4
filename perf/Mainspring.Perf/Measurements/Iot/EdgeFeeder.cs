namespace Mainspring.Perf.Measurements;

/// <summary>Makes an edge every 0.3 to 0.7 ms, from a thread of its own, and notes when each was received.</summary>
internal sealed class EdgeFeeder(int count)
{
    private readonly long[] _samples = new long[count];
    private int _received;
    private long _sentNs;
    private long _bytes;
    private bool _isOpen;

    /// <summary>Somebody listens.</summary>
    public void Open() => Volatile.Write(ref _isOpen, true);

    /// <summary>An edge is received now; true when it was the last. On one thread at a time.</summary>
    public bool Receive()
    {
        _samples[_received] = Measurement.NowNs() - Volatile.Read(ref _sentNs);
        Volatile.Write(ref _received, _received + 1);
        return _received == count;
    }

    /// <summary>Makes them, while the other end runs on this thread.</summary>
    public void Feed(Action<bool> edge, Action otherEnd)
    {
        var producer = new Thread(() =>
        {
            var random = new Random64();
            for (int i = 0; i < count; i++)
            {
                do
                {
                    Libc.Sleep(300_000 + random.Below(400_000));
                }
                while (!Volatile.Read(ref _isOpen) || Volatile.Read(ref _received) < i); // the last one was not received yet

                Volatile.Write(ref _sentNs, Measurement.NowNs());
                edge(i % 2 == 0);
            }
        });
        producer.Start();
        _bytes = GC.GetAllocatedBytesForCurrentThread();
        otherEnd();
        _bytes = GC.GetAllocatedBytesForCurrentThread() - _bytes;
        producer.Join();
    }

    public void Print(string prefix) => Measurement.Percentiles(_samples, (double)_bytes / count, prefix);
}
