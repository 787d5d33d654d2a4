namespace Mainspring.Pi;

/// <summary>
/// Counts the satellites in view over the GSV sentences of all constellations. It counts those that are listed: the total that a
/// sentence states is per signal with some receivers, over all constellations with others, and left out by a few.
/// </summary>
/// <remarks>
/// The sentences come in groups, numbered within the group: one per constellation and, since NMEA 4.10, per signal. A satellite that
/// is in two groups of one constellation is one. A group counts once it is complete, and is forgotten when another
/// group came twice without it.
/// </remarks>
internal sealed class SatellitesInView
{
    private readonly Group[] _groups = new Group[32];
    private SatelliteSet _listed;
    private int _current;
    private int _lastNumber;
    private long _starts;

    /// <summary>The satellites of all complete groups.</summary>
    public int Total { get; private set; }

    /// <summary>Whether a group was complete: before that nobody knows how many there are.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Takes one sentence.</summary>
    /// <param name="talker">The constellation.</param>
    /// <param name="signal">The signal, or 0.</param>
    /// <param name="number">Which sentence of its group this is.</param>
    /// <param name="isLast">Whether it ends the group. A group also ends where the next one starts.</param>
    public void Add(ushort talker, byte signal, int number, bool isLast, SatelliteSet satellites)
    {
        if (!_groups[_current].Is(talker, signal) || number <= _lastNumber)
        {
            Complete();
            Start(talker, signal);
        }

        _listed.Add(satellites);
        _lastNumber = number;
        if (isLast)
        {
            Complete();
        }
    }

    private void Start(ushort talker, byte signal)
    {
        int oldest = 0;
        int known = -1;
        for (int i = 0; i < _groups.Length; i++)
        {
            if (_groups[i].Is(talker, signal))
            {
                known = i;
            }

            if (_groups[i].Start < _groups[oldest].Start)
            {
                oldest = i;
            }
        }

        if (known >= 0)
        {
            ForgetBefore(_groups[known].Start);
        }

        _current = known >= 0 ? known : oldest;
        _listed = default;
        SatelliteSet lastTime = known >= 0 ? _groups[known].Satellites : default;
        _groups[_current] = new Group { Talker = talker, Signal = signal, Start = ++_starts, Satellites = lastTime };
    }

    private void ForgetBefore(long start)
    {
        foreach (ref Group group in _groups.AsSpan())
        {
            if (group.Start < start)
            {
                group = default;
            }
        }
    }

    private void Complete()
    {
        _groups[_current].Satellites = _listed;
        IsKnown |= _starts > 0;
        Total = 0;
        for (int i = 0; i < _groups.Length; i++)
        {
            Total += CountOf(_groups[i].Talker, i);
        }
    }

    /// <summary>The satellites of a talker, if that group is its first; else 0, for they are counted already.</summary>
    private int CountOf(ushort talker, int first)
    {
        SatelliteSet all = default;
        for (int i = 0; i < _groups.Length; i++)
        {
            if (_groups[i].Talker != talker)
            {
                continue;
            }

            if (i < first)
            {
                return 0;
            }

            all.Add(_groups[i].Satellites);
        }

        return all.Count;
    }

    private struct Group
    {
        public ushort Talker;
        public byte Signal;
        public SatelliteSet Satellites;

        /// <summary>When it came last, counted in starts of groups.</summary>
        public long Start;

        public readonly bool Is(ushort talker, byte signal) => Talker == talker && Signal == signal;
    }
}
