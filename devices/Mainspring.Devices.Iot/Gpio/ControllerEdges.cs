using System.Numerics;

namespace Mainspring.Devices.Iot;

/// <summary>
/// Edges on their way from the driver's threads to the loop: only those that are asked for, and of debounced lines only levels that have lasted, at the time when they had. Any thread.
/// </summary>
internal sealed class ControllerEdges
{
    private readonly Lock _gate = new();
    private readonly GpioEdgeBuffer _buffer;
    private readonly int[] _pins;
    private readonly TimeSpan[] _changed; // guarded by _gate, like all that follows: the last change of a debounced line
    private GpioLineSet _set;
    private ulong _debounced;             // the lines that are
    private ulong _levels;                // of those, what has lasted
    private ulong _unsettled;             // of those, which have changed since

    public ControllerEdges(GpioLineSet set, int[] pins)
    {
        (_set, _pins) = (set, pins);
        (_buffer, _changed) = (new GpioEdgeBuffer(set.Options), new TimeSpan[pins.Length]);
    }

    /// <summary>New settings, and the levels now: those count as settled, and are no edges.</summary>
    public void Configure(GpioLineSet set, ulong levels)
    {
        lock (_gate)
        {
            ulong before = _debounced;
            (_set, _debounced) = (set, 0);
            foreach ((_, ulong mask) in set.Debounces)
            {
                _debounced |= mask;
            }

            ulong kept = before & _debounced;
            _levels = (_levels & kept) | (levels & _debounced & ~kept);
            _unsettled &= kept;
        }
    }

    /// <summary>The driver has told a change.</summary>
    /// <param name="isHigh">The voltage now.</param>
    /// <param name="now">The loop's time now.</param>
    /// <returns>Whether the loop has something to do.</returns>
    public bool Add(int index, bool isHigh, TimeSpan now)
    {
        lock (_gate)
        {
            GpioLine line = _set.Options.Lines[index];
            if (line.Direction != GpioDirection.Input)
            {
                return false; // one that came while it was made an output
            }

            bool level = isHigh != line.ActiveLow;
            if (line.Debounce == TimeSpan.Zero)
            {
                return Emit(index, level, now);
            }

            // The loop may be late: a level that had lasted before this change was one.
            ulong bit = 1UL << index;
            bool isNew = (_unsettled & bit) == 0;
            bool isTold = !isNew && now - _changed[index] >= line.Debounce && Conclude(index, !level);
            (_changed[index], _unsettled) = (now, _unsettled | bit);
            return isNew || isTold;
        }
    }

    /// <summary>Which debounced lines have been at rest long enough by now.</summary>
    /// <param name="next">When the first of the others will have been; null when there is none.</param>
    public ulong Due(TimeSpan now, out TimeSpan? next)
    {
        lock (_gate)
        {
            ulong due = 0;
            next = null;
            for (ulong left = _unsettled; left != 0; left &= left - 1)
            {
                int index = BitOperations.TrailingZeroCount(left);
                TimeSpan settled = _changed[index] + _set.Options.Lines[index].Debounce;
                if (settled <= now)
                {
                    due |= 1UL << index;
                }
                else if (!(next <= settled))
                {
                    next = settled;
                }
            }

            return due;
        }
    }

    /// <summary>What was due has been read.</summary>
    /// <returns>Whether there are edges.</returns>
    public bool Settle(ulong due, ulong levels, TimeSpan now)
    {
        lock (_gate)
        {
            bool isTold = false;
            for (ulong left = due & _unsettled; left != 0; left &= left - 1)
            {
                int index = BitOperations.TrailingZeroCount(left);
                if (_changed[index] + _set.Options.Lines[index].Debounce <= now) // not when it has changed meanwhile
                {
                    isTold |= Conclude(index, (levels >> index & 1) != 0);
                    _unsettled &= ~(1UL << index);
                }
            }

            return isTold;
        }
    }

    /// <summary>The levels as they count: of debounced lines what has lasted.</summary>
    public ulong Levels(ulong read)
    {
        lock (_gate)
        {
            return (read & ~_debounced) | (_levels & _debounced);
        }
    }

    /// <summary>Takes the oldest edges.</summary>
    public int Take(Span<GpioEdge> edges) => _buffer.Take(edges);

    private bool Conclude(int index, bool level)
    {
        ulong bit = 1UL << index;
        if (level == ((_levels & bit) != 0))
        {
            return false;
        }

        _levels ^= bit;
        return Emit(index, level, _changed[index] + _set.Options.Lines[index].Debounce);
    }

    private bool Emit(int index, bool level, TimeSpan time)
    {
        if ((_set.Options.Lines[index].Edges & (level ? GpioEdges.Rising : GpioEdges.Falling)) == 0)
        {
            return false;
        }

        _buffer.Add(_pins[index], index, level, time);
        return true;
    }
}
