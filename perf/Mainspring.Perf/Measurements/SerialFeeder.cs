using Mainspring.Devices.Simulation;

namespace Mainspring.Perf.Measurements;

/// <summary>
/// The far end of a pseudo-terminal: sends a byte every 0.3 to 0.7 ms, from a thread of its own, and notes when each arrived. The port at the near end says so by <see cref="Receive"/>, on any one thread at a time.
/// </summary>
internal sealed class SerialFeeder(int count) : IDisposable
{
    private readonly PseudoTerminal _device = new();
    private readonly long[] _samples = new long[count];
    private int _received;
    private long _sentNs;
    private bool _isOpen;

    public string Path => _device.Path;

    /// <summary>When the last byte has arrived: set by <see cref="Receive"/>.</summary>
    public bool IsOver => Volatile.Read(ref _received) == count;

    /// <summary>The near end listens.</summary>
    public void Open() => Volatile.Write(ref _isOpen, true);

    /// <summary>A byte has arrived now; true when it was the last.</summary>
    public bool Receive()
    {
        _samples[_received] = Measurement.NowNs() - Volatile.Read(ref _sentNs);
        Volatile.Write(ref _received, _received + 1);
        return _received == count;
    }

    /// <summary>Sends, while the near end runs on this thread.</summary>
    public void Feed(Action nearEnd)
    {
        var producer = new Thread(Send);
        producer.Start();
        nearEnd();
        producer.Join();
    }

    /// <summary>Prints p50 and p99, with what stands before their names.</summary>
    public void Print(string prefix, double bytes) => Measurement.Percentiles(_samples, bytes, prefix);

    public void Dispose() => _device.Dispose();

    private void Send()
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
            _device.TryWrite("x"u8); // the device is on no loop: it is this thread's
        }
    }
}
