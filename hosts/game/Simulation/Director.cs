namespace Mainspring.Game;

/// <summary>Lets the enemies of an hour appear, at their steps. When the arena is empty before its time, time is skipped: nobody waits for enemies.</summary>
internal sealed class Director(World world)
{
    private static readonly int s_breath = Units.Steps(400); // between the last enemy's end and the next one's coming

    private readonly int[] _spawned = new int[64]; // of each group
    private Hour? _hour;
    private int _step;

    /// <summary>Whether all that belongs to the hour has appeared.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Begins an hour.</summary>
    public void Begin(Hour hour)
    {
        _hour = hour;
        _step = 0;
        IsDone = hour.Count == 0;
        Array.Clear(_spawned);
    }

    /// <summary>A game begins.</summary>
    public void Reset()
    {
        _hour = null;
        (_step, IsDone) = (0, false);
        Array.Clear(_spawned);
    }

    /// <summary>Goes on by a step.</summary>
    /// <param name="isArenaEmpty">Whether no enemy is left.</param>
    public void Step(bool isArenaEmpty)
    {
        ReadOnlySpan<SpawnGroup> groups = _hour!.Groups;
        int next = int.MaxValue; // when something appears next
        bool hasAppeared = false;
        for (int i = 0; i < groups.Length; i++)
        {
            ref readonly SpawnGroup group = ref groups[i];
            while (_spawned[i] < group.Count && group.StepOf(_spawned[i]) <= _step && world.TrySpawn(in group, _spawned[i]))
            {
                _spawned[i]++;
                hasAppeared = true;
            }

            next = _spawned[i] < group.Count ? Math.Min(next, group.StepOf(_spawned[i])) : next;
        }

        IsDone = next == int.MaxValue;
        _step = isArenaEmpty && !hasAppeared && !IsDone ? Math.Max(_step + 1, next - s_breath) : _step + 1;
    }

    public void AddTo(ref StateHash hash)
    {
        hash.Add(_step);
        for (int i = 0; i < (_hour?.Count ?? 0); i++)
        {
            hash.Add(_spawned[i]);
        }
    }
}
