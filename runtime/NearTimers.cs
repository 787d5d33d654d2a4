using System.Diagnostics;
using System.Numerics;

namespace Mainspring;

/// <summary>
/// Timers that are so near that their exact order counts: those that the wheel has come to, sorted at once, and a heap of those that were added since.
/// </summary>
internal sealed class NearTimers(TimerWheel wheel)
{
    private const int Slack = 256; // ended timers in the heap that nobody minds

    private readonly TimerHeap _heap = new();
    private readonly TimerSort _sort = new();
    private TimerEntry[] _filled = new TimerEntry[32];
    private TimerEntry[] _sorted = new TimerEntry[32];
    private int _first;
    private int _end;
    private uint _nextSequence; // in the heap

    public void Add(long deadlineNs, int place)
    {
        if (_heap.Count == 0)
        {
            _nextSequence = 0;
        }
        else if (_nextSequence == uint.MaxValue)
        {
            _nextSequence = _heap.Renumber();
        }

        if (_heap.IsFull && _heap.Count > (2 * wheel.Count) + Slack)
        {
            _heap.DropEnded(wheel);
        }

        _heap.Add(new TimerEntry { DeadlineNs = deadlineNs, Sequence = _nextSequence++, Place = place });
    }

    /// <summary>The earliest pending timer, or none (0).</summary>
    public (long DeadlineNs, int Place) FindNext()
    {
        while (_first < _end && !wheel.IsPending(_sorted[_first].Place))
        {
            wheel.Free(_sorted[_first++].Place);
        }

        while (_heap.Count > 0 && !wheel.IsPending(_heap.First.Place))
        {
            wheel.Free(_heap.First.Place);
            _heap.Pop();
        }

        return IsSortedNext ? (_sorted[_first].DeadlineNs, _sorted[_first].Place)
            : _heap.Count > 0 ? (_heap.First.DeadlineNs, _heap.First.Place)
            : (long.MaxValue, 0);
    }

    /// <summary>Takes the earliest timer if it is due; it may have ended.</summary>
    public bool TryTake(long nowNs, out int place)
    {
        bool isDue;
        if (IsSortedNext)
        {
            ref readonly TimerEntry first = ref _sorted[_first];
            place = first.Place;
            isDue = first.DeadlineNs <= nowNs;
            _first += isDue ? 1 : 0;
            return isDue;
        }

        isDue = _heap.Count > 0 && _heap.First.DeadlineNs <= nowNs;
        place = _heap.First.Place;
        if (isDue)
        {
            _heap.Pop();
        }

        return isDue;
    }

    /// <summary>Room for timers of the wheel, all later than any that were here.</summary>
    public Span<TimerEntry> BeginFill(int count)
    {
        Debug.Assert(_first == _end && _heap.Count == 0, "what is here is of ticks that have passed");
        if (_filled.Length < count)
        {
            _filled = new TimerEntry[BitOperations.RoundUpToPowerOf2((uint)count)];
            _sorted = new TimerEntry[_filled.Length];
        }

        _first = 0;
        _end = count;
        return _filled.AsSpan(0, count);
    }

    public void EndFill() => _sort.Sort(_filled.AsSpan(0, _end), _sorted);

    // All that is sorted was scheduled before what is in the heap.
    private bool IsSortedNext => _first < _end && (_heap.Count == 0 || _sorted[_first].DeadlineNs <= _heap.First.DeadlineNs);
}
