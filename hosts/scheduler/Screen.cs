namespace Mainspring.Scheduler;

/// <summary>Where the text goes.</summary>
/// <param name="Width">Columns of a line.</param>
/// <param name="IsUnicode">Whether more than ASCII can be shown.</param>
internal sealed record Screen(int Width, bool IsUnicode)
{
    private const int UsualWidth = 80;

    // locale(7): the first of these that is set decides.
    private static readonly string[] s_locales = ["LC_ALL", "LC_CTYPE", "LANG"];

    /// <summary>Standard output: the terminal as it is, or a plain file.</summary>
    public static Screen Detect()
    {
        if (Console.IsOutputRedirected)
        {
            return new Screen(UsualWidth, false);
        }

        string? locale = s_locales.Select(Environment.GetEnvironmentVariable).FirstOrDefault(static value => !string.IsNullOrEmpty(value));
        int width = Console.WindowWidth;
        return new Screen(
            width > 0 ? width : UsualWidth,
            OperatingSystem.IsWindows() || (locale?.Replace("-", "", StringComparison.Ordinal).Contains("utf8", StringComparison.OrdinalIgnoreCase) ?? false));
    }
}
