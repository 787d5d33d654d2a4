namespace Mainspring.Devices.Simulation;

/// <summary>Receives what a simulated port has sent.</summary>
/// <param name="bytes">The bytes, valid during the call only.</param>
public delegate void SerialPeerHandler(ReadOnlySpan<byte> bytes);

/// <summary>
/// The device at the far end of a <see cref="SimulatedSerialPort"/>: it sends, and answers by a script. What it does takes place on the port's loop, at the loop's times.
/// Loop's thread only.
/// </summary>
public sealed class SerialPeer
{
    /// <summary>The most bytes that can be expected as one.</summary>
    public const int MaxExpected = 1024;

    private readonly SimulatedSerialPort _port;
    private readonly List<Answer> _always = [];
    private readonly Queue<Answer> _script = [];
    private readonly byte[] _last = new byte[2 * MaxExpected]; // what came last, in order
    private int _lastLength;
    private long _sinceMatch;                              // bytes since the script went on
    private TimeSpan _breakStart;

    internal SerialPeer(SimulatedSerialPort port) => _port = port;

    /// <summary>Called with all that arrives.</summary>
    public SerialPeerHandler? Received { get; set; }

    /// <summary>Bytes that have arrived.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Bytes that arrived where <see cref="Expect"/> expected others, or nothing more.</summary>
    public long UnexpectedBytes { get; private set; }

    /// <summary>What was expected and has not come yet.</summary>
    public int Pending => _script.Count;

    /// <summary>Breaks that have arrived.</summary>
    public long Breaks { get; private set; }

    /// <summary>How long the last of them was.</summary>
    public TimeSpan LastBreak { get; private set; }

    /// <summary>The lines as the port sees them: DTR and RTS are the port's, the others the peer's.</summary>
    public ModemLines Lines => _port.Lines;

    /// <summary>Whether the device takes what is sent; while false, the port is held back, as by flow control.</summary>
    public bool IsTaking
    {
        get;
        set
        {
            field = value;
            _port.Transmit();
        }
    } = true;

    /// <summary>Answers every time these bytes come, wherever they begin.</summary>
    /// <param name="expected">The bytes; 1 to <see cref="MaxExpected"/>.</param>
    /// <param name="after">How long after the last of them.</param>
    /// <param name="reply">What is sent.</param>
    /// <returns>This peer.</returns>
    public SerialPeer Always(ReadOnlySpan<byte> expected, TimeSpan after, ReadOnlySpan<byte> reply)
    {
        _always.Add(new Answer(this, Checked(expected), after, reply.ToArray()));
        return this;
    }

    /// <summary>The script's next step: waits for these bytes, and answers once.</summary>
    /// <param name="expected">The bytes; 1 to <see cref="MaxExpected"/>.</param>
    /// <param name="after">How long after the last of them.</param>
    /// <param name="reply">What is sent; may be empty.</param>
    /// <returns>This peer.</returns>
    public SerialPeer Expect(ReadOnlySpan<byte> expected, TimeSpan after = default, ReadOnlySpan<byte> reply = default)
    {
        _script.Enqueue(new Answer(this, Checked(expected), after, reply.ToArray()));
        return this;
    }

    /// <summary>Sends bytes now. Nobody gets them when the port is not open.</summary>
    /// <param name="bytes">The bytes.</param>
    public void Send(ReadOnlySpan<byte> bytes) => _port.Receive(bytes);

    /// <summary>Sends a break now.</summary>
    public void SendBreak() => _port.ReceiveBreak();

    /// <summary>Sends a character whose check bit is wrong, or, without parity, its stop bit.</summary>
    /// <param name="value">What the port makes of it.</param>
    public void SendWrongCharacter(byte value) => _port.ReceiveWrong(value);

    /// <summary>Sets the port's inputs.</summary>
    /// <param name="on">Those to assert.</param>
    /// <param name="off">Those to release.</param>
    /// <exception cref="ArgumentException">DTR and RTS are the port's.</exception>
    public void SetLines(ModemLines on, ModemLines off = ModemLines.None)
    {
        if (((on | off) & ModemLines.Outputs) is var outputs and not ModemLines.None)
        {
            throw new ArgumentException($"{_port.Device}: {outputs} are the port's outputs; the peer sets CTS, DSR, DCD and RI.", nameof(on));
        }

        _port.SetInputs(on, off);
    }

    /// <summary>Unplugs the device. What has arrived is still emitted.</summary>
    public void Unplug() => _port.Unplug();

    /// <summary>Plugs it in again; the port is opened by its <see cref="RetryPolicy"/>.</summary>
    public void Plug() => _port.Plug();

    internal void Take(ReadOnlySpan<byte> bytes)
    {
        ReceivedBytes += bytes.Length;
        Received?.Invoke(bytes);
        foreach (byte one in bytes)
        {
            Take(one);
        }
    }

    internal void SeeBreak(bool isOn, TimeSpan now)
    {
        if (isOn)
        {
            _breakStart = now;
        }
        else
        {
            Breaks++;
            LastBreak = now - _breakStart;
        }
    }

    private static byte[] Checked(ReadOnlySpan<byte> expected) => expected.Length is >= 1 and <= MaxExpected
        ? expected.ToArray()
        : throw new ArgumentException($"1 to {MaxExpected} bytes can be expected, not {expected.Length}.", nameof(expected));

    private void Take(byte one)
    {
        if (_lastLength == _last.Length)
        {
            _last.AsSpan(MaxExpected).CopyTo(_last);
            _lastLength = MaxExpected;
        }

        _last[_lastLength++] = one;
        _sinceMatch++;
        foreach (Answer answer in _always)
        {
            if (Ends(answer))
            {
                answer.Schedule(_port.Loop);
            }
        }

        if (!_script.TryPeek(out Answer? next))
        {
            UnexpectedBytes += _always.Count == 0 ? 1 : 0;
        }
        else if (_sinceMatch >= next.Expected.Length && Ends(next))
        {
            UnexpectedBytes += _sinceMatch - next.Expected.Length;
            _sinceMatch = 0;
            _script.Dequeue().Schedule(_port.Loop);
        }
    }

    private bool Ends(Answer answer) => _last.AsSpan(0, _lastLength).EndsWith(answer.Expected);

    private sealed class Answer(SerialPeer peer, byte[] expected, TimeSpan after, byte[] reply)
    {
        public byte[] Expected => expected;

        public void Schedule(MainLoop? loop)
        {
            if (reply.Length > 0)
            {
                loop?.CallLater(after, static answer => answer.Send(), this);
            }
        }

        private void Send() => peer.Send(reply);
    }
}
