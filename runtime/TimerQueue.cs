using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>
/// All timers of a loop, at nanosecond precision: a <see cref="TimerWheel"/> for those that are far, a sorted run and a heap for those that are near. Both hold
/// entries, which know a timer by its place in the <see cref="TimerPool"/>. See docs/decisions/0002-timing-wheel.md.
/// </summary>
internal sealed class TimerQueue
{
    private static readonly Action<TimerQueue> s_runNextDue = static queue => queue.RunNextDue();

    private readonly MainLoop _loop;
    private readonly TimerWheel _wheel = new();
    private readonly NearTimers _near;
    private int _periodics;
    private HashSet<int>? _unreferenced;

    private long _nextNs;          // the earliest deadline, while it is known
    private int _nextPlace;        // whose it is
    private bool _isNextKnown;

    // The timers that are due and wait in the Normal lane, in its order: a ring.
    private int[] _due = new int[16];
    private int _dueFirst;
    private int _dueCount;
    private int _running;          // ended, but what it runs stays in the table as long as it runs, for messages
    private PeriodicTimerRecord? _runningPeriodic;

    public TimerQueue(MainLoop loop)
    {
        _loop = loop;
        _near = new NearTimers(_wheel);
    }

    /// <summary>Pending timers, those included that are due and wait for their turn.</summary>
    public int Count => _wheel.Count - _periodics;

    /// <summary>For how many timers there is memory.</summary>
    public int Places => _wheel.Places;

    /// <summary>Pending timers that keep the loop alive.</summary>
    public int ReferencedCount => Count - (_unreferenced?.Count ?? 0);

    /// <summary>The callback or record of the timer that runs now, for messages. From another thread: a guess.</summary>
    public object? Running => Volatile.Read(ref _running) is not 0 and var place ? Subject(place) : _runningPeriodic;

    /// <summary>The callback or record of the next due timer in the lane, for traces; null when it was cancelled.</summary>
    public object? NextDue => IsNextDuePending ? Subject(_due[_dueFirst]) : null;

    /// <summary>Whether the next due timer resumes a method.</summary>
    public bool IsNextDueAwait => IsNextDuePending && ReferenceEquals(_wheel.At(_due[_dueFirst]).Callback, Continuation.Runner);

    private bool IsNextDuePending => _dueCount > 0 && _wheel.IsPending(_due[_dueFirst]);

    /// <summary>Adds a timer and returns what identifies it for ever.</summary>
    public long Add(long deadlineNs, object callback, object? state)
    {
        // The usual case makes no call but the garbage collector's, and that of the callback last: little is saved across it.
        TimerWheel wheel = _wheel;
        if (!wheel.HasHole(deadlineNs, out int slot))
        {
            return AddSlowly(deadlineNs, callback, state);
        }

        ref TimerRecord record = ref wheel.Fill(slot, deadlineNs, out int place);
        long token = Begin(wheel, ref record, place, deadlineNs);
        if (state is not null)
        {
            record.State = state;
        }

        record.Callback = callback;
        return token;
    }

    /// <summary>Adds a periodic timer: one that is never due, and keeps its identity, and one for each period.</summary>
    public long AddPeriodic(long deadlineNs, PeriodicTimerRecord periodic)
    {
        ref TimerRecord record = ref _wheel.Take(0, out int place, out _); // not in the wheel
        record.Generation++;
        record.Callback = CallbackRecord.Runner;
        record.State = periodic;
        periodic.Place = place;
        _periodics++;
        _wheel.Count++;
        Arm(periodic, deadlineNs);
        return _wheel.TokenOf(place);
    }

