using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Hardware.Gpio;

/// <summary>A loop with lines of a chip of gpio-sim, and what they have emitted.</summary>
internal sealed class GpioBench : IDisposable
{
    private static readonly RetryPolicy s_soon = new() { InitialDelay = TimeSpan.FromMilliseconds(2), Factor = 1 };

    public GpioBench(GpioOptions options, int lines = 8, Action<GpioSim>? prepare = null)
    {
        Sim = new GpioSim(lines, "bench");
        prepare?.Invoke(Sim);
        Loop = new MainLoop(new LoopOptions { Log = new SilentLog() });
        Lines = new LinuxGpioLines("bench", options);
        Source = Loop.Add(Lines, s_soon)
            .On((in GpioConnected e, in EventInfo _) => Trace.Add($"connected {e.Levels:b}"))
            .On((in GpioEdge e, in EventInfo _) =>
            {
                Edges.Add(e);
                Trace.Add($"{e.Line}{(e.IsRising ? '+' : '-')}");
            })
            .On((in GpioLost e, in EventInfo _) =>
            {
                Lost += e.Count;
                Trace.Add($"lost {e.Count}");
            })
            .On((in GpioDisconnected e, in EventInfo _) => Trace.Add($"disconnected: {e.Reason}"));
        Until(() => Trace.Count == 1);
    }

    public GpioBench(params GpioLine[] lines)
        : this(new GpioOptions { Lines = lines })
    {
    }

    public GpioSim Sim { get; }

    public MainLoop Loop { get; }

    public LinuxGpioLines Lines { get; }

    public SourceHandle Source { get; }

    public List<string> Trace { get; } = [];

    public List<GpioEdge> Edges { get; } = [];

    public long Lost { get; private set; }

    public void Until(Func<bool> condition) => Pump.Until(Loop, condition);

    public void Run(double milliseconds) => Loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(milliseconds) });

    public void Dispose()
    {
        Loop.Dispose();
        Sim.Dispose();
    }
}
