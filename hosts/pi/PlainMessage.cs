namespace Mainspring.Pi;

/// <summary>Messages for people, who know no parameters.</summary>
internal static class PlainMessage
{
    /// <summary>An exception's message; of an <see cref="ArgumentException"/> without the name of the parameter, which .NET adds.</summary>
    public static string Of(Exception exception)
    {
        string message = exception.Message;
        string added = exception is ArgumentException { ParamName: { Length: > 0 } name } ? new ArgumentException("", name).Message : "";
        return added.Length > 0 && message.EndsWith(added, StringComparison.Ordinal) ? message[..^added.Length] : message;
    }
}
