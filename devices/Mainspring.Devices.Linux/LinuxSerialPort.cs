using System.Buffers;
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
/// <para>Exclusive means two things: TIOCEXCL refuses every later opener but the superuser, and a lock by flock(2) refuses those that ask for one.</para>
/// </remarks>
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed class LinuxSerialPort : ISerialPort, IPollableSource
{
    private readonly Func<string, SerialOptions, SafeFileHandle> _open;
    private readonly LineFramer? _framer;
    private readonly DescriptorWriter _writer;
    private SourceContext? _context;
    private SafeFileHandle? _file;
    private byte[] _buffer = [];
    private int _start;            // of the bytes in the buffer that the framer has not seen
    private int _end;
    private bool _isDispatching;
    private bool _isAnnounced;     // SerialConnected was emitted
    private string? _goneBecause;  // nothing more can be read

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
    {
        ArgumentException.ThrowIfNullOrEmpty(device);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException($"{device}: LinuxSerialPort needs Linux; use the port of System.IO.Ports here.");
        }

        Device = device;
        Options = options;
        Name = $"serial:{device}";
        _open = open;
        _framer = options.Framing is LineFraming lines ? new LineFramer(lines) : null;
        _writer = new DescriptorWriter(() => Device, options.WriteQueueSize);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Device { get; }

    /// <inheritdoc/>
    public SerialOptions Options { get; }

    /// <inheritdoc/>
    public bool IsOpen => _file is not null;

    /// <inheritdoc/>
    public int QueuedBytes => _writer.QueuedBytes;

    /// <inheritdoc/>
    public long WrittenBytes => _writer.WrittenBytes;

    /// <inheritdoc/>
    public long DroppedBytes => _writer.DroppedBytes;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The port is not attached.</exception>
    public SafeHandle Handle => _file ?? throw new InvalidOperationException($"{Name} is not attached.");

    /// <inheritdoc/>
    public PollEvents Interest => _writer.Interest;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The port is attached already.</exception>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_file is not null)
        {
            throw new InvalidOperationException($"{Name} is attached already: a port serves one loop.");
        }

        _file = _open(Device, Options);
        _context = context;
        _buffer = ArrayPool<byte>.Shared.Rent(Options.ReadBufferSize);
        _start = _end = 0;
        _isAnnounced = false;
        _goneBecause = null;
        _writer.Open(_file);
        _writer.Watch(context);
        context.Wake(); // for SerialConnected, when the first handlers have been added
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        (SafeFileHandle? file, byte[] buffer) = (_file, _buffer);
        if (file is null)
        {
            return 0;
        }

        _isDispatching = true;
        int handled = 0;
        try
        {
            if ((ready & PollEvents.Writable) != 0)
            {
                _writer.WriteQueued();
            }

            // A handler may remove the source, and even add it again.
            bool mayRead = true;
            while (handled < maxEvents && ReferenceEquals(_file, file) && EmitNext(file, ready, ref mayRead))
            {
                handled++;
            }
        }
        finally
        {
            _isDispatching = false;
            if (!ReferenceEquals(_buffer, buffer))
            {
                ArrayPool<byte>.Shared.Return(buffer); // Detach has left it to us: a handler was reading it
            }
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach()
    {
        if (_file is not { } file)
        {
            return;
        }

        if (!_isDispatching)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _file = null;
        _context = null;
        _buffer = [];
        _framer?.Reset();
        _writer.Close();
        SerialDevice.Close(file, Options.Exclusive);
    }

    /// <inheritdoc/>
    public bool TryWrite(ReadOnlySpan<byte> bytes) => _writer.TryWrite(bytes);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) => _writer.WriteAsync(bytes, cancellationToken);

    // Emits one event, or says that there is none now. In this order: connected, the lines of what was read, what is read next, the end.
    private bool EmitNext(SafeFileHandle file, PollEvents ready, ref bool mayRead)
    {
        SourceContext context = _context!;
        if (!_isAnnounced)
        {
            _isAnnounced = true;
            context.Emit(new SerialConnected(Device));
            return true;
        }

        if (_start < _end && EmitLine(context))
        {
            return true;
        }

        if (_goneBecause is null && mayRead && EmitData(file, ready, context, ref mayRead))
        {
            return true;
        }

        if (_goneBecause is null)
        {
            return false;
        }

        if (_framer is { PendingBytes: > 0 })
        {
            context.Emit(new SerialLineIncomplete(_framer.Reset()));
            return true;
        }

        context.Emit(new SerialDisconnected(Device, _goneBecause));
        context.Disconnected();
        mayRead = false;
        _goneBecause = null;
        return true;
    }

    private bool EmitLine(SourceContext context)
    {
        ReadOnlySpan<byte> input = _buffer.AsSpan(_start, _end - _start);
        FramedKind kind = _framer!.Read(ref input, out ReadOnlySpan<byte> line, out long length);
        _start = _end - input.Length;
        switch (kind)
        {
            case FramedKind.Message:
                context.Emit(new SerialLine(line));
                return true;
            case FramedKind.TooLong:
                context.Emit(new SerialLineTooLong(length));
                return true;
            default:
                return false;
        }
    }

    private bool EmitData(SafeFileHandle file, PollEvents ready, SourceContext context, ref bool mayRead)
    {
        Span<byte> buffer = _buffer.AsSpan(0, Options.ReadBufferSize);
        int count = Descriptor.Read(file, buffer, out Errno error);
        bool isFailing = (ready & (PollEvents.HangUp | PollEvents.Error)) != 0 || _writer.Error != Errno.None;
        if (count > 0)
        {
            // A full buffer, or a device that is going: there may be more. Otherwise the poller tells, and a read for nothing is saved.
            mayRead = count == buffer.Length || isFailing;
            (_start, _end) = _framer is null ? (0, 0) : (0, count);
            context.CountBytes(count);
            context.Emit(new SerialData(buffer[..count]));
            return true;
        }

        mayRead = false;
        if (error == Errno.Again)
        {
            _goneBecause = isFailing ? SerialErrors.Gone(_writer.Error) : null;
        }
        else
        {
            _goneBecause = SerialErrors.Gone(error);
        }

        return false;
    }
}
