using System.Text;
using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>A loop with a serial port on it, the simulated device at its far end, and what the port has emitted.</summary>
internal sealed class SerialBench : IDisposable
{
    private static readonly RetryPolicy s_soon = new() { InitialDelay = TimeSpan.FromMilliseconds(1), Factor = 1 };

    private readonly string _folder = Directory.CreateTempSubdirectory("mainspring-").FullName;

    /// <summary>A bench whose port is attached and announced.</summary>
    public SerialBench(SerialOptions? options = null, LoopOptions? loop = null)
        : this(options, loop, static (path, options) => new LinuxSerialPort(path, options))
    {
    }

    /// <summary>The same, for another kind of port, which is made for the path.</summary>
    public SerialBench(SerialOptions? options, LoopOptions? loop, Func<string, SerialOptions?, ISerialPort> createPort)
    {
        Sys.NeedsLinux();
        Loop = new MainLoop((loop ?? new LoopOptions()) with { Log = new SilentLog() });
        Device = PseudoTerminal.At(Path.Combine(_folder, "device"));
        Port = createPort(Device.Path, options);
        Source = Loop.Add(Port, s_soon)
            .On((in SerialConnected e, in EventInfo _) => Trace.Add($"connected {e.Device}"))
            .On((in SerialData e, in EventInfo _) => Received.AddRange(e.Bytes))
            .On((in SerialLine e, in EventInfo _) => Lines.Add(Encoding.Latin1.GetString(e.Bytes)))
            .On((in SerialLineTooLong e, in EventInfo _) => Lines.Add($"<{e.Length} bytes>"))
            .On((in SerialLineIncomplete e, in EventInfo _) => Trace.Add($"incomplete {e.Length}"))
            .On((in SerialDisconnected e, in EventInfo _) => Trace.Add($"disconnected {e.Device} after {Received.Count}"));
        Pump.Until(Loop, () => Trace.Count == 1);
    }

    public MainLoop Loop { get; }

    public PseudoTerminal Device { get; }

    public ISerialPort Port { get; }

    public SourceHandle Source { get; }

    public List<byte> Received { get; } = [];

    public List<string> Lines { get; } = [];

    /// <summary>Connections and disconnections.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>Has the device send bytes, and ticks the loop until they have arrived.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        int wanted = Received.Count + bytes.Length;
        foreach (byte one in bytes)
        {
            Check.True(Device.TryWrite([one]));
        }

        Pump.Until(Loop, () => Received.Count >= wanted);
    }

    /// <summary>Removes the port, and ticks the loop until it is closed, which some are on another thread.</summary>
    public void Remove()
    {
        Source.Remove();
        Pump.Until(Loop, () => Port is not SerialPortBase { IsClosing: true });
    }

    public void Dispose()
    {
        Loop.Dispose();
        Device.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
