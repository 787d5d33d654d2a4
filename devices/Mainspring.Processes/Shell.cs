namespace Mainspring.Processes;

/// <summary>Text for a POSIX shell.</summary>
public static class Shell
{
    /// <summary>Makes a text one word of a shell's command line, whatever is in it.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text itself when it is harmless; otherwise within single quotes.</returns>
    /// <exception cref="ArgumentException">There is a zero in it, which no argument can have.</exception>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
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
    public static string Join(params IEnumerable<string> words) => string.Join(' ', words.Select(Quote));
}
