using Mainspring.Devices;

namespace Mainspring.Pi;

/// <summary>A serial port in the rules' eyes.</summary>
internal sealed class MachinePort
{
    private readonly MainLoop _loop;
    private readonly MachineLog _log;
    private readonly Action _changed;
    private SourceHandle? _source;
    private TimeSpan _heardAt;       // the last good sentence
    private bool _isListening;       // a timer asks whether the receiver has fallen silent

    public MachinePort(PortConfig config, IMachineDevices devices, MainLoop loop, MachineLog log, Action changed)
    {
        (Config, _loop, _log, _changed) = (config, loop, log, changed);
        Port = devices.Port(config);
        Reader = config.Reads == PortReads.Nmea ? new NmeaReader() : null;
    }

    public PortConfig Config { get; }

    public ISerialPort Port { get; }

    /// <summary>Of a receiver.</summary>
    public NmeaReader? Reader { get; }

    public bool IsConnected { get; private set; }

    public bool HasFix => Reader is { State.HasFix: true };

    public long Lines { get; private set; }

    public long Disconnects { get; private set; }

    public long Bytes => _source?.Counters.Bytes ?? 0;

    public List<(byte[]? Text, ActingRule Rule)> OnReceived { get; } = [];

    public List<ActingRule> OnConnected { get; } = [];

    public List<ActingRule> OnDisconnected { get; } = [];

    public void Add()
    {
        _source = _loop.Add(Port, RetryPolicy.Default with { RetryFirstAttach = true })
            .On<SerialConnected>((in SerialConnected e, in EventInfo info) => Connected(e, info.Time))
            .On<SerialLine>((in SerialLine line, in EventInfo info) => Received(line.Bytes, info.Time))
            .On<SerialLineTooLong>((in SerialLineTooLong _, in EventInfo _) => Reader?.AcceptTooLong())
            .On<SerialDisconnected>((in SerialDisconnected e, in EventInfo info) => Disconnected(e, info.Time));
    }

    private void Connected(in SerialConnected e, TimeSpan time)
    {
        IsConnected = true;
        _log.Event("connected", $"port {Config.Name}", e.Device);
        foreach (ActingRule rule in OnConnected)
        {
            rule.Run(time);
        }

        _changed();
    }

    private void Received(ReadOnlySpan<byte> line, TimeSpan time)
    {
        Lines++;
        foreach ((byte[]? text, ActingRule rule) in OnReceived)
        {
            if (text is null || line.StartsWith(text))
            {
                rule.Run(time);
            }
        }

        if (Reader is { } reader)
        {
            bool had = HasFix;
            if (reader.Accept(line))
            {
                _heardAt = time;
            }

            if (HasFix && !_isListening)
            {
                Listen(Config.Silence);
            }

            if (HasFix != had)
            {
                _changed();
            }
        }
    }

    private void Disconnected(in SerialDisconnected e, TimeSpan time)
    {
        IsConnected = false;
        Disconnects++;
        Reader?.State.LoseFix(); // what it said last is no longer so
        _log.Event("disconnected", $"port {Config.Name}", $"{e.Device}: {e.Reason}; it is opened again when it returns");
        foreach (ActingRule rule in OnDisconnected)
        {
            rule.Run(time);
        }

        _changed();
    }

    private void Listen(TimeSpan delay)
    {
        _isListening = true;
        _loop.CallLater(delay, static port => port.AskForSilence(), this);
    }

    // A receiver that says nothing has no fix, though it said so last.
    private void AskForSilence()
    {
        _isListening = false;
        if (!HasFix)
        {
            return;
        }

        TimeSpan left = _heardAt + Config.Silence - _loop.Now;
        if (left > TimeSpan.Zero)
        {
            Listen(left);
            return;
        }

        Reader!.State.LoseFix();
        _log.Event("silent", $"port {Config.Name}", $"no sentence for {Duration.Format(Config.Silence)}: the fix is lost");
        _changed();
    }
}
