namespace Mainspring.Pi;

/// <summary>A configuration that lives: its devices on a loop, and the rules that join them.</summary>
internal sealed class Machine : IDisposable
{
    private readonly MainLoop _loop;
    private readonly MachineLog _log;
    private readonly Dictionary<string, MachinePort> _ports = [];
    private readonly Dictionary<string, MachineLine> _lines = [];
    private readonly Dictionary<string, MachineSensor> _sensors = [];
    private readonly List<LineBank> _banks = [];
    private readonly List<HoldingRule> _holding = [];
    private readonly List<ActingRule> _acting = [];
    private bool _isReconsidering;
    private bool _hasChanged;

    /// <summary>Makes the devices and rules; nothing is opened but the record.</summary>
    /// <exception cref="IOException">The record cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The record may not be opened.</exception>
    public Machine(MachineConfig config, IMachineDevices devices, MainLoop loop, MachineLog log)
    {
        (_loop, _log) = (loop, log);
        Record = config.Record is { } record ? new RecordFile(record, loop) : null;
        foreach (PortConfig port in config.Ports)
        {
            _ports.Add(port.Name, new MachinePort(port, devices, loop, log, Reconsider));
        }

        var chips = new Dictionary<string, List<LineConfig>>();
        foreach (LineConfig line in config.Lines)
        {
            if (!chips.TryGetValue(line.Chip, out List<LineConfig>? lines))
            {
                chips.Add(line.Chip, lines = []);
            }

            lines.Add(line);
        }

        foreach ((string chip, List<LineConfig> lines) in chips)
        {
            var bank = new LineBank(chip, lines, devices, log, Reconsider);
            _banks.Add(bank);
            foreach (MachineLine line in bank.Lines)
            {
                _lines.Add(line.Config.Name, line);
            }
        }

        foreach (SensorConfig sensor in config.Sensors)
        {
            _sensors.Add(sensor.Name, new MachineSensor(sensor, devices, loop, log, Reconsider));
        }

        foreach (RuleConfig rule in config.Rules)
        {
            Add(rule);
        }
    }

    public IReadOnlyCollection<MachinePort> Ports => _ports.Values;

    public IReadOnlyCollection<MachineLine> Lines => _lines.Values;

    public IReadOnlyCollection<MachineSensor> Sensors => _sensors.Values;

    public IReadOnlyList<LineBank> Banks => _banks;

    public IReadOnlyList<HoldingRule> Holding => _holding;

    public IReadOnlyList<ActingRule> Acting => _acting;

    public RecordFile? Record { get; }

    /// <summary>Opens the devices; those that are not there are waited for.</summary>
    public void Start()
    {
        if (Record is { TornBytes: > 0 } record)
        {
            _log.Problem("record", $"a last line of {record.TornBytes} bytes was not written to its end, and so never acknowledged; it is dropped. The last is number {record.Last}");
        }

        foreach (LineBank bank in _banks)
        {
            bank.AddTo(_loop);
        }

        foreach (MachinePort port in _ports.Values)
        {
            port.Add();
        }

        foreach (MachineSensor sensor in _sensors.Values)
        {
            sensor.Start();
        }

        foreach (ActingRule rule in _acting)
        {
            switch (rule.Config.On)
            {
                case TriggerConfig.Start:
                    _loop.CallSoon(rule => rule.Run(_loop.Now), rule);
                    break;
                case TriggerConfig.Every every:
                    _loop.CallEvery(every.Period, rule => rule.Run(_loop.Now), rule, rule.Config.Name);
                    break;
            }
        }

        Reconsider();
    }

    /// <summary>Writes what waits for the record.</summary>
    public void Dispose() => Record?.Dispose();

    // What a rule does may change what another stands on: once more then, and at most once per rule, or two that contradict each other would go on for ever.
    private void Reconsider()
    {
        _hasChanged = true;
        if (_isReconsidering)
        {
            return;
        }

        _isReconsidering = true;
        for (int i = 0; i <= _holding.Count && _hasChanged; i++)
        {
            _hasChanged = false;
            foreach (HoldingRule rule in _holding)
            {
                bool held = rule.Holds;
                rule.Reconsider();
                _hasChanged |= rule.Holds != held;
            }
        }

        _isReconsidering = false;
    }

    private void Add(RuleConfig config)
    {
        if (config.While is { } condition)
        {
            _holding.Add(new HoldingRule(config, ConditionOf(condition), Array.ConvertAll(config.Actions, HeldActionOf)));
            return;
        }

        var rule = new ActingRule(config, _loop, _log);
        rule.Actions = Array.ConvertAll(config.Actions, ActionOf);
        _acting.Add(rule);
        switch (config.On)
        {
            case TriggerConfig.Edge edge:
                AddIf(edge.Rising, _lines[edge.Line].OnRising, rule);
                AddIf(edge.Falling, _lines[edge.Line].OnFalling, rule);
                break;
            case TriggerConfig.Received received:
                _ports[received.Port].OnReceived.Add((received.Text, rule));
                break;
            case TriggerConfig.Connection connection:
                AddIf(connection.Comes, _ports[connection.Port].OnConnected, rule);
                AddIf(!connection.Comes, _ports[connection.Port].OnDisconnected, rule);
                break;
        }
    }

    private static void AddIf(bool isWanted, List<ActingRule> rules, ActingRule rule)
    {
        if (isWanted)
        {
            rules.Add(rule);
        }
    }

    private Func<bool> ConditionOf(ConditionConfig config)
    {
        switch (config)
        {
            case ConditionConfig.Fix fix:
                MachinePort receiver = _ports[fix.Port];
                return () => receiver.HasFix;
            case ConditionConfig.Connected connected:
                MachinePort port = _ports[connected.Port];
                return () => port.IsConnected;
            case ConditionConfig.Line named:
                MachineLine line = _lines[named.Name];
                return () => line.Level;
            case ConditionConfig.Sensor limits:
                MachineSensor sensor = _sensors[limits.Name];
                return () => sensor.Value is { } value && !(value <= limits.Above) && !(value >= limits.Below);
            case ConditionConfig.Not not:
                Func<bool> inner = ConditionOf(not.Inner);
                return () => !inner();
            case ConditionConfig.All all:
                Func<bool>[] parts = Array.ConvertAll(all.Parts, ConditionOf);
                return () => Array.TrueForAll(parts, static part => part());
            default:
                throw new InvalidOperationException($"{config} is no condition.");
        }
    }

    private IHeldAction HeldActionOf(ActionConfig config) => config switch
    {
        ActionConfig.Blink blink => new Blinker(_lines[blink.Line], blink, _loop),
        ActionConfig.Set set => new HeldLevel(_lines[set.Line], set.Level),
        _ => throw new InvalidOperationException($"{config} does not go on."),
    };

    private RuleAction ActionOf(ActionConfig config) => config switch
    {
        ActionConfig.Set set => new SetAction(_lines[set.Line], set.Level),
        ActionConfig.Toggle toggle => new ToggleAction(_lines[toggle.Line]),
        ActionConfig.Pulse pulse => new PulseAction(_lines[pulse.Line], pulse.For, _loop),
        ActionConfig.Send send => new SendAction(_ports[send.Port], send.Bytes, _loop),
        ActionConfig.Log log => new LogAction(Record!, log.Text, log.Port is { } port ? _ports[port] : null, log.Acknowledge),
        _ => throw new InvalidOperationException($"{config} is done once."),
    };
}
