namespace Mainspring.Devices;

/// <summary>
/// Tells data from marks in what a terminal with PARMRK gives (termios(3)): <c>FF FF</c> is the byte FF, <c>FF 00 x</c> the wrong character x, and with x = 0 also a break. In place,
/// however it is cut into pieces; allocates nothing.
/// </summary>
internal sealed class MarkDecoder
{
    private const byte Escape = 0xFF;

    private int _escaped; // bytes of a mark so far: none, FF, FF 00

    /// <summary>Forgets a mark that has begun.</summary>
    public void Reset() => _escaped = 0;

    /// <summary>Decodes up to the next mark.</summary>
    /// <param name="bytes">What was read and is not decoded; the data overwrites its beginning.</param>
    /// <param name="consumed">How much of it is decoded now.</param>
    /// <param name="mark">What follows the data.</param>
    /// <param name="value">The character of a mark.</param>
    /// <returns>How many bytes of data there are.</returns>
    public int Next(Span<byte> bytes, out int consumed, out SerialMark mark, out byte value)
    {
        int from = 0;
        int to = 0;
        mark = SerialMark.None;
        value = 0;
        while (from < bytes.Length && mark == SerialMark.None)
        {
            byte one = bytes[from];
            switch (_escaped)
            {
                case 1 when one == Escape:
                    bytes[to++] = Escape;
                    from++;
                    _escaped = 0;
                    break;
                case 1 when one == 0:
                    from++;
                    _escaped = 2;
                    break;
                case 1: // such a thing cannot come, unless it was received before the terminal was set
                    mark = SerialMark.WrongCharacter;
                    value = Escape;
                    _escaped = 0;
                    break;
                case 2:
                    mark = one == 0 ? SerialMark.Break : SerialMark.WrongCharacter;
                    value = one;
                    from++;
                    _escaped = 0;
                    break;
                default:
                    int run = bytes[from..].IndexOf(Escape);
                    int plain = run < 0 ? bytes.Length - from : run;
                    if (to != from)
                    {
                        bytes.Slice(from, plain).CopyTo(bytes[to..]);
                    }

                    to += plain;
                    from += run < 0 ? plain : plain + 1;
                    _escaped = run < 0 ? 0 : 1;
                    break;
            }
        }

        consumed = from;
        return to;
    }
}
