namespace Mainspring.Devices;

/// <summary>
/// Finds out from sequence numbers how many edges were lost. The numbers of one line are without gaps unless the buffer was full, and in order: a gap is certain at once. The numbers of
/// the request count also what the interrupt saw and its thread did not, but may come out of order, since each line has a thread of its own: a gap is certain only after a while, or when
/// the numbers have gone far beyond it. What both say of the same loss counts once.
/// </summary>
internal sealed class GpioLossTracker
{
    private const int Window = 256; // numbers beyond the first missing one that are remembered

    private readonly uint[] _next; // of each line
    private readonly ulong[] _seen = new ulong[Window / 64]; // a bit for each number beyond the first missing one
    private uint _first = 1; // the lowest number of the request that has not come
    private int _ahead; // how many of the window's have
    private long _byLine; // lost, by the lines' numbers
    private long _byRequest; // lost, by the request's; less what came after it was given up
    private long _reported;

    /// <summary>A request begins, with all numbers at 1.</summary>
    public GpioLossTracker(int lines)
    {
        _next = new uint[lines];
        Array.Fill(_next, 1u);
    }

    /// <summary>Whether numbers are missing that may still come.</summary>
    public bool HasGap => _ahead > 0;

    /// <summary>The highest number of the request so far.</summary>
    public uint Last { get; private set; }

    /// <summary>Notes an event.</summary>
    /// <returns>How many losses are certain now and were not yet reported.</returns>
    public long Add(int index, uint sequence, uint lineSequence)
    {
        int lineGap = (int)(lineSequence - _next[index]);
        if (lineGap >= 0)
        {
            _byLine += lineGap;
            _next[index] = lineSequence + 1;
        }

        Last = (int)(sequence - Last) > 0 ? sequence : Last;
        int distance = (int)(sequence - _first);
        if (distance == 0 && _ahead == 0)
        {
            _first++; // as it nearly always is
        }
        else if (distance < 0)
        {
            _byRequest--; // it was given up too early
        }
        else
        {
            while (distance >= Window)
            {
                distance -= GiveUp(distance);
            }

            Mark(sequence);
            Advance();
        }

        return Report();
    }

    /// <summary>What is missing below a number does not come any more.</summary>
    /// <returns>How many losses are certain now and were not yet reported.</returns>
    public long Settle(uint below)
    {
        while (_ahead > 0 && (int)(below - _first) > 0)
        {
            _byRequest++;
            Step();
            Advance();
        }

        return Report();
    }

    // Moves the window on, towards a number that is `distance` beyond its begin. Returns by how much it moved.
    private int GiveUp(int distance)
    {
        if (_ahead == 0)
        {
            int moved = distance - Window + 1;
            _byRequest += moved;
            _first += (uint)moved;
            return moved;
        }

        uint before = _first;
        _byRequest++;
        Step();
        Advance();
        return (int)(_first - before);
    }

    private void Mark(uint sequence)
    {
        ref ulong word = ref _seen[sequence % Window / 64];
        ulong bit = 1UL << (int)(sequence % 64);
        if ((word & bit) == 0)
        {
            word |= bit;
            _ahead++;
        }
    }

    // The first missing number becomes the first that has not come.
    private void Advance()
    {
        while (_ahead > 0 && (_seen[_first % Window / 64] >> (int)(_first % 64) & 1) != 0)
        {
            _seen[_first % Window / 64] &= ~(1UL << (int)(_first % 64));
            _ahead--;
            Step();
        }
    }

    private void Step() => _first++;

    private long Report()
    {
        long lost = Math.Max(_byLine, _byRequest);
        long news = lost - _reported;
        if (news <= 0)
        {
            return 0;
        }

        _reported = lost;
        return news;
    }
}
