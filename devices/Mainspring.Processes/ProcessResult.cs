using System.Text;

namespace Mainspring.Processes;

/// <summary>What became of a child process that was run to its end.</summary>
/// <param name="Exit">How it ended.</param>
/// <param name="Output">What it wrote; empty when that was not redirected to a pipe.</param>
/// <param name="Error">What it complained of; empty when that was not redirected to a pipe.</param>
/// <param name="DroppedBytes">How many bytes of either were beyond the limit, and so are missing at their ends.</param>
public sealed record ProcessResult(ChildExit Exit, ReadOnlyMemory<byte> Output, ReadOnlyMemory<byte> Error, long DroppedBytes)
{
    /// <summary><see cref="Output"/> as UTF-8.</summary>
    public string OutputText => Encoding.UTF8.GetString(Output.Span);

    /// <summary><see cref="Error"/> as UTF-8.</summary>
    public string ErrorText => Encoding.UTF8.GetString(Error.Span);
}
