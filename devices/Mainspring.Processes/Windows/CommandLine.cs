using System.Text;

namespace Mainspring.Processes;

/// <summary>The one text that a program of Windows gets in place of its arguments, so that CommandLineToArgvW, and the C library's start-up alike, take it apart into what they were.</summary>
internal static class CommandLine
{
    /// <summary>The command line of a program.</summary>
    /// <exception cref="ArgumentException">There is a zero in it, which would end it.</exception>
    public static string Of(ProcessOptions options, string path)
    {
        var line = new StringBuilder();
        line.Append('"').Append(path).Append('"'); // no path has a quote in it
        for (int i = 0; i < options.Arguments.Count; i++)
        {
            string argument = options.Arguments[i];
            ArgumentNullException.ThrowIfNull(argument, nameof(ProcessOptions.Arguments));
            line.Append(' ');
            if (options.IsShellCommand && i == options.Arguments.Count - 1)
            {
                line.Append('"').Append(argument).Append('"'); // cmd /s takes the outermost quotes away, and leaves all else
            }
            else
            {
                Append(line, argument);
            }
        }

        return line.ToString().Contains('\0', StringComparison.Ordinal)
            ? throw new ArgumentException($"{nameof(ProcessOptions.Arguments)}: a zero character ends the text for the system, and cannot be in it.", nameof(options))
            : line.ToString();
    }

    // Backslashes mean themselves, but before a quote: there two are one, and an odd one makes the quote a character.
    private static void Append(StringBuilder line, string argument)
    {
        if (argument.Length > 0 && argument.AsSpan().IndexOfAny(" \t\n\v\"") < 0)
        {
            line.Append(argument);
            return;
        }

        line.Append('"');
        int backslashes = 0;
        foreach (char character in argument)
        {
            if (character == '\\')
            {
                backslashes++;
                continue;
            }

            line.Append('\\', character == '"' ? (2 * backslashes) + 1 : backslashes).Append(character);
            backslashes = 0;
        }

        line.Append('\\', 2 * backslashes).Append('"');
    }
}
