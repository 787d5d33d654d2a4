using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>A virtual loop with lines of a simulated chip, and what they have emitted.</summary>
internal sealed class GpioBench : IDisposable
{
    public GpioBench(GpioOptions options, int lineCount = 8, Action<SimulatedGpioChip>? prepare = null, Func<SimulatedGpioChip, MainLoop, GpioOptions, IGpioLines>? create = null)
    {
        Loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), Log = new SilentLog() });
        Chip = new SimulatedGpioChip(lineCount);
        prepare?.Invoke(Chip);
        Lines = create is null ? Chip.CreateLines(options) : create(Chip, Loop, options);
        Source = Loop.Add(Lines)
            .On((in GpioConnected e, in EventInfo _) => Note($"connected {e.Levels:b}"))
            .On((in GpioEdge e, in EventInfo info) =>
            {
                Edges.Add(e);
                Check.True(e.Time <= info.Time, "no edge comes before its time");
                Note($"{e.Line}{(e.IsRising ? '+' : '-')} {e.Time.TotalMilliseconds}");
            })
            .On((in EventsLost e, in EventInfo _) => Note($"{e.Count} lost"))
            .On((in GpioLost e, in EventInfo _) => Note($"lost {e.Count} {e.Levels:b}"))
            .On((in GpioDisconnected e, in EventInfo _) => Note($"disconnected: {e.Reason}"));
        Source.Unref();
    }

    public GpioBench(params GpioLine[] lines)
        : this(new GpioOptions { Lines = lines })
    {
    }

    public MainLoop Loop { get; }

    public SimulatedGpioChip Chip { get; }

    public IGpioLines Lines { get; }

    public SourceHandle Source { get; }

    public List<string> Trace { get; } = [];

    public List<GpioEdge> Edges { get; } = [];

    public void Run(double milliseconds) => Loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(milliseconds) });

    public static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    public void Dispose() => Loop.Dispose();

    private void Note(string what) => Trace.Add(what);
}
