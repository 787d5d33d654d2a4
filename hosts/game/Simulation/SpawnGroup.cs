namespace Mainspring.Game;

/// <summary>Some enemies of an hour: when they appear, how many, which and where.</summary>
/// <param name="AtStep">When the first one appears, since the hour's beginning.</param>
/// <param name="Every">Steps between two of them; 0: all at once.</param>
internal readonly record struct SpawnGroup(int AtStep, int Count, EnemyKind Kind, SpawnPlace Place, int Every)
{
    /// <summary>When the one of this number appears.</summary>
    public int StepOf(int number) => AtStep + (number * Every);
}
