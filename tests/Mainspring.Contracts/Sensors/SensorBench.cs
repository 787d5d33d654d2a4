using System.Globalization;
using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>A sensor on a virtual clock, and what it has emitted. Each read gives the next number, whether it succeeds or not.</summary>
internal sealed class SensorBench : IDisposable
{
    private int _reads;

    public SensorBench(SensorOptions options)
    {
        Loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), Log = new SilentLog() });
        Sensor = SensorSource.Open("bench", () => new Device(this), device => device.Read(), options with { Bus = Bus });
        Handle = Add();
    }

    public MainLoop Loop { get; }

    public VirtualBus Bus { get; } = new();

    public SensorSource<int> Sensor { get; }

    public SourceHandle Handle { get; private set; }

    public List<string> Trace { get; } = [];

    public bool IsBroken { get; set; }

    public int Opened { get; private set; }

    public int Closed { get; private set; }

    public SourceHandle Add() => Handle = Loop.Add(Sensor)
        .On((in SensorConnected _, in EventInfo _) => Trace.Add("connected"))
        .On((in SensorValue<int> e, in EventInfo _) => Trace.Add(string.Create(CultureInfo.InvariantCulture, $"{e.Value} at {e.Time.TotalSeconds} took {e.Duration.TotalSeconds}")))
        .On((in SensorOverdue e, in EventInfo info) => Trace.Add(string.Create(CultureInfo.InvariantCulture, $"overdue after {e.Timeout.TotalSeconds} at {info.Time.TotalSeconds}")))
        .On((in SensorFailed e, in EventInfo _) => Trace.Add($"failed {e.InARow}: {e.Exception.Message}"))
        .On((in SensorDisconnected e, in EventInfo _) => Trace.Add($"disconnected: {e.Reason}"));

    public void Run(double seconds) => Loop.Run(new RunOptions { For = TimeSpan.FromSeconds(seconds) });

    public void Dispose() => Loop.Dispose();

    private sealed class Device : IDisposable
    {
        private readonly SensorBench _bench;

        public Device(SensorBench bench)
        {
            _bench = bench;
            _bench.Opened++;
        }

        public int Read()
        {
            int number = ++_bench._reads;
            return _bench.IsBroken ? throw new IOException("no answer") : number;
        }

        public void Dispose() => _bench.Closed++;
    }
}
