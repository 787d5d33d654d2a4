namespace Mainspring.Game;

/// <summary>An hour: what comes in it. Filled again and again, so that a game allocates nothing on its way.</summary>
internal sealed class Hour
{
    /// <summary>The hours of a day; after the last one the first comes again, on a harder day.</summary>
    public const int PerDay = 12;

    private const int MostGroups = 64;

    private readonly SpawnGroup[] _groups = new SpawnGroup[MostGroups];

    /// <summary>From 1 to 12; 0 is none.</summary>
    public int Number { get; private set; }

    public int Count { get; private set; }

    public ReadOnlySpan<SpawnGroup> Groups => _groups.AsSpan(0, Count);

    /// <summary>Begins to fill it: until <see cref="Finish"/> it is none.</summary>
    public void Clear() => (Number, Count) = (0, 0);

    /// <summary>Adds a group.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryAdd(in SpawnGroup group)
    {
        if (Count == MostGroups)
        {
            return false;
        }

        _groups[Count++] = group;
        return true;
    }

    /// <summary>It is the hour of this number.</summary>
    public void Finish(int number) => Number = number;
}
