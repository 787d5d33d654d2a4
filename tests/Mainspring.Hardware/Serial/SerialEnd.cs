using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Hardware.Serial;

/// <summary>A port of the guest on a loop, and what it has emitted.</summary>
internal sealed class SerialEnd
{
    public SerialEnd(MainLoop loop, string device, SerialOptions options)
    {
        Port = new LinuxSerialPort(device, options);
        Source = loop.Add(Port, RetryPolicy.Never)
            .On((in SerialData e, in EventInfo _) => Received.AddRange(e.Bytes))
            .On((in SerialBreak e, in EventInfo _) => Trace.Add($"break {e.Number} after {Received.Count}"))
            .On((in SerialCharacterError e, in EventInfo _) => Trace.Add($"wrong {e.Value} after {Received.Count}"))
            .On((in SerialModemLinesChanged e, in EventInfo _) => Trace.Add($"lines {e.Lines & (ModemLines.Cts | ModemLines.Dsr)}, changed {e.Changed & (ModemLines.Cts | ModemLines.Dsr)}"))
            .On((in EventsLost e, in EventInfo _) => Lost += e.Count);
        bool isConnected = false;
        SourceEventHandler<SerialConnected> connected = (in SerialConnected _, in EventInfo _) => isConnected = true;
        Source.On(connected);
        Pump.Until(loop, () => isConnected);
        Port.Discard(SerialBuffers.Both); // what the case before has left
    }

    public LinuxSerialPort Port { get; }

    public SourceHandle Source { get; }

    public List<byte> Received { get; } = [];

    public List<string> Trace { get; } = [];

    public long Lost { get; private set; }
}
