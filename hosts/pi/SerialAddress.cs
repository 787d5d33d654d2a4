using System.Globalization;

namespace Mainspring.Pi;

/// <summary>A serial line on the command line: <c>DEVICE[:BAUD]</c>.</summary>
/// <param name="Device">The device's path.</param>
/// <param name="BaudRate">Bits per second.</param>
internal sealed record SerialAddress(string Device, int BaudRate)
{
    /// <summary>What most receivers send at when they come from the factory.</summary>
    public const int DefaultBaudRate = 9600;

    private static string Wanted => $"give DEVICE[:BAUD], such as {Example}";

    /// <summary>How one looks on this system.</summary>
    public static string Example => OperatingSystem.IsWindows() ? "COM3:115200" : "/dev/ttyUSB0:115200";

    /// <summary>Parses an address. Paths may contain colons: what stands behind the last one is a baud rate, unless there is such a file.</summary>
    /// <exception cref="FormatException">There is no device, or the baud rate is not a positive number.</exception>
    public static SerialAddress Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (text.Length == 0 || colon == 0)
        {
            throw new FormatException($"'{text}' names no device; {Wanted}");
        }

        string suffix = text[(colon + 1)..];
        if (colon < 0 || suffix.Contains('/') || (!suffix.All(char.IsAsciiDigit) && File.Exists(text)))
        {
            return new SerialAddress(text, DefaultBaudRate);
        }

        return int.TryParse(suffix, NumberStyles.None, CultureInfo.InvariantCulture, out int baud) && baud > 0
            ? new SerialAddress(text[..colon], baud)
            : throw new FormatException($"'{suffix}' in '{text}' is not a baud rate, which is a number from 1 to {int.MaxValue}; {Wanted} (behind a path that ends in a colon and a name always give the baud rate)");
    }
}
