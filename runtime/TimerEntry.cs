namespace Mainspring;

/// <summary>A timer on its way from its slot to its turn: all that its order needs, so that ordering touches no timer.</summary>
internal struct TimerEntry
{
    public long DeadlineNs;
    public uint Sequence; // among equal deadlines, the lower runs first
    public int Place;     // of the timer

    public readonly bool IsBefore(in TimerEntry other) =>
        DeadlineNs < other.DeadlineNs || (DeadlineNs == other.DeadlineNs && Sequence < other.Sequence);
}