    /// <summary>Cancels the timer if it is pending still, wherever it waits.</summary>
    public bool Cancel(long token)
    {
        TimerWheel wheel = _wheel;
        int place = (int)token;
        ref TimerRecord record = ref wheel.At(place);
        if (record.Generation != (uint)(token >> 32))
        {
            return false;
        }

        // The usual case calls nothing, so it saves no registers.
        int owner = wheel.OwnerOf(place);
        if (!TimerWheel.IsSlot(owner) || _unreferenced is not null)
        {
            return CancelSlowly(place, owner);
        }

        End(wheel, ref record, place);
        return wheel.Remove(owner, ref record, place);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsPending(long token) => _wheel.IsPending(token);

    public long? DeadlineOf(long token) => IsPending(token) ? _wheel.At((int)token).Time.DeadlineNs : null;

    public long? MissedPeriods(long token) => IsPending(token) ? (_wheel.At((int)token).State as PeriodicTimerRecord)?.Missed : null;

    public void SetReferenced(long token, bool referenced)
    {
        if (IsPending(token))
        {
            _ = referenced ? _unreferenced?.Remove((int)token) : (_unreferenced ??= []).Add((int)token);
        }
    }

    /// <summary>
    /// The earliest deadline, or <see cref="long.MaxValue"/>. Exact, unless more than 1,024 timers share the nearest slot:
    /// then it may be too early, never too late.
    /// </summary>
    public long NextDeadlineNs()
    {
        if (_wheel.Count == 0)
        {
            return long.MaxValue; // whatever is left of timers that have ended
        }

        if (!_isNextKnown)
        {
            (_nextNs, _nextPlace) = _near.FindNext();
            if (_nextPlace == 0)
            {
                (_nextNs, _nextPlace) = _wheel.FindNext();
            }

            _isNextKnown = true;
        }

        return _nextNs;
    }

    /// <summary>Moves what is due into <paramref name="lane"/>: by deadline, equal deadlines in the order in which they were scheduled.</summary>
    public void MoveDue(long nowNs, CallbackRing lane)
    {
        long nowTick = nowNs >> TimerWheel.TickShift;
        if (nowTick <= _wheel.Cursor && (_wheel.Count == 0 || (_isNextKnown && _nextNs > nowNs)))
        {
            return;
        }

        _isNextKnown &= _nextNs > nowNs;
        int before = _dueCount;
        do
        {
            while (_near.TryTake(nowNs, out int place))
            {
                AppendDue(place);
            }
        }
        while (_wheel.TryOpen(nowTick, _near));

        int moved = _dueCount - before;
        if (moved > 0)
        {
            _isNextKnown = false;
            lane.AddTimes(s_runNextDue, this, moved);
        }
    }

    /// <summary>Ends all timers with a callback, and returns their states, in the order of their deadlines.</summary>
    public List<object> TakeAll(object callback)
    {
        var taken = new List<Taken>();
        for (int place = 0; place < _wheel.Places; place++)
        {
            if (_wheel.IsPending(place) && ReferenceEquals(_wheel.At(place).Callback, callback))
            {
                taken.Add(new Taken(_wheel.At(place).Time.DeadlineNs, place, _wheel.At(place).State!));
                Cancel(_wheel.TokenOf(place));
            }
        }

        taken.Sort(static (a, b) => a.DeadlineNs != b.DeadlineNs ? a.DeadlineNs.CompareTo(b.DeadlineNs) : a.Place - b.Place);
        return taken.ConvertAll(static timer => timer.State);
    }

    // A class: sorting values of a type of its own would be code of its own in every native program.
    private sealed record Taken(long DeadlineNs, int Place, object State);

    /// <summary>Drops all timers.</summary>
    public void Clear()
    {
        for (int place = 0; place < _wheel.Places; place++)
        {
            if (_wheel.IsPending(place))
            {
                Cancel(_wheel.TokenOf(place));
            }
        }
    }

    /// <summary>After a timer's callback has thrown, and that was reported.</summary>
    public void EndRun()
    {
        _runningPeriodic = null;
        if (_running != 0)
        {
            EndRun(_running);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long AddSlowly(long deadlineNs, object callback, object? state)
    {
        ref TimerRecord record = ref _wheel.Take(deadlineNs, out int place, out bool isFar);
        record.Callback = callback;
        record.State = state;
        if (!isFar)
        {
            _near.Add(deadlineNs, place);
        }

        return Begin(_wheel, ref record, place, deadlineNs);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool CancelSlowly(int place, int owner)
    {
        _unreferenced?.Remove(place);
        ref TimerRecord record = ref _wheel.At(place);
        object? state = record.State;
        End(_wheel, ref record, place);
        if (TimerWheel.IsSlot(owner))
        {
            return _wheel.Remove(owner, ref record, place);
        }

        if (state is PeriodicTimerRecord periodic && periodic.Place == place)
        {
            _periodics--;
            _wheel.Free(place);
            if (periodic.NextTimer != 0) // else there was no memory for it
            {
                Cancel(periodic.NextTimer);
            }
        }

        return true; // who comes to its entry frees the place
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void End(TimerWheel wheel, ref TimerRecord record, int place)
    {
        record.Generation++;
        record.Callback = null;
        record.State = null;
        wheel.Count--;
        if (place == _nextPlace)
        {
            _isNextKnown = false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Begin(TimerWheel wheel, ref TimerRecord record, int place, long deadlineNs)
    {
        wheel.Count++;
        if (deadlineNs < _nextNs)
        {
            (_nextNs, _nextPlace) = (deadlineNs, place);
        }

        return TimerPool.TokenOf(place, ++record.Generation);
    }

    private object? Subject(int place)
    {
        (object? callback, object? state) = (_wheel.At(place).Callback, _wheel.At(place).State);
        return state as CallbackRecord ?? (ReferenceEquals(callback, Continuation.Runner) ? state : callback);
    }

    private void RunNextDue()
    {
        int[] due = _due;
        int first = _dueFirst;
        int place = due[first];
        _dueFirst = (first + 1) & (due.Length - 1);
        _dueCount--;
        Prefetch.Value(ref _wheel.At(due[(first + Prefetch.Ahead) & (due.Length - 1)]));
        ref TimerRecord record = ref _wheel.At(place);
        if (!record.IsPending)
        {
            _wheel.Free(place); // cancelled while it waited
            return;
        }

        object callback = record.Callback!;
        object? state = record.State;
        record.Generation++;
        _wheel.Count--;
        if (state is PeriodicTimerRecord periodic)
        {
            EndRun(place);
            RunPeriodic(callback, periodic);
            return;
        }

        _unreferenced?.Remove(place);
        Volatile.Write(ref _running, place);
        CallbackRing.Invoke(callback, state);
        EndRun(place);
    }

    // Armed again first: a callback that throws has not stopped its timer, and one that cancels it finds it pending.
    private void RunPeriodic(object callback, PeriodicTimerRecord periodic)
    {
        Arm(periodic, periodic.Next(_wheel.At(periodic.Place).Time.DeadlineNs, _loop.NowNs));
        _runningPeriodic = periodic;
        CallbackRing.Invoke(callback, periodic);
        _runningPeriodic = null;
    }

    private void Arm(PeriodicTimerRecord periodic, long deadlineNs)
    {
        _wheel.At(periodic.Place).Time.DeadlineNs = deadlineNs;
        periodic.NextTimer = Add(deadlineNs, CallbackRecord.Runner, periodic);
    }

    private void EndRun(int place)
    {
        _running = 0;
        ref TimerRecord record = ref _wheel.At(place);
        record.Callback = null;
        record.State = null;
        _wheel.Free(place);
    }

    private void AppendDue(int place)
    {
        if (_dueCount == _due.Length)
        {
            int[] grown = new int[_dueCount * 2];
            for (int i = 0; i < _dueCount; i++)
            {
                grown[i] = _due[(_dueFirst + i) & (_dueCount - 1)];
            }

            _due = grown;
            _dueFirst = 0;
        }

        _due[(_dueFirst + _dueCount++) & (_due.Length - 1)] = place;
    }
}
