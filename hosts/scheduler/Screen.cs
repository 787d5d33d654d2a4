using System.Runtime.InteropServices;

namespace Mainspring.Scheduler;

/// <summary>Where the text goes.</summary>
/// <param name="Width">Columns of a line.</param>
/// <param name="IsUnicode">Whether more than ASCII can be shown.</param>
internal sealed unsafe partial record Screen(int Width, bool IsUnicode)
{
    private const int UsualWidth = 80;
    private const int Output = 1;
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ

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
        return new Screen(Columns(), locale?.Replace("-", "", StringComparison.Ordinal).Contains("utf8", StringComparison.OrdinalIgnoreCase) ?? false);
    }

    // ioctl_tty(2). Console.WindowWidth would write to the terminal to set it up.
    private static int Columns()
    {
        WindowSize size = default;
        return OperatingSystem.IsLinux() && Control(Output, GetWindowSize, &size) == 0 && size.Columns > 0 ? size.Columns : UsualWidth;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, WindowSize* size);

    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort WidthPixels;
        public ushort HeightPixels;
    }
}
