using System.Text;

namespace Mainspring.Hosts;

/// <summary>How a program ends when it has run: its exit code, and its last words.</summary>
internal static class HostEnd
{
    /// <summary>The exit code of a run that came to its end.</summary>
    /// <param name="isSummaryWritten">Whether its summary was written.</param>
    /// <param name="output">Where to.</param>
    /// <exception cref="IOException">It was not, and not because its reader has gone.</exception>
    public static int After(bool isSummaryWritten, BoundedWriter output) =>
        isSummaryWritten ? HostCommand.Done
        : StandardStream.IsReaderGone(output.Failure) ? HostCommand.ReaderGone
        : throw new IOException($"standard output: {output.Failure?.Message ?? "its reader takes nothing"}; the summary was not written");

    /// <summary>Says in one line why the program cannot go on; a standard error that nobody reads does not hold it.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="message">Why.</param>
    /// <returns>The exit code.</returns>
    public static int Refuse(string program, string message)
    {
        using var errors = new BoundedWriter(new StandardStream(StandardStream.Error)); // which often goes where standard output goes
        errors.TryWrite(Encoding.UTF8.GetBytes($"{program}: {message}\n"));
        return HostCommand.Refused;
    }
}
