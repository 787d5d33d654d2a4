namespace Mainspring.Game;

/// <summary>The colours of the game.</summary>
internal static class Palette
{
    public static readonly Colour Night = Colour.Hex(0x07090F);
    public static readonly Colour Face = Colour.Hex(0x2A3350);
    public static readonly Colour Wall = Colour.Hex(0x8A6A33);
    public static readonly Colour Brass = Colour.Hex(0xFFC45A);
    public static readonly Colour Ivory = Colour.Hex(0xFFF3DC);
    public static readonly Colour Dim = Colour.Hex(0x8C93A8);
    public static readonly Colour Teal = Colour.Hex(0x3CE0D0);
    public static readonly Colour Alarm = Colour.Hex(0xFF4B4B);
    public static readonly Colour Acid = Colour.Hex(0xB6FF4A);

    private static readonly Colour[] s_enemies =
    [
        Colour.Hex(0xE0622B), // mite
        Colour.Hex(0xB06BFF), // moth
        Colour.Hex(0xFF3D5A), // ram
        Colour.Hex(0x8BE03C), // spitter
        Colour.Hex(0x4F9BFF), // cog
        Colour.Hex(0x86C5FF), // pinion
        Colour.Hex(0xFF9A2E), // regulator
    ];

    private static readonly Colour[] s_pickups =
    [
        Colour.Hex(0xFFC45A), // gear
        Colour.Hex(0xFFF04A), // rapid
        Colour.Hex(0x3CE0D0), // spread
        Colour.Hex(0xFFFFFF), // pierce
        Colour.Hex(0x5AA0FF), // ward
        Colour.Hex(0xFF6FB0), // spring
    ];

    public static Colour Of(EnemyKind kind) => s_enemies[(int)kind];

    public static Colour Of(PickupKind kind) => s_pickups[(int)kind];
}
