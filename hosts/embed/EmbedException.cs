namespace Mainspring.Embed;

/// <summary>A call that is refused, with the status that it returns.</summary>
internal sealed class EmbedException(Status status, string message) : Exception(message)
{
    public Status Status => status;
}
