namespace Mainspring.Devices;

/// <summary>A colour, or (the default) the terminal's own.</summary>
public readonly record struct TerminalColor
{
    private const uint IsSet = 0xFF000000;

    private readonly uint _value;

    /// <summary>A colour by its parts.</summary>
    /// <param name="red">Red.</param>
    /// <param name="green">Green.</param>
    /// <param name="blue">Blue.</param>
    public TerminalColor(byte red, byte green, byte blue) => _value = IsSet | ((uint)red << 16) | ((uint)green << 8) | blue;

    /// <summary>The terminal's own colour.</summary>
    public static TerminalColor Default => default;

    /// <summary>Whether it is the terminal's own.</summary>
    public bool IsDefault => _value == 0;

    /// <summary>Red.</summary>
    public byte Red => (byte)(_value >> 16);

    /// <summary>Green.</summary>
    public byte Green => (byte)(_value >> 8);

    /// <summary>Blue.</summary>
    public byte Blue => (byte)_value;

    /// <summary>A colour as it is usually written.</summary>
    /// <param name="rgb">Such as 0xFF8000 for orange; more than 24 bits are cut off.</param>
    /// <returns>The colour.</returns>
    public static TerminalColor FromRgb(int rgb) => new((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb);
}
