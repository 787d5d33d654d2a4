using System.Text.Json;
using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Hardware.Gpio;

namespace Mainspring.Hardware.Soak;

/// <summary>Edges on eight lines, a few every millisecond, and now and then more than the kernel keeps.</summary>
internal sealed class EdgeTraffic : Traffic
{
    private const int Lines = 8, Burst = 2000, RoundsPerBurst = 5000;

    private readonly GpioSim _chip = new(Lines, "soak-edges");
    private readonly bool[] _levels = new bool[Lines];
    private readonly long[] _lastTimes = new long[Lines];
    private long _produced, _received, _lost, _disordered, _rounds;

    public EdgeTraffic(MainLoop loop)
        : base(loop)
    {
        var lines = new LinuxGpioLines(
            _chip.Path, new GpioOptions { Lines = [.. Enumerable.Range(0, Lines).Select(static i => GpioLine.Input(i) with { Edges = GpioEdges.Both })] });
        loop.Add(lines)
            .On((in GpioEdge edge, in EventInfo _) =>
            {
                _received++;
                _disordered += edge.KernelTimeNs < _lastTimes[edge.Line] ? 1 : 0;
                _lastTimes[edge.Line] = edge.KernelTimeNs;
            })
            .On((in GpioLost lost, in EventInfo _) => _lost += lost.Count);
    }

    public override string Name => "edges";

    protected override bool IsAtRest => _received + _lost == _produced;

    public override void Report(Utf8JsonWriter report)
    {
        report.WriteNumber("produced", _produced);
        report.WriteNumber("received", _received);
        report.WriteNumber("lost", _lost);
        if (!IsAtRest)
        {
            Problems.Add($"{_produced} edges were produced, {_received} received and {_lost} reported as lost");
        }

        if (_disordered > 0)
        {
            Problems.Add($"{_disordered} edges had a time before that of the edge before them");
        }
    }

    public override void Dispose() => _chip.Dispose();

    protected override async LoopTask RunAsync()
    {
        while (!IsPausing)
        {
            int edges = ++_rounds % RoundsPerBurst == 0 ? Burst : Lines / 2;
            for (int i = 0; i < edges; i++)
            {
                int line = (int)(_produced++ % Lines);
                _levels[line] = !_levels[line];
                _chip.Drive(line, _levels[line]);
            }

            await Loop.Delay(TimeSpan.FromMilliseconds(1));
        }

        // A loss at the end of a burst is seen with the next edge: one on each line.
        await Loop.Delay(TimeSpan.FromMilliseconds(100));
        for (int line = 0; line < Lines; line++)
        {
            _produced++;
            _levels[line] = !_levels[line];
            _chip.Drive(line, _levels[line]);
            await Loop.Delay(TimeSpan.FromMilliseconds(10));
        }
    }
}
