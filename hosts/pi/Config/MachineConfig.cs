namespace Mainspring.Pi;

/// <summary>What a configuration file says, checked.</summary>
internal sealed record MachineConfig(
    LoopConfig Loop,
    IReadOnlyList<PortConfig> Ports,
    IReadOnlyList<LineConfig> Lines,
    IReadOnlyList<SensorConfig> Sensors,
    RecordConfig? Record,
    IReadOnlyList<RuleConfig> Rules);
