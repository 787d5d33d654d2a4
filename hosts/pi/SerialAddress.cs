using System.Globalization;

namespace Mainspring.Pi;

/// <summary>A serial line on the command line: <c>DEVICE[:BAUD]</c>.</summary>
/// <param name="Device">The device's path.</param>
/// <param name="BaudRate">Bits per second.</param>
internal sealed record SerialAddress(string Device, int BaudRate)
{
    /// <summary>What most receivers send at when they come from the factory.</summary>
    public const int DefaultBaudRate = 9600;

    /// <summary>Parses an address. Paths may contain colons: only digits after the last one are a baud rate.</summary>
    /// <exception cref="FormatException">There is no device, or the baud rate is not a positive number.</exception>
    public static SerialAddress Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        string suffix = text[(colon + 1)..];
        if (colon < 0 || suffix.Length == 0 || !suffix.All(char.IsAsciiDigit))
        {
            return text.Length > 0 && !text.EndsWith(':')
                ? new SerialAddress(text, DefaultBaudRate)
                : throw new FormatException($"'{text}' is not DEVICE[:BAUD], such as /dev/ttyUSB0:115200.");
        }

        return colon > 0 && int.TryParse(suffix, NumberStyles.None, CultureInfo.InvariantCulture, out int baud) && baud > 0
            ? new SerialAddress(text[..colon], baud)
            : throw new FormatException($"'{text}': '{suffix}' is not a baud rate; it is a number from 1 to {int.MaxValue}.");
    }
}
