namespace Mainspring.Devices.Linux;

/// <summary>What signals have said of a terminal.</summary>
[Flags]
internal enum TerminalNews
{
    None = 0,

    /// <summary>It may have another size.</summary>
    Resized = 1,

    /// <summary>It was given back, since the process may be about to end.</summary>
    Ended = 2,

    /// <summary>It was given back, since the process is about to stop.</summary>
    Stopped = 8,

    /// <summary>The process goes on after it was stopped.</summary>
    Continued = 4,
}
