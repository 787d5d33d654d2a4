using System.Runtime.Versioning;

namespace Mainspring.Processes;

/// <summary>Text for a POSIX shell: not for Windows, where <see cref="ProcessOptions.Shell"/> is cmd.exe, for which nothing quotes safely.</summary>
[UnsupportedOSPlatform("windows", NotForWindows)]
public static class Shell
{
    private const string NotForWindows = "It quotes for a POSIX shell, and Windows has cmd.exe, for which nothing quotes safely: give the program and its arguments to ProcessOptions, without a shell.";

    /// <summary>Makes a text one word of a shell's command line, whatever is in it.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text itself when it is harmless; otherwise within single quotes.</returns>
    /// <exception cref="ArgumentException">There is a zero in it, which no argument can have.</exception>
    /// <exception cref="PlatformNotSupportedException">This is Windows.</exception>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException($"Shell.Quote: {NotForWindows}");
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("An argument of a program cannot contain a zero character.", nameof(text));
        }

        bool isHarmless = text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || "@%_-+=:,./".Contains(c, StringComparison.Ordinal));
        return isHarmless ? text : $"'{text.Replace("'", "'\"'\"'", StringComparison.Ordinal)}'"; // a quote cannot stand within single quotes: '"'"'
    }

    /// <summary>Makes a command line of words.</summary>
    /// <param name="words">The program and its arguments.</param>
    /// <returns>The words, quoted, with spaces between them.</returns>
    /// <exception cref="PlatformNotSupportedException">This is Windows.</exception>
    public static string Join(params IEnumerable<string> words) => string.Join(' ', words.Select(Quote));
}
