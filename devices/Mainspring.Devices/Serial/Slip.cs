namespace Mainspring.Devices;

/// <summary>Encodes messages as SLIP frames (RFC 1055).</summary>
public static class Slip
{
    internal const byte End = 0xC0;
    internal const byte Escape = 0xDB;
    internal const byte EscapedEnd = 0xDC;
    internal const byte EscapedEscape = 0xDD;

    /// <summary>The most bytes that a frame of so many can have.</summary>
    /// <param name="length">The bytes of the message; up to <see cref="SerialFraming.MaxMaxLength"/>.</param>
    /// <returns>Two for every byte, and an END at both ends.</returns>
    public static int MaxEncodedLength(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, SerialFraming.MaxMaxLength);
        return (2 * length) + 2;
    }

    /// <summary>Encodes a message. It begins with an END too, which ends noise before it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="destination">Where the frame goes; room for <see cref="MaxEncodedLength"/> is always enough.</param>
    /// <returns>The length of the frame.</returns>
    /// <exception cref="ArgumentException">The destination is too small.</exception>
    public static int Encode(ReadOnlySpan<byte> message, Span<byte> destination)
    {
        int needed = 2 + message.Length + message.Count(End) + message.Count(Escape);
        if (destination.Length < needed)
        {
            throw new ArgumentException($"The frame has {needed} bytes; the destination has room for {destination.Length}.", nameof(destination));
        }

        int at = 0;
        destination[at++] = End;
        foreach (byte one in message)
        {
            if (one is End or Escape)
            {
                destination[at++] = Escape;
            }

            destination[at++] = one switch { End => EscapedEnd, Escape => EscapedEscape, _ => one };
        }

        destination[at++] = End;
        return at;
    }
}
