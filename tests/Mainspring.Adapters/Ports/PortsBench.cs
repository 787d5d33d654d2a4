using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Ports;

namespace Mainspring.Adapters.Ports;

/// <summary>Makes benches with the package's port.</summary>
internal static class PortsBench
{
    public static SerialBench Create(SerialOptions? options = null, LoopOptions? loop = null) => new(options, loop, static (path, options) => new SerialPortSource(path, options));
}
