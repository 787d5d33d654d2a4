namespace Mainspring.Game;

/// <summary>Where it all happens: 320 by 176 units, which are 80 by 44 pixels in a terminal of 80 columns.</summary>
internal static class Arena
{
    public const int WidthUnits = 320;
    public const int HeightUnits = 176;
    public const int Width = WidthUnits * Units.One;
    public const int Height = HeightUnits * Units.One;

    public static readonly Vector Center = new(Width / 2, Height / 2);

    /// <summary>The nearest place for something of a radius.</summary>
    public static Vector Clamp(Vector place, int radius) =>
        new(Math.Clamp(place.X, radius, Width - radius), Math.Clamp(place.Y, radius, Height - radius));

    public static bool Contains(Vector place) => place.X >= 0 && place.X < Width && place.Y >= 0 && place.Y < Height;
}
