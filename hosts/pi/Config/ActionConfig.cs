namespace Mainspring.Pi;

/// <summary>Something to do.</summary>
internal abstract record ActionConfig
{
    /// <summary>While a condition holds: an output changes between active and inactive, and is inactive afterwards.</summary>
    internal sealed record Blink(string Line, TimeSpan Period, TimeSpan Active) : ActionConfig;

    /// <summary>Set an output; while a condition holds, and to the other level afterwards.</summary>
    internal sealed record Set(string Line, bool Level) : ActionConfig;

    /// <summary>Change an output's level.</summary>
    internal sealed record Toggle(string Line) : ActionConfig;

    /// <summary>Make an output active for a time.</summary>
    internal sealed record Pulse(string Line, TimeSpan For) : ActionConfig;

    /// <summary>Send bytes to a port.</summary>
    internal sealed record Send(string Port, byte[] Bytes) : ActionConfig;

    /// <summary>Write to the record, and acknowledge when that is on the disk.</summary>
    /// <param name="Acknowledge">What to send then, with <c>{n}</c> for the record's number; null sends nothing.</param>
    internal sealed record Log(string Text, string? Port, string? Acknowledge) : ActionConfig;
}
