namespace Mainspring.Devices;

/// <summary>The parameters of a control sequence: numbers apart by semicolons, each perhaps with parts apart by colons.</summary>
internal readonly ref struct TerminalParameters(ReadOnlySpan<byte> bytes)
{
    private const int Largest = 0x10FFFF;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>Whether these are numbers and nothing else.</summary>
    public static bool AreNumbers(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExceptInRange((byte)'0', (byte)';'); // 0123456789:;

    /// <summary>A part of a parameter, both counted from 0.</summary>
    /// <param name="missing">What it is where it is not there or empty.</param>
    public int Get(int parameter, int part, int missing)
    {
        int value = -1;
        foreach (byte b in Bytes)
        {
            if (b == ';')
            {
                if (parameter-- == 0)
                {
                    break;
                }
            }
            else if (parameter == 0 && b == ':')
            {
                if (part-- == 0)
                {
                    break;
                }
            }
            else if (parameter == 0 && part == 0 && b is >= (byte)'0' and <= (byte)'9')
            {
                value = Math.Min(Largest, (Math.Max(0, value) * 10) + (b - '0'));
            }
        }

        return value < 0 ? missing : value;
    }
}
