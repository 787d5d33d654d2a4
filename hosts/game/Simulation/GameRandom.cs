namespace Mainspring.Game;

/// <summary>The simulation's own random numbers (SplitMix64): the same ones for the same seed, for ever, which those of the framework are not.</summary>
internal sealed class GameRandom
{
    /// <summary>All that it remembers.</summary>
    public ulong State { get; private set; }

    /// <summary>Begins anew.</summary>
    public void Seed(ulong seed) => State = seed;

    /// <summary>A number from 0 to one less than the bound.</summary>
    public int Next(int bound) => (int)(((Draw() >> 32) * (ulong)bound) >> 32);

    /// <summary>A number from the first to the second, both included.</summary>
    public int Between(int from, int to) => from + Next(to - from + 1);

    private ulong Draw()
    {
        State += 0x9E3779B97F4A7C15;
        ulong z = State;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
