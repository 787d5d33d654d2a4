using System.Diagnostics;

namespace Mainspring.Devices.Simulation;

/// <summary>
/// A serial port in memory, with a scripted <see cref="Peer"/> at its far end: it needs no kernel, runs on every system, and on a <see cref="VirtualClock"/>
/// everything happens at exact times. Loop's thread only.
/// </summary>
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed class SimulatedSerialPort : SerialPortBase
{
    private const int ReceiveBufferSize = 65536;
    private const int TransmitBufferSize = 4096;
    private const byte Escape = 0xFF;

    private readonly ByteRing _received = new(ReceiveBufferSize); // as a terminal gives it: with marks
    private readonly ByteRing _unsent = new(TransmitBufferSize);
    private readonly double _characterSeconds;
    private ModemLines _lines;
    private SerialDeviceCounts _counts;
    private long _lineChanges;
    private bool _hasLostCarrier;
    private TimerHandle _transmitter;
    private TimeSpan _idleAt;        // when the transmitter has sent what it has begun
    private TimeSpan _receivedUntil; // when the last character from the peer has arrived
    private long _connection;        // so that what is under way does not arrive after an unplug

    /// <summary>A port that is plugged in.</summary>
    /// <param name="device">Its name.</param>
    /// <param name="options">How it is opened; null takes the defaults.</param>
    /// <param name="isPaced">Whether characters take their time by the baud rate, in both directions. False: they take none.</param>
    public SimulatedSerialPort(string device = "simulated", SerialOptions? options = null, bool isPaced = false)
        : base(device, options ?? new SerialOptions(), hasMarks: true)
    {
        int bits = 1 + Options.DataBits + (Options.Parity == Parity.None ? 0 : 1) + (Options.StopBits == StopBits.One ? 1 : 2);
        _characterSeconds = isPaced ? bits / (double)Options.BaudRate : 0;
        Peer = new SerialPeer(this);
    }

    /// <summary>The device at the far end.</summary>
    public SerialPeer Peer { get; }

    internal ModemLines Lines => _lines;

    internal bool IsPlugged { get; private set; } = true;

    // Without a device, or without the carrier that it has to have.
    private bool IsLost => !IsPlugged || _hasLostCarrier;

    internal MainLoop? Loop => Context?.Loop;

    internal override string GoneReason => IsPlugged ? "it hung up: the carrier was lost" : "the device was unplugged";

    internal override int UnsentBytes => _unsent.Count;

    internal override PollEvents Ready(PollEvents reported) =>
        (_unsent.Room > 0 ? PollEvents.Writable : PollEvents.None) | (IsLost ? PollEvents.HangUp : PollEvents.None);

    internal override void OpenDevice()
    {
        if (!IsPlugged)
        {
            throw new IOException($"{Device}: there is no such device; it is unplugged until Peer.Plug is called.");
        }

        _lines |= ModemLines.Outputs; // as the kernel does it
        _lines &= ~((Options.Dtr == false ? ModemLines.Dtr : 0) | (Options.Rts == false ? ModemLines.Rts : 0));
        _hasLostCarrier = false;
        _received.Remove(_received.Count);
        (_idleAt, _receivedUntil) = (TimeSpan.Zero, TimeSpan.Zero);
    }

    internal override void CloseDevice()
    {
        _connection++;
        _transmitter.Cancel();
        _unsent.Remove(_unsent.Count);
        _lines &= Options.HangUpOnClose == false ? ~ModemLines.None : ModemLines.Inputs;
    }

    internal override int ReadDevice(Span<byte> buffer, out string? gone)
    {
        int count = 0;
        while (_received.Count > 0 && count < buffer.Length)
        {
            ReadOnlySpan<byte> first = _received.First[..Math.Min(_received.First.Length, buffer.Length - count)];
            first.CopyTo(buffer[count..]);
            count += first.Length;
            _received.Remove(first.Length);
        }

        gone = count > 0 || !IsLost ? null : GoneReason;
        return count;
    }

    internal override int WriteDevice(ReadOnlySpan<byte> bytes, out bool isBroken)
    {
        isBroken = IsLost;
        if (isBroken)
        {
            return 0;
        }

        int taken = Math.Min(bytes.Length, _unsent.Room);
        _unsent.Add(bytes[..taken]);
        Transmit();
        return taken;
    }

    internal override void DiscardDevice(SerialBuffers buffers)
    {
        if (buffers.HasFlag(SerialBuffers.Input))
        {
            _received.Remove(_received.Count);
        }

        if (buffers.HasFlag(SerialBuffers.Output))
        {
            _unsent.Remove(_unsent.Count);
        }
    }

    internal override bool TryReadLines(out ModemLines lines)
    {
        lines = _lines;
        return true;
    }

    internal override void WriteLines(ModemLines on, ModemLines off) => _lines = (_lines | on) & ~off;

    internal override void SetBreak(bool isOn) => Peer.SeeBreak(isOn, Loop!.Now);

    internal override bool TryReadCounts(out SerialDeviceCounts counts, out long lineChanges)
    {
        (counts, lineChanges) = (_counts, _lineChanges);
        return true;
    }

    /// <summary>Sends what waits, as far as the peer takes it.</summary>
    internal void Transmit()
    {
        if (!Peer.IsTaking || _unsent.Count == 0 || _transmitter.IsPending || Loop is not { } loop)
        {
            return;
        }

        // A character at a time where it takes time, so that the first arrives when it would.
        TimeSpan start = _idleAt > loop.Now ? _idleAt : loop.Now;
        _idleAt = start + TimeSpan.FromSeconds(_characterSeconds);
        _transmitter = loop.CallAt(_idleAt, static port => port.Sent(), this);
    }

    /// <summary>Characters from the peer.</summary>
    internal void Receive(ReadOnlySpan<byte> bytes)
    {
        if (Arrival(bytes.Length) is { } when)
        {
            ReceiveAt(when, bytes.ToArray(), _connection);
        }
        else
        {
            Take(bytes);
        }
    }

    internal void ReceiveBreak() => ReceiveMark(() =>
    {
        _counts += new SerialDeviceCounts(0, 0, 1, 0, 0);
        if (Options.MarkErrors)
        {
            AddRaw([Escape, 0, 0]);
        }
    });

    internal void ReceiveWrong(byte value) => ReceiveMark(() =>
    {
        _counts += Options.Parity == Parity.None ? new SerialDeviceCounts(1, 0, 0, 0, 0) : new SerialDeviceCounts(0, 1, 0, 0, 0);
        AddRaw(Options.MarkErrors ? [Escape, 0, value] : [0]);
    });

    internal void SetInputs(ModemLines on, ModemLines off)
    {
        ModemLines before = _lines;
        _lines = (_lines | on) & ~off;
        ModemLines changed = before ^ _lines;
        int at = 0;
        foreach (ModemLines line in (ReadOnlySpan<ModemLines>)[ModemLines.Cts, ModemLines.Dsr, ModemLines.Ri, ModemLines.Dcd])
        {
            if (changed.HasFlag(line))
            {
                ushort count = (ushort)((_lineChanges >> at) + 1);
                _lineChanges = (_lineChanges & ~(0xFFFFL << at)) | ((long)count << at);
            }

            at += 16;
        }

        if (Options.HangUpOnCarrierLoss && changed.HasFlag(ModemLines.Dcd) && !_lines.HasFlag(ModemLines.Dcd))
        {
            _hasLostCarrier = true;
            Context?.Wake();
        }
    }

    internal void Unplug()
    {
        IsPlugged = false;
        _connection++;
        Context?.Wake();
    }

    internal void Plug() => IsPlugged = true;

    private void Sent()
    {
        int count = _characterSeconds > 0 ? 1 : _unsent.First.Length;
        count = Math.Min(count, _unsent.Count);
        Peer.Take(_unsent.First[..count]);
        _unsent.Remove(Math.Min(count, _unsent.Count)); // the peer may have unplugged it
        if (DeviceInterest.HasFlag(PollEvents.Writable))
        {
            Context?.Wake();
        }

        Transmit();
    }

    // When characters that the peer sends now have arrived; null when they take no time.
    private TimeSpan? Arrival(int characters)
    {
        if (_characterSeconds == 0 || Loop is not { } loop)
        {
            return null;
        }

        TimeSpan start = _receivedUntil > loop.Now ? _receivedUntil : loop.Now;
        return _receivedUntil = start + TimeSpan.FromSeconds(characters * _characterSeconds);
    }

    private void ReceiveAt(TimeSpan when, byte[] bytes, long connection) => Loop!.CallAt(when, () => IfStill(connection, () => Take(bytes)));

    private void ReceiveMark(Action take)
    {
        long connection = _connection;
        Action andWake = () =>
        {
            take();
            Context?.Wake();
        };
        if (Arrival(1) is { } when)
        {
            Loop!.CallAt(when, () => IfStill(connection, andWake));
        }
        else
        {
            IfStill(connection, andWake);
        }
    }

    private void IfStill(long connection, Action take)
    {
        if (connection == _connection && IsOpen)
        {
            take();
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (!IsOpen)
        {
            return; // nobody listens
        }

        while (!bytes.IsEmpty)
        {
            int plain = Options.MarkErrors ? bytes.IndexOf(Escape) : -1;
            AddRaw(plain < 0 ? bytes : bytes[..plain]);
            if (plain >= 0)
            {
                AddRaw([Escape, Escape]);
            }

            bytes = plain < 0 ? default : bytes[(plain + 1)..];
        }

        Context?.Wake();
    }

    // What the buffer has no room for is lost, and counted.
    private void AddRaw(scoped ReadOnlySpan<byte> bytes)
    {
        bool isMark = bytes is [Escape, _, ..] && Options.MarkErrors;
        int fits = bytes.Length <= _received.Room ? bytes.Length : isMark ? 0 : _received.Room;
        _received.Add(bytes[..fits]);
        if (fits < bytes.Length)
        {
            _counts += new SerialDeviceCounts(0, 0, 0, 0, isMark ? 1 : bytes.Length - fits);
        }
    }
}
