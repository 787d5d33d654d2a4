using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>
/// A serial port of Linux: a descriptor in the loop's one wait, in raw mode with any baud rate (termios(3), TCSETS2 with BOTHER). While it is silent
/// it costs nothing; per event it allocates nothing.
/// </summary>
/// <remarks>
/// <para>When the device goes away, all that can still be read is emitted, then <see cref="SerialDisconnected"/>, and the source's
/// <see cref="RetryPolicy"/> opens the same path again. Input that the kernel discards at the hang-up (a pseudo-terminal whose other side is closed loses
/// nearly all that was unread) cannot be had.</para>
/// <para>Reading and setting modem lines, breaks and low latency are calls into the driver. Those of USB adapters talk to the device meanwhile, which takes about a millisecond.</para>
/// <para>Exclusive means two things: TIOCEXCL refuses every later opener but the superuser, and a lock by flock(2) refuses those that ask for one.</para>
/// </remarks>
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed class LinuxSerialPort : SerialPortBase, IPollableSource
{
    private readonly Func<string, SerialOptions, SafeFileHandle> _open;
    private SafeFileHandle? _file;
    private Errno _writeError;

    /// <summary>A port that is opened when it is added to a loop.</summary>
    /// <param name="device">The device's path, such as <c>/dev/ttyUSB0</c> or a stable one of <c>/dev/serial/by-id</c>; it is looked up anew for every open.</param>
    /// <param name="options">How it is opened; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public LinuxSerialPort(string device, SerialOptions? options = null)
        : this(device, options ?? new SerialOptions(), SerialDevice.Open)
    {
    }

    internal LinuxSerialPort(string device, SerialOptions options, Func<string, SerialOptions, SafeFileHandle> open)
        : base(device, options, hasMarks: true)
    {
        LinuxOnly.Check(device, nameof(LinuxSerialPort), LinuxOnly.SerialInstead);

        _open = open;
    }

    /// <summary>The serial lines of this machine, by path. Looks into /sys and /dev/serial/by-id; opens none.</summary>
    /// <returns>Those that have a device behind them.</returns>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public static IReadOnlyList<SerialPortInfo> List()
    {
        LinuxOnly.Check("serial ports", nameof(LinuxSerialPort), LinuxOnly.SerialInstead);
        return SerialPortList.Read("/sys/class/tty", "/dev");
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The port is not attached.</exception>
    public SafeHandle Handle => _file ?? throw new InvalidOperationException($"{Name} is not attached.");

    /// <inheritdoc/>
    public PollEvents Interest => DeviceInterest;

    internal override string GoneReason => SerialErrors.Gone(_writeError);

    internal override int UnsentBytes => SerialLines.Unsent(_file!);

    internal override void OpenDevice()
    {
        _file = _open(Device, Options);
        _writeError = Errno.None;
    }

    internal override void CloseDevice()
    {
        if (_file is { } file)
        {
            _file = null;
            SerialDevice.Close(file, Options.Exclusive);
        }
    }

    internal override int ReadDevice(Span<byte> buffer, out string? gone)
    {
        int count = Descriptor.Read(_file!, buffer, out Errno error);
        gone = count > 0 || error == Errno.Again ? null : SerialErrors.Gone(error);
        return count;
    }

    internal override int WriteDevice(ReadOnlySpan<byte> bytes, out bool isBroken)
    {
        int written = Descriptor.Write(_file!, bytes, out Errno error);
        isBroken = error != Errno.None && error != Errno.Again;
        _writeError = isBroken ? error : _writeError;
        return written;
    }

    internal override void DiscardDevice(SerialBuffers buffers) => SerialLines.Discard(_file!, Device, buffers);

    internal override bool TryReadLines(out ModemLines lines) => SerialLines.TryRead(_file!, out lines);

    internal override void WriteLines(ModemLines on, ModemLines off) => SerialLines.Write(_file!, Device, on, off);

    internal override void SetBreak(bool isOn) => SerialLines.SetBreak(_file!, Device, isOn);

    internal override bool TryReadCounts(out SerialDeviceCounts counts, out long lineChanges) => SerialLines.TryReadCounts(_file!, out counts, out lineChanges);
}
