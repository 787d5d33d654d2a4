namespace Mainspring.Devices;

/// <summary>The colours that terminals have by number: the nearest to one that they cannot show.</summary>
internal static class TerminalPalette
{
    private const int CubeStart = 16;
    private const int GreyStart = 232;
    private const int Greys = 24;

    // The usual shades of the first 16, red, green and blue; the user's may differ.
    private static ReadOnlySpan<byte> Ansi =>
    [
        0, 0, 0, 205, 0, 0, 0, 205, 0, 205, 205, 0, 0, 0, 238, 205, 0, 205, 0, 205, 205, 229, 229, 229,
        127, 127, 127, 255, 0, 0, 0, 255, 0, 255, 255, 0, 92, 92, 255, 255, 0, 255, 0, 255, 255, 255, 255, 255,
    ];

    /// <summary>0 to 15.</summary>
    public static int Nearest16(TerminalColor color)
    {
        int best = 0, least = int.MaxValue;
        for (int i = 0; i < 16; i++)
        {
            int distance = Distance(color, Ansi[3 * i], Ansi[(3 * i) + 1], Ansi[(3 * i) + 2]);
            if (distance < least)
            {
                (best, least) = (i, distance);
            }
        }

        return best;
    }

    /// <summary>16 to 255: the first 16 are the user's.</summary>
    public static int Nearest256(TerminalColor color)
    {
        int red = CubeStep(color.Red), green = CubeStep(color.Green), blue = CubeStep(color.Blue);
        int mean = (color.Red + color.Green + color.Blue) / 3;
        int grey = Math.Clamp((mean - 3) / 10, 0, Greys - 1);
        int shade = 8 + (10 * grey);
        return Distance(color, shade, shade, shade) < Distance(color, Level(red), Level(green), Level(blue))
            ? GreyStart + grey
            : CubeStart + (36 * red) + (6 * green) + blue;
    }

    // The cube's levels are 0, 95, 135, 175, 215 and 255.
    private static int CubeStep(int value) => value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;

    private static int Level(int step) => step == 0 ? 0 : 55 + (40 * step);

    private static int Distance(TerminalColor color, int red, int green, int blue) =>
        Square(color.Red - red) + Square(color.Green - green) + Square(color.Blue - blue);

    private static int Square(int value) => value * value;
}
