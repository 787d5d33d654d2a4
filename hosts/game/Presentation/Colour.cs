namespace Mainspring.Game;

/// <summary>A colour of light, each part from 0 to 1; more is possible before it is shown.</summary>
internal readonly record struct Colour(float R, float G, float B)
{
    public static Colour operator *(Colour colour, float factor) => new(colour.R * factor, colour.G * factor, colour.B * factor);

    public static Colour operator +(Colour a, Colour b) => new(a.R + b.R, a.G + b.G, a.B + b.B);

    /// <summary>Between two colours.</summary>
    public static Colour Mix(Colour from, Colour to, float part) => (from * (1 - part)) + (to * part);

    public static Colour Hex(int rgb) => new(((rgb >> 16) & 255) / 255f, ((rgb >> 8) & 255) / 255f, (rgb & 255) / 255f);
}
