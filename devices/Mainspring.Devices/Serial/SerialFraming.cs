using System.Runtime.CompilerServices;

namespace Mainspring.Devices;

/// <summary>How a serial port cuts the bytes that it receives into messages. <see cref="SerialData"/> is emitted all the same.</summary>
public abstract record SerialFraming
{
    /// <summary>The most bytes that a message may be allowed to have.</summary>
    public const int MaxMaxLength = 1 << 24;

    private protected SerialFraming()
    {
    }

    /// <summary>A framer of this kind, at the beginning of a message.</summary>
    /// <returns>The framer.</returns>
    public abstract SerialFramer CreateFramer();

    private protected static int CheckedLength(int value, string parameter, [CallerFilePath] string file = "") =>
        value is >= 1 and <= MaxMaxLength
            ? value
            : throw new ArgumentOutOfRangeException(parameter, value, $"{Path.GetFileNameWithoutExtension(file)}: {parameter} is a number of bytes from 1 to {MaxMaxLength}.");
}
