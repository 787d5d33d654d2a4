using System.Diagnostics;

namespace Mainspring.Devices.Ports;

/// <summary>
/// A serial port over <c>System.IO.Ports</c>, for Windows and macOS: options, events, framing, counters, write queue and re-opening are those of every
/// <see cref="SerialPortBase"/>, so that a program changes one line. On Linux <c>LinuxSerialPort</c> is the better choice: it needs no thread, allocates nothing and costs nothing while it is silent.
/// </summary>
/// <remarks>
/// <para>The package has no descriptor for the loop to wait for. One background thread a port waits in its <c>BaseStream</c>, and hands what comes to the loop through a bounded buffer; when that is full, or
/// <see cref="SerialPortBase.IsReading"/> is false, it does not read on, so that the system's buffer fills. It has taken up to one read ahead by then. Tokens and time-outs of the package are not used: closing the port ends its reads.</para>
/// <para>Events cost the loop no memory. The package allocates a request for every read and every write, on threads of its own; on Unix one more of its threads looks at the port every millisecond, also while it is silent.</para>
/// <para><see cref="SerialPortBase.WrittenBytes"/> counts what is on its way through the package, up to 8 KiB that the line need not have taken. On Windows <see cref="SerialPortBase.Discard"/> has the package break off what it sends, which then counts
/// as <see cref="SerialPortBase.DroppedBytes"/>, although a part may have been sent; on Unix it sends all the same what it was given, at most 4096 bytes. A break lasts as long as asked for on Windows; on Unix the package sends one of a quarter to half a second, whatever is asked for.
/// The package does not say where in the data a wrong character or a break was, so <see cref="SerialOptions.MarkErrors"/> has no effect, and <see cref="SerialPortBase.Errors"/> has only dropped messages; nor does it tell the state of the ring indicator.</para>
/// <para>The package opens every port exclusively. It raises DTR and RTS where <see cref="SerialOptions.Dtr"/> and <see cref="SerialOptions.Rts"/> are null and the line has them, as Linux does; a pseudo-terminal has none, and refuses
/// when one of them is asked for.</para>
/// </remarks>
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed class SerialPortSource : SerialPortBase
{
    private static readonly TimeSpan s_longClosing = TimeSpan.FromSeconds(1);

    private SerialSession? _session;
    private SerialSession? _closing;

    /// <summary>A port that is opened when it is added to a loop.</summary>
    /// <param name="device">The port's name, such as <c>COM3</c>, or its path, such as <c>/dev/cu.usbserial-110</c> or <c>/dev/ttyUSB0</c>.</param>
    /// <param name="options">How it is opened; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="NotSupportedException">The package cannot do what an option asks for: <see cref="SerialOptions.LowLatency"/>, <see cref="SerialOptions.HangUpOnCarrierLoss"/>, a value
    /// for <see cref="SerialOptions.HangUpOnClose"/>, <see cref="SerialOptions.Exclusive"/> false, or (but on Windows) <see cref="Parity.Mark"/> or <see cref="Parity.Space"/>.</exception>
    public SerialPortSource(string device, SerialOptions? options = null)
        : base(device, options ?? new SerialOptions(), hasMarks: false) => PortSettings.Check(device, Options);

    internal override string GoneReason => PortErrors.Gone(_session?.Failure);

    internal override int UnsentBytes => _session!.UnsentBytes;

    /// <summary>What stands between the package's stream and the port, for tests of what another system's would do.</summary>
    internal Func<Stream, Stream> Wrap { get; init; } = static stream => stream;

    internal override PollEvents Ready(PollEvents reported)
    {
        PollEvents ready = _session!.ReadyFor(Context!);
        TakeBack(_session.TakeUnsent());
        return ready;
    }

    // Closing takes the package a millisecond or two, more on a busy machine, and up to 30 s while the system waits for the line to take what is unsent. Until then the port would be found in use.
    internal override bool IsClosing => _closing is { HasClosed: false };

    internal override void WakeWhenClosed(SourceContext context)
    {
        SerialSession closing = _closing!;
        closing.WakeWhenClosed(context);
        context.Loop.CallLater(s_longClosing, () =>
        {
            if (!closing.HasClosed && context.Source.State == SourceState.Attached)
            {
                context.Warn("System.IO.Ports is still closing the port, which takes up to 30 s when the line does not take what was written; it is opened then");
            }
        }).Unref();
    }

    internal override void OpenDevice()
    {
        _closing = null;
        _session = new SerialSession(this, PortSettings.Open(Device, Options), DeviceInterest.HasFlag(PollEvents.Readable));
    }

    internal override void CloseDevice()
    {
        if (_session is { } session)
        {
            (_session, _closing) = (null, session);
            session.Close();
        }
    }

    internal override void ReadingChanged(bool isReading) => _session?.SetReading(isReading);

    internal override int ReadDevice(Span<byte> buffer, out string? gone)
    {
        int count = _session!.Take(buffer, out Exception? failure);
        gone = failure is null ? null : PortErrors.Gone(failure);
        return count;
    }

    internal override int WriteDevice(ReadOnlySpan<byte> bytes, out bool isBroken)
    {
        int count = _session!.Give(bytes, out isBroken);
        if (count == bytes.Length && DeviceInterest.HasFlag(PollEvents.Writable))
        {
            Context?.Wake(); // it takes more, and so what waits for room in the queue has its turn
        }

        return count;
    }

    internal override void DiscardDevice(SerialBuffers buffers) => _session!.Discard(buffers);

    internal override bool TryReadLines(out ModemLines lines) => _session!.TryReadLines(out lines);

    internal override void WriteLines(ModemLines on, ModemLines off) => _session!.WriteLines(on, off);

    internal override void SetBreak(bool isOn) => _session!.SetBreak(isOn);

    internal override bool TryReadCounts(out SerialDeviceCounts counts, out long lineChanges)
    {
        (counts, lineChanges) = (default, 0);
        return false;
    }
}
