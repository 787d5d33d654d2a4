namespace Mainspring.Devices;

/// <summary>Encodes messages as COBS frames (consistent overhead byte stuffing), each with the zero byte that ends it.</summary>
public static class Cobs
{
    internal const byte LongestBlock = 255; // 254 bytes, and no zero after them

    /// <summary>The most bytes that a frame of so many can have.</summary>
    /// <param name="length">The bytes of the message; up to <see cref="SerialFraming.MaxMaxLength"/>.</param>
    /// <returns>One more, another for every 254, and the zero.</returns>
    public static int MaxEncodedLength(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, SerialFraming.MaxMaxLength);
        return length + (length / (LongestBlock - 1)) + 2;
    }

    /// <summary>Encodes a message.</summary>
    /// <param name="message">The message; may be empty.</param>
    /// <param name="destination">Where the frame goes; room for <see cref="MaxEncodedLength"/>.</param>
    /// <returns>The length of the frame, its zero included.</returns>
    /// <exception cref="ArgumentException">The destination is smaller than <see cref="MaxEncodedLength"/>.</exception>
    public static int Encode(ReadOnlySpan<byte> message, Span<byte> destination)
    {
        int needed = MaxEncodedLength(message.Length);
        if (destination.Length < needed)
        {
            throw new ArgumentException($"The frame may have {needed} bytes; the destination has room for {destination.Length}.", nameof(destination));
        }

        int code = 0; // where the length of the present block goes
        int at = 1;
        foreach (byte one in message)
        {
            if (at - code == LongestBlock)
            {
                destination[code] = LongestBlock;
                code = at++;
            }

            if (one == 0)
            {
                destination[code] = (byte)(at - code);
                code = at++;
            }
            else
            {
                destination[at++] = one;
            }
        }

        destination[code] = (byte)(at - code);
        destination[at++] = 0;
        return at;
    }
}
