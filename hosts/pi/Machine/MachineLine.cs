using Mainspring.Devices;

namespace Mainspring.Pi;

/// <summary>A GPIO line in the rules' eyes.</summary>
internal sealed class MachineLine(LineConfig config, LineBank bank, int index)
{
    public LineConfig Config => config;

    /// <summary>Its logical level: of an input as last seen, of an output as last wanted.</summary>
    public bool Level { get; private set; } = config.Line.Initial;

    public long Edges { get; private set; }

    public List<ActingRule> OnRising { get; } = [];

    public List<ActingRule> OnFalling { get; } = [];

    /// <summary>Sets an output; while its chip is away it is noted, and set when that returns.</summary>
    /// <returns>False when it could not be set now.</returns>
    public bool Write(bool level)
    {
        Level = level;
        return bank.TryWrite(index, level);
    }

    /// <summary>The level was read anew.</summary>
    public void Read(bool level) => Level = level;

    /// <summary>The line has changed.</summary>
    public void Edge(in GpioEdge edge)
    {
        Level = edge.IsRising;
        Edges++;
        foreach (ActingRule rule in edge.IsRising ? OnRising : OnFalling)
        {
            rule.Run(edge.Time);
        }
    }
}
