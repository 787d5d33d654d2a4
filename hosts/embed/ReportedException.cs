namespace Mainspring.Embed;

/// <summary>An error of the host's code, which tells of it by a number or by <c>ms_report</c>.</summary>
internal sealed class ReportedException(string message, string? what = null) : Exception(message)
{
    /// <summary>What has failed; null: what the loop was running.</summary>
    public string? What => what;

    /// <summary>The message alone: it has no stack that would mean anything.</summary>
    public override string ToString() => what is null ? Message : $"{what}: {Message}";
}
