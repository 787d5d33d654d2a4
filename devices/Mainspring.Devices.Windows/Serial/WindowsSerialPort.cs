using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Windows;

/// <summary>
/// A serial port of Windows: overlapped reads and writes, whose event is in the loop's one wait. While it is silent it costs nothing; per event it allocates nothing, and no thread serves it.
/// </summary>
/// <remarks>
/// <para>Options, events, framing, write queue and re-opening are those of every <see cref="SerialPortBase"/>. When the device goes away, all that was read is emitted, then
/// <see cref="SerialDisconnected"/>, and the source's <see cref="RetryPolicy"/> opens the same port again.</para>
/// <para>Windows does not say where in the data a break or a wrong character was. With <see cref="SerialOptions.MarkErrors"/> a break is an event behind the data with which it was noticed; wrong characters are
/// counted (<see cref="SerialPortBase.Errors"/>), once for each look at them, and arrive as the driver gives them.</para>
/// <para><see cref="SerialPortBase.WrittenBytes"/> counts what the system was given. DTR and RTS are raised where <see cref="SerialOptions.Dtr"/> and <see cref="SerialOptions.Rts"/> are null, as Linux does.</para>
/// </remarks>
[SupportedOSPlatform("windows")]
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed unsafe class WindowsSerialPort : SerialPortBase, IPollableSource
{
    // Who does not read learns of a hang-up only by asking.
    private static readonly TimeSpan s_askPeriod = TimeSpan.FromMilliseconds(250);

    private readonly string _askName;
    private readonly byte[] _break = [0xFF, 0, 0]; // as a terminal with PARMRK has it
    private SerialSession? _session;
    private SerialDeviceCounts _errors;
    private ModemLines _outputs;
    private TimerHandle _askTimer;
    private long _breaksToTell;
    private bool _owesEscape; // the second half of an escaped 0xFF did not fit

    /// <summary>A port that is opened when it is added to a loop.</summary>
    /// <param name="device">The port's name, such as <c>COM3</c>.</param>
    /// <param name="options">How it is opened; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="NotSupportedException">Windows cannot do what an option asks for: <see cref="SerialOptions.LowLatency"/>, <see cref="SerialOptions.HangUpOnCarrierLoss"/>,
    /// <see cref="SerialOptions.HangUpOnClose"/> false, or <see cref="SerialOptions.Exclusive"/> false.</exception>
    /// <exception cref="PlatformNotSupportedException">This is no Windows.</exception>
    public WindowsSerialPort(string device, SerialOptions? options = null)
        : base(device, options ?? new SerialOptions(), hasMarks: true, leastInterest: PollEvents.Readable)
    {
        CheckSystem(device);

        SerialDevice.Check(device, Options);
        _askName = $"{Name} hang-up";
    }

    /// <summary>The serial ports of this machine, by name, with what the device manager says of them. Opens none.</summary>
    /// <returns>Those that are there.</returns>
    /// <exception cref="PlatformNotSupportedException">This is no Windows.</exception>
    public static IReadOnlyList<SerialPortInfo> List()
    {
        CheckSystem("serial ports");
        return SerialPortList.Read();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The port is not attached.</exception>
    public SafeHandle Handle => _session?.Event ?? throw new InvalidOperationException($"{Name} is not attached.");

    /// <inheritdoc/>
    public PollEvents Interest => DeviceInterest;

    internal override string GoneReason => SerialErrors.Gone(_session?.Failure ?? 0);

    internal override int UnsentBytes => TakeErrors(out SerialAbi.Status status) && status.Unsent > 0 ? (int)status.Unsent : _session!.IsWriting ? 1 : 0;

    // The event says only that something has ended.
    internal override PollEvents Ready(PollEvents reported)
    {
        SerialSession session = _session!;
        session.Look(Context!.Loop.Now);
        if (!IsReading && session.HasInput && !TakeErrors(out _))
        {
            session.Fail(Marshal.GetLastPInvokeError());
        }

        return (session.IsWriting ? PollEvents.None : PollEvents.Writable) | (session.Failure is not null ? PollEvents.HangUp : PollEvents.None);
    }

    internal override void OpenDevice()
    {
        SafeFileHandle file = SerialDevice.Open(Device, Options);
        try
        {
            _session = new SerialSession(file, Options.ReadBufferSize, () => TakeErrors(out SerialAbi.Status status) ? (int)Math.Min(status.Received, int.MaxValue) : 0);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        _outputs = (Options.Dtr ?? true ? ModemLines.Dtr : ModemLines.None) | (Options.Rts ?? true ? ModemLines.Rts : ModemLines.None);
        (_breaksToTell, _owesEscape) = (0, false);
        _session.Read();
    }

    internal override void CloseDevice()
    {
        _askTimer.Cancel();
        SerialSession? session = _session;
        _session = null;
        session?.Close();
    }

    internal override void ReadingChanged(bool isReading)
    {
        _askTimer.Cancel();
        if (!isReading && Context is { } context)
        {
            _askTimer = context.Loop.CallEvery(s_askPeriod, static port => port.Ask(), this, _askName);
            _askTimer.Unref();
        }
    }

    internal override int ReadDevice(Span<byte> buffer, out string? gone)
    {
        SerialSession session = _session!;
        session.Read();
        session.Look(Context!.Loop.Now);
        int count;
        if (!Options.MarkErrors)
        {
            count = session.Take(buffer);
        }
        else
        {
            count = TakeEscaped(session, buffer);
        }

        session.Read();
        gone = count == 0 && session is { HasInput: false, Failure: { } failure } ? SerialErrors.Gone(failure) : null;
        return count;
    }

    internal override int WriteDevice(ReadOnlySpan<byte> bytes, out bool isBroken)
    {
        int count = _session!.Write(bytes);
        isBroken = _session.Failure is not null;
        return count;
    }

    internal override void DiscardDevice(SerialBuffers buffers)
    {
        if (buffers.HasFlag(SerialBuffers.Output))
        {
            _session!.DropOutput();
        }

        uint what = (buffers.HasFlag(SerialBuffers.Input) ? SerialAbi.DropInput : 0) | (buffers.HasFlag(SerialBuffers.Output) ? SerialAbi.AbortOutput | SerialAbi.DropOutput : 0);
        if (!SerialAbi.Purge(_session!.File, what))
        {
            throw SerialErrors.Refused(Device, "to discard was");
        }

        if (buffers.HasFlag(SerialBuffers.Input))
        {
            _session.Look(Context!.Loop.Now);
            _session.DropInput();
            _session.Read();
            (_breaksToTell, _owesEscape) = (0, false);
        }
    }

    internal override bool TryReadLines(out ModemLines lines)
    {
        uint bits;
        bool hasLines = SerialAbi.GetModemLines(_session!.File, &bits);
        lines = hasLines
            ? _outputs | Line(bits, SerialAbi.ModemCts, ModemLines.Cts) | Line(bits, SerialAbi.ModemDsr, ModemLines.Dsr) | Line(bits, SerialAbi.ModemDcd, ModemLines.Dcd) | Line(bits, SerialAbi.ModemRing, ModemLines.Ri)
            : ModemLines.None;
        return hasLines;
    }

    internal override void WriteLines(ModemLines on, ModemLines off)
    {
        foreach ((ModemLines line, uint set, uint clear) in ((ModemLines, uint, uint)[])[(ModemLines.Dtr, SerialAbi.SetDtr, SerialAbi.ClearDtr), (ModemLines.Rts, SerialAbi.SetRts, SerialAbi.ClearRts)])
        {
            if (((on | off) & line) != 0 && !SerialAbi.Control(_session!.File, (on & line) != 0 ? set : clear))
            {
                throw SerialErrors.Refused(Device, $"to set {line} was");
            }
        }

        _outputs = (_outputs | on) & ~off;
    }

    internal override void SetBreak(bool isOn)
    {
        if (!SerialAbi.Control(_session!.File, isOn ? SerialAbi.SetBreak : SerialAbi.ClearBreak))
        {
            throw SerialErrors.Refused(Device, isOn ? "to send a break was" : "to end a break was");
        }
    }

    internal override bool TryReadCounts(out SerialDeviceCounts counts, out long lineChanges)
    {
        lineChanges = 0;
        bool isThere = _session is not null && TakeErrors(out _);
        counts = _errors;
        return isThere;
    }

    private void Ask()
    {
        if (_session is { HasInput: true }) // otherwise a read is under way, which fails
        {
            Context?.Wake();
        }
    }

    private static ModemLines Line(uint bits, uint bit, ModemLines line) => (bits & bit) != 0 ? line : ModemLines.None;

    // The driver's flags, which asking resets; so each look counts what it finds once.
    private bool TakeErrors(out SerialAbi.Status status)
    {
        uint errors;
        SerialAbi.Status found = default;
        bool isThere = SerialAbi.TakeErrors(_session!.File, &errors, &found);
        status = found;
        if (isThere && errors != 0)
        {
            long breaks = Bit(errors, SerialAbi.ErrorBreak);
            _breaksToTell += breaks;
            _errors += new SerialDeviceCounts(Bit(errors, SerialAbi.ErrorFrame), Bit(errors, SerialAbi.ErrorParity), breaks, Bit(errors, SerialAbi.ErrorOverrun), Bit(errors, SerialAbi.ErrorReceiveOverflow));
            if (breaks > 0 && Options.MarkErrors)
            {
                Context?.Wake();
            }
        }

        return isThere;
    }

    private static int Bit(uint errors, uint bit) => (errors & bit) != 0 ? 1 : 0;

    // As a terminal with PARMRK gives it: 0xFF is doubled, and a break is a mark.
    private int TakeEscaped(SerialSession session, Span<byte> buffer)
    {
        int count = 0;
        if (_owesEscape)
        {
            _owesEscape = false;
            buffer[count++] = 0xFF;
        }

        // Twice as much may come of it: so in halves, but for the last place.
        while (count < buffer.Length && session.HasInput)
        {
            Span<byte> taken = buffer.Slice(count, session.Take(buffer.Slice(count, Math.Max(1, (buffer.Length - count) / 2))));
            int escapes = taken.Count((byte)0xFF);
            count += taken.Length;
            for (int from = count - 1, to = count - 1 + escapes; from < to; from--)
            {
                byte value = buffer[from];
                if (value == 0xFF)
                {
                    if (to < buffer.Length)
                    {
                        buffer[to] = 0xFF;
                    }
                    else
                    {
                        _owesEscape = true;
                    }

                    to--;
                }

                buffer[to--] = value;
            }

            count = Math.Min(count + escapes, buffer.Length);
        }

        if (_breaksToTell > 0 && !session.HasInput && buffer.Length - count >= _break.Length && !_owesEscape)
        {
            _breaksToTell--;
            _break.CopyTo(buffer[count..]);
            count += _break.Length;
        }

        return count;
    }

    private static void CheckSystem(string what)
    {
        if (!OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException($"{what}: WindowsSerialPort needs Windows; on Linux use LinuxSerialPort, elsewhere the port of System.IO.Ports.");
        }
    }
}
