namespace Mainspring.Game;

/// <summary>What all enemies of a kind have in common.</summary>
/// <param name="Most">How many there may be at once.</param>
/// <param name="Radius">In 1/256 of a unit.</param>
/// <param name="Health">Hits until it breaks, on the first day.</param>
/// <param name="Speed">Units per second, on the first day.</param>
/// <param name="Points">What it is worth.</param>
/// <param name="Gears">How many gears it drops.</param>
/// <param name="Gift">In how many of 256 cases it drops something better.</param>
internal readonly record struct EnemyTraits(int Most, int Radius, int Health, int Speed, int Points, int Gears, int Gift)
{
    private static readonly EnemyTraits[] s_all =
    [
        new(40, 4 * Units.One, 1, 56, 10, 1, 6),       // mite
        new(20, 4 * Units.One, 1, 74, 20, 1, 12),      // moth
        new(10, 6 * Units.One, 4, 26, 40, 2, 26),      // ram
        new(10, 6 * Units.One, 3, 36, 50, 2, 30),      // spitter
        new(8, 9 * Units.One, 6, 46, 40, 2, 30),       // cog
        new(24, 4 * Units.One, 1, 74, 15, 1, 6),       // pinion
        new(2, 18 * Units.One, 100, 22, 1000, 12, 256), // regulator
    ];

    /// <summary>Those of a kind.</summary>
    public static EnemyTraits Of(EnemyKind kind) => s_all[(int)kind];
}
