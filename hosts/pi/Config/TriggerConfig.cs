namespace Mainspring.Pi;

/// <summary>Something that happens at a moment.</summary>
internal abstract record TriggerConfig
{
    /// <summary>A line changes.</summary>
    internal sealed record Edge(string Line, bool Rising, bool Falling) : TriggerConfig;

    /// <summary>A line of text arrives; with a text, one that begins with it.</summary>
    internal sealed record Received(string Port, byte[]? Text) : TriggerConfig;

    /// <summary>A period is over.</summary>
    internal sealed record Every(TimeSpan Period) : TriggerConfig;

    /// <summary>A port's device comes, or goes.</summary>
    internal sealed record Connection(string Port, bool Comes) : TriggerConfig;

    /// <summary>The program starts.</summary>
    internal sealed record Start : TriggerConfig;
}
