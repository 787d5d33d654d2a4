namespace Mainspring.Pi;

/// <summary>Something that holds for a time.</summary>
internal abstract record ConditionConfig
{
    /// <summary>The receiver on a port knows where it is.</summary>
    internal sealed record Fix(string Port) : ConditionConfig;

    /// <summary>A port's device is there.</summary>
    internal sealed record Connected(string Port) : ConditionConfig;

    /// <summary>A line is active.</summary>
    internal sealed record Line(string Name) : ConditionConfig;

    /// <summary>A sensor's value is above or below a limit.</summary>
    internal sealed record Sensor(string Name, double? Above, double? Below) : ConditionConfig;

    /// <summary>Another does not hold.</summary>
    internal sealed record Not(ConditionConfig Inner) : ConditionConfig;

    /// <summary>All of several hold.</summary>
    internal sealed record All(ConditionConfig[] Parts) : ConditionConfig;
}
