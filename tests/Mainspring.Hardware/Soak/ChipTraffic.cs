using System.Text.Json;
using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Hardware.Gpio;

namespace Mainspring.Hardware.Soak;

/// <summary>A chip that is unplugged and plugged in again; between, it gives two edges.</summary>
internal sealed class ChipTraffic : Traffic
{
    // For each chip that was removed while its lines were requested the kernel 6.1 keeps their numbers for ever, and it has 512.
    private const int MostRemovals = 400;

    private readonly GpioSim _chip = new(1, "soak-plug");
    private readonly TimeSpan _period;
    private long _plugs = 1, _unplugs, _connects, _disconnects, _produced, _received;

    public ChipTraffic(MainLoop loop, TimeSpan length)
        : base(loop)
    {
        _period = TimeSpan.FromSeconds(Math.Max(0.1, length.TotalSeconds / MostRemovals));
        var lines = new LinuxGpioLines("soak-plug", new GpioOptions { Lines = [GpioLine.Input(0) with { Edges = GpioEdges.Both }] });
        loop.Add(lines, new RetryPolicy { InitialDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromMilliseconds(100) })
            .On((in GpioConnected _, in EventInfo _) => _connects++)
            .On((in GpioDisconnected _, in EventInfo _) => _disconnects++)
            .On((in GpioEdge _, in EventInfo _) => _received++);
    }

    public override string Name => "chips";

    protected override bool IsAtRest => _connects == _plugs && _disconnects == _unplugs && _received == _produced;

    public override void Report(Utf8JsonWriter report)
    {
        report.WriteNumber("unplugged", _unplugs);
        report.WriteNumber("connected", _connects);
        report.WriteNumber("edges", _received);
        if (!IsAtRest)
        {
            Problems.Add($"plugged in {_plugs} times, unplugged {_unplugs}: {_connects} connects, {_disconnects} disconnects; {_received} of {_produced} edges");
        }
    }

    public override void Dispose() => _chip.Dispose();

    protected override async LoopTask RunAsync()
    {
        await Until(() => IsAtRest);
        while (!IsPausing)
        {
            for (int i = 0; i < 2; i++)
            {
                _produced++;
                _chip.Drive(0, i == 0);
                await Until(() => _received == _produced);
            }

            _unplugs++;
            _chip.Remove();
            await Until(() => _disconnects == _unplugs);
            _plugs++;
            _chip.Restore();
            await Until(() => _connects == _plugs);
            await Loop.Delay(_period);
        }
    }
}
