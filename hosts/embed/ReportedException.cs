namespace Mainspring.Embed;

/// <summary>An error of the host's code, which tells of it by a number or by <c>ms_report</c>.</summary>
internal sealed class ReportedException(string message) : Exception(message)
{
    /// <summary>The message alone: it has no stack that would mean anything.</summary>
    public override string ToString() => Message;
}
