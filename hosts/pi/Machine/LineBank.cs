using Mainspring.Devices;

namespace Mainspring.Pi;

/// <summary>The lines of one chip: one request, one source.</summary>
internal sealed class LineBank
{
    private readonly IGpioLines _source;
    private readonly MachineLog _log;
    private readonly Action _changed;
    private readonly MachineLine[] _lines;
    private readonly int[] _offsets;
    private bool _isConnected;
    private readonly ulong _outputs;

    public LineBank(string chip, List<LineConfig> lines, IMachineDevices devices, MachineLog log, Action changed)
    {
        Chip = chip;
        _source = devices.Lines(chip, OptionsOf(lines));
        _log = log;
        _changed = changed;
        _offsets = new int[lines.Count];
        _lines = new MachineLine[lines.Count];
        for (int i = 0; i < lines.Count; i++)
        {
            _lines[i] = new MachineLine(lines[i], this, i);
            _outputs |= lines[i].IsOutput ? 1UL << i : 0;
        }
    }

    public string Chip { get; }

    public IReadOnlyList<MachineLine> Lines => _lines;

    public bool IsConnected => _isConnected;

    public long Lost { get; private set; }

    /// <summary>What a request of these lines asks for.</summary>
    public static GpioOptions OptionsOf(List<LineConfig> lines) => new() { Consumer = "mainspring-pi", Lines = lines.ConvertAll(static line => line.Line) };

    public void AddTo(MainLoop loop) => loop.Add(_source, RetryPolicy.Default with { RetryFirstAttach = true })
        .On<GpioConnected>((in GpioConnected e, in EventInfo _) => Connected(e))
        .On<GpioEdge>((in GpioEdge e, in EventInfo _) => Edge(e))
        .On<GpioLost>((in GpioLost e, in EventInfo _) => LostSome(e))
        .On<GpioDisconnected>((in GpioDisconnected e, in EventInfo _) => Disconnected(e));

    public bool TryWrite(int index, bool level)
    {
        if (!_isConnected)
        {
            return false;
        }

        try
        {
            _source.Write(_offsets[index], level);
            return true;
        }
        catch (IOException)
        {
            return false; // the chip is going: GpioDisconnected says so
        }
    }

    private void Connected(in GpioConnected e)
    {
        ulong wanted = 0;
        for (int i = 0; i < _lines.Length; i++)
        {
            MachineLine line = _lines[i];
            _offsets[i] = line.Config.Line.Name is { } name ? _source.OffsetOf(name) : line.Config.Line.Offset;
            if (line.Config.IsOutput)
            {
                wanted |= line.Level ? 1UL << i : 0;
            }
            else
            {
                line.Read((e.Levels >> i & 1) != 0);
            }
        }

        _isConnected = true;
        if (_outputs != 0)
        {
            _source.WriteMany(_outputs, wanted); // what rules wanted while it was away
        }

        _log.Event("connected", $"chip {Chip}", $"{_lines.Length} lines");
        _changed();
    }

    private void Edge(in GpioEdge e)
    {
        _lines[e.Index].Edge(e);
        _changed();
    }

    private void LostSome(in GpioLost e)
    {
        Lost += e.Count;
        for (int i = 0; i < _lines.Length; i++)
        {
            if (!_lines[i].Config.IsOutput)
            {
                _lines[i].Read((e.Levels >> i & 1) != 0);
            }
        }

        _changed();
    }

    private void Disconnected(in GpioDisconnected e)
    {
        _isConnected = false;
        _log.Event("disconnected", $"chip {Chip}", $"{e.Reason}; its lines are requested again when it returns");
    }
}
