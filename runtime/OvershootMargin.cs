namespace Mainspring;

/// <summary>
/// How long before its deadline a timed wait has to end so that this machine's lateness still fits in. It follows the quantile 0.995 of the
/// overshoots it is fed, by small steps in proportion to itself: one that does not fit makes it a quarter longer, one that fits 1/1024 shorter. So a
/// single outlier costs little whatever its size, and both ways it finds its place again. Deterministic.
/// </summary>
internal sealed class OvershootMargin
{
    public const long FloorNs = 20 * Nanoseconds.PerMicrosecond;
    public const long CapNs = 2 * Nanoseconds.PerMillisecond;

    // Machines without a hypervisor need less, and with one little more: both are near.
    private const long FirstNs = 100 * Nanoseconds.PerMicrosecond;

    // ln(5/4) : 1/1024 is about 1 : 0.0044, and at that ratio of misses to hits it stands still.
    private const int Growth = 4;
    private const int Decay = 1024;

    public long Ns { get; private set; } = FirstNs;

    /// <summary>A timed wait ended so long after its end.</summary>
    public void Learn(long overshootNs) => Ns = overshootNs > Ns ? Math.Min(Ns + (Ns / Growth), CapNs) : Shorter;

    /// <summary>
    /// A wait was too short to sleep in at all. When that is the margin's doing it shrinks: otherwise a loop of short waits would never sleep
    /// again, and so never learn that it could. Waits much shorter than the margin say nothing about it.
    /// </summary>
    public void Skip(long waitNs) => Ns = waitNs >= Ns / 2 ? Shorter : Ns;

    private long Shorter => Math.Max(Ns - (Ns / Decay), FloorNs);
}
