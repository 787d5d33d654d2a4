namespace Mainspring.Devices.Linux;

/// <summary>What the environment says of the terminal.</summary>
internal static class TerminalEnvironment
{
    private static readonly string[] s_trueColor = ["kitty", "ghostty", "alacritty", "foot", "wezterm", "-direct"];

    // locale(7): the first of these that is set decides.
    private static readonly string[] s_locales = ["LC_ALL", "LC_CTYPE", "LANG"];

    /// <summary>Its type, as in terminfo.</summary>
    public static string? Type => Environment.GetEnvironmentVariable("TERM");

    /// <summary>Whether it cannot even place text.</summary>
    public static bool IsDumb => Type is "dumb" or "unknown";

    /// <summary>Whether the locale says UTF-8.</summary>
    public static bool IsUtf8() =>
        s_locales.Select(Environment.GetEnvironmentVariable).FirstOrDefault(static value => !string.IsNullOrEmpty(value)) is { } locale
        && locale.Replace("-", "", StringComparison.Ordinal).Contains("utf8", StringComparison.OrdinalIgnoreCase);

    /// <summary>How many colours it has.</summary>
    public static TerminalColorDepth Colors() =>
        Colors(Environment.GetEnvironmentVariable("NO_COLOR"), Environment.GetEnvironmentVariable("COLORTERM"), Type);

    /// <summary>How many colours a terminal has, by the values of NO_COLOR (no-color.org), COLORTERM and TERM.</summary>
    public static TerminalColorDepth Colors(string? noColor, string? colorTerm, string? type)
    {
        if (!string.IsNullOrEmpty(noColor))
        {
            return TerminalColorDepth.None;
        }

        if (colorTerm is "truecolor" or "24bit")
        {
            return TerminalColorDepth.TrueColor;
        }

        return type switch
        {
            null or "" or "dumb" or "unknown" => TerminalColorDepth.None,
            _ when type.StartsWith("vt", StringComparison.Ordinal) || type.EndsWith("-m", StringComparison.Ordinal) || type.EndsWith("-mono", StringComparison.Ordinal) => TerminalColorDepth.None,
            _ when Array.Exists(s_trueColor, type.Contains) => TerminalColorDepth.TrueColor,
            _ when type.Contains("256color", StringComparison.Ordinal) => TerminalColorDepth.Indexed256,
            _ => TerminalColorDepth.Ansi16,
        };
    }
}
