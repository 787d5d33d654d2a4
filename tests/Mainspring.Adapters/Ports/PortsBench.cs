using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Ports;

namespace Mainspring.Adapters.Ports;

/// <summary>Makes benches with the package's port.</summary>
internal static class PortsBench
{
    /// <summary>The package's thread, and one of the pool, have to have had their turn, on a busy machine too.</summary>
    public const int QuietWaits = 50;

    public static SerialBench Create(SerialOptions? options = null, LoopOptions? loop = null) => new(options, loop, static (path, options) => new SerialPortSource(path, options));
}
