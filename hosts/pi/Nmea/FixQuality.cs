namespace Mainspring.Pi;

/// <summary>How a position was found: the quality indicator of GGA, whose numbers these are.</summary>
public enum FixQuality
{
    /// <summary>There is no valid position.</summary>
    None = 0,

    /// <summary>By satellites alone.</summary>
    Autonomous = 1,

    /// <summary>With differential corrections.</summary>
    Differential = 2,

    /// <summary>By the precise positioning service.</summary>
    Precise = 3,

    /// <summary>Real-time kinematic, with whole carrier cycles: centimetres.</summary>
    Rtk = 4,

    /// <summary>Real-time kinematic, cycles not resolved: decimetres.</summary>
    FloatRtk = 5,

    /// <summary>By dead reckoning.</summary>
    Estimated = 6,

    /// <summary>Entered by hand.</summary>
    Manual = 7,

    /// <summary>By a simulator.</summary>
    Simulated = 8,
}
