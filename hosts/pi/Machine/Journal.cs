namespace Mainspring.Pi;

/// <summary>Whether a stream goes to the journal of systemd, which reads the level of each line from its beginning (<c>$JOURNAL_STREAM</c>, systemd.exec(5)).</summary>
internal static class Journal
{
    /// <param name="descriptor">1 for standard output.</param>
    public static bool Reads(int descriptor) => Reads(
        Environment.GetEnvironmentVariable("JOURNAL_STREAM"), OperatingSystem.IsLinux() ? File.ResolveLinkTarget($"/proc/self/fd/{descriptor}", returnFinalTarget: false)?.Name : null);

    /// <param name="stream">Device and inode of the journal's socket.</param>
    /// <param name="target">What the descriptor is: <c>socket:[1234]</c>, with its inode.</param>
    internal static bool Reads(string? stream, string? target) =>
        stream is not null && target is not null && stream.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 && target == $"socket:[{stream[(colon + 1)..]}]";
}
