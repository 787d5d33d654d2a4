namespace Mainspring.Hosting;

/// <summary><see cref="RealTimeOptions"/>, as a configuration file can have them.</summary>
public sealed class RealTimeSettings
{
    private static readonly RealTimeOptions s_default = new();

    /// <summary><see cref="RealTimeOptions.Policy"/>.</summary>
    public SchedulingPolicy Policy { get; set; } = s_default.Policy;

    /// <summary><see cref="RealTimeOptions.Priority"/>.</summary>
    public int Priority { get; set; } = s_default.Priority;

    /// <summary><see cref="RealTimeOptions.CpuAffinity"/>.</summary>
    public int[]? CpuAffinity { get; set; }

    /// <summary><see cref="RealTimeOptions.MultimediaTask"/>, on Windows.</summary>
    public string? MultimediaTask { get; set; }

    /// <summary><see cref="RealTimeOptions.LockMemory"/>.</summary>
    public bool LockMemory { get; set; }

    /// <summary><see cref="RealTimeOptions.StackToTouch"/>.</summary>
    public int StackToTouch { get; set; } = s_default.StackToTouch;

    /// <summary><see cref="RealTimeOptions.Required"/>: whether a refusal of the system ends the application, or is logged.</summary>
    public bool Required { get; set; } = s_default.Required;

    internal RealTimeOptions ToOptions() => new()
    {
        Policy = Policy,
        Priority = Priority,
        CpuAffinity = CpuAffinity,
        MultimediaTask = MultimediaTask,
        LockMemory = LockMemory,
        StackToTouch = StackToTouch,
        Required = Required,
    };
}
