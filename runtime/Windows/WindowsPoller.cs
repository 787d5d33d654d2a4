using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Windows;

/// <summary>
/// WaitForMultipleObjects over a high-resolution waitable timer, the event of wakes, and the handles of sources; MsgWaitForMultipleObjectsEx when a source has a <see cref="MessageQueue"/>. One call takes 64
/// handles at most: those beyond <see cref="MaxDirect"/> wait in the system's thread pool, whose callbacks set one more event.
/// </summary>
/// <remarks>
/// A handle that stays signalled (a manual-reset event, a process) is reported in every wait, as a descriptor of Linux is. An event that resets itself is reported once for each time that it was set.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class WindowsPoller : Poller
{
    // The places in the set. A wait without end begins behind the timers, a short one behind the calendar's.
    private const int CalendarSlot = 0;
    private const int TimerSlot = 1;
    private const int WakeSlot = 2;
    private const int PoolSlot = 3;
    private const int OwnSlots = 4;

    /// <summary>The most handles in the poller's own wait: one place is left for the message queue, or for what interrupts a helper thread.</summary>
    public const int MaxDirect = Kernel32.MaxWaitObjects - 1 - OwnSlots;

    private static int s_isUnthrottled; // the process was taken out of the throttling of timers

    private readonly Dictionary<long, WatchedHandle> _watched = [];
    private readonly Dictionary<long, PollEvents> _queues = []; // the sources of the message queue: windows
    private readonly WatchedHandle[] _direct = new WatchedHandle[MaxDirect];
    private readonly List<WatchedHandle> _unarmed = [];     // with the pool, but not waited for by it now
    private readonly List<WatchedHandle> _pending = [];     // see WatchedHandle.IsPending; under the gate
    private readonly List<WatchedHandle> _signalled = [];   // by the pool; under the gate
    private readonly Lock _gate = new();
    private readonly DeadlineTimer _timer;
    private readonly SafeWaitHandle _wake;
    private readonly SafeWaitHandle _pool;
    private nint* _set;                    // MaxWaitObjects handles, in the order of the slots
    private int _directCount;
    private int _pendingCount;
    private int _readyCount;
    private long _waits;
    private long _armedNs = long.MaxValue; // the timer's expiry, unless it was seen
    private bool _isByCalendar;            // its other timer is armed too
    private bool _hasLost;                 // a handle, in this wait
    private bool _hearsMessages;           // a source of the message queue has an interest
    private NewsWait? _news;               // for a guest's helper thread
    private bool _newsAreWakes;

    /// <summary>Makes a poller.</summary>
    /// <exception cref="IOException">The system refuses the handles.</exception>
    public WindowsPoller()
    {
        Found = new (long Key, PollEvents Events)[16];
        try
        {
            _timer = new DeadlineTimer();
            _wake = CreateEvent();
            _pool = CreateEvent();
            _set = (nint*)NativeMemory.Alloc(Kernel32.MaxWaitObjects, (nuint)sizeof(nint));
            _set[CalendarSlot] = _timer.Calendar;
            _set[TimerSlot] = _timer.Counting;
            _set[WakeSlot] = _wake.DangerousGetHandle();
            _set[PoolSlot] = _pool.DangerousGetHandle();
        }
        catch
        {
            Dispose(); // what there is of it
            throw;
        }
    }

    public override bool WatchesDescriptors => true;

    public override void Add(long key, SafeHandle handle, PollEvents interest, string name)
    {
        if (handle is MessageQueue)
        {
            _queues.Add(key, interest);
            _hearsMessages = Hears();
            return;
        }

        var watched = new WatchedHandle(key, handle, name) { Interest = interest };
        try
        {
            lock (_gate)
            {
                Place(watched);
                _watched.Add(key, watched);
            }
        }
        catch
        {
            Kernel32.CloseHandle(watched.Duplicate);
            throw;
        }

        RestartNews();
    }

    public override void Modify(long key, PollEvents interest)
    {
        if (_queues.ContainsKey(key))
        {
            _queues[key] = interest;
            _hearsMessages = Hears();
            return;
        }

        lock (_gate)
        {
            WatchedHandle watched = _watched[key];
            watched.Interest = interest;
            Place(watched);
            CountPending(); // what was found while nobody was interested
        }

        RestartNews();
    }

    public override void Remove(long key)
    {
        if (_queues.Remove(key))
        {
            _hearsMessages = Hears();
            return;
        }

        if (!_watched.TryGetValue(key, out WatchedHandle? watched))
        {
            return;
        }

        watched.Release(); // outside the gate, which its callback takes
        lock (_gate)
        {
            _watched.Remove(key);
            _unarmed.Remove(watched);
            _signalled.Remove(watched);
            _pending.Remove(watched);
            CountPending();
            Leave(watched);
            if (watched.IsLost)
            {
                // It is closed.
            }
            else if (_news is not { IsWaiting: true } news)
            {
                Kernel32.CloseHandle(watched.Duplicate);
            }
            else
            {
                news.CloseLater(watched.Duplicate);
                news.Restart();
            }
        }
    }

    public override int Wait(long deadlineNs, bool onlyWakes = false)
    {
        _readyCount = 0;
        _hasLost = false;
        _waits++;
        if (onlyWakes)
        {
            WaitForWake(deadlineNs);
            deadlineNs = 0;
        }

        ArmPool();
        TakePending();
        while (true)
        {
            long leftNs = _readyCount > 0 ? 0 : deadlineNs is 0 or long.MaxValue ? deadlineNs : Math.Max(0, deadlineNs - MonotonicClock.SystemNs());
            bool mayWait = leftNs > 0 && !_hasLost;
            int first = mayWait ? Arm(deadlineNs, leftNs) : WakeSlot;
            bool isWoken = Collect(WaitOnce(first, mayWait ? Kernel32.Infinite : 0));
            if (_readyCount > 0 || isWoken || !mayWait || _hasLost)
            {
                return _readyCount;
            }
        }
    }

    public override void Wake()
    {
        try
        {
            // The handle stays open while we set it: it may be disposed on another thread at this moment.
            _ = Kernel32.SetEvent(_wake);
        }
        catch (ObjectDisposedException)
        {
            // There is no loop left to wake.
        }
    }

    public override bool HasReady()
    {
        ArmPool();
        if (Volatile.Read(ref _pendingCount) > 0 || HasMessages())
        {
            return true;
        }

        if (Next(OwnSlots) is { } slot and >= 0)
        {
            AddPending(_direct[slot - OwnSlots]); // an event that resets itself has done so
            return true;
        }

        lock (_gate)
        {
            foreach (WatchedHandle watched in _signalled)
            {
                if (watched.Interest != PollEvents.None)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Windows has no handle that becomes signalled when one of many does: a foreign loop asks <see cref="MainLoop.NextDeadline"/>, and a guest has its helper thread.</summary>
    public override SafeHandle? Expose(bool onlyWakes)
    {
        _newsAreWakes = onlyWakes;
        _news ??= new NewsWait(new DeadlineTimer(), CreateEvent());
        return null;
    }

    public override void ArmDescriptor(long deadlineNs)
    {
        if (_news is { } news)
        {
            ArmPool();
            Volatile.Write(ref news.DeadlineNs, deadlineNs);
            news.Restart();
        }
    }

    public override void WaitForNews()
    {
        const int Changed = 0, Woken = 1, Pooled = 4, Own = 5;
        NewsWait news = _news!;
        nint* set = stackalloc nint[Kernel32.MaxWaitObjects];
        WatchedHandle[] watched = new WatchedHandle[MaxDirect];
        while (true)
        {
            int count = 0;
            long deadlineNs = Volatile.Read(ref news.DeadlineNs);
            long leftNs = deadlineNs == long.MaxValue ? deadlineNs : deadlineNs - MonotonicClock.SystemNs();
            lock (_gate)
            {
                if (leftNs <= 0 || (!_newsAreWakes && _pendingCount > 0))
                {
                    return;
                }

                news.IsWaiting = true;
                set[Changed] = news.Changed.DangerousGetHandle();
                set[Woken] = _set[WakeSlot];
                set[2] = news.Timer.Counting;
                set[3] = news.Timer.Calendar; // of no harm where it is not armed
                if (!_newsAreWakes)
                {
                    set[Pooled] = _set[PoolSlot];
                    for (; count < _directCount; count++)
                    {
                        watched[count] = _direct[count];
                        set[Own + count] = _direct[count].Duplicate;
                    }
                }
            }

            news.Timer.Arm(leftNs);
            uint result = Kernel32.WaitForMultipleObjects((uint)((_newsAreWakes ? Pooled : Own) + count), set, 0, Kernel32.Infinite, 0);
            int hit = (int)Math.Min(result, int.MaxValue);
            if (result == Kernel32.WaitFailed && Kernel32.WaitForSingleObject(set[Changed], 0) == Kernel32.WaitFailed)
            {
                throw WindowsErrors.Last("The loop's poller is broken (WaitForMultipleObjects)");
            }

            lock (_gate)
            {
                news.IsWaiting = false;
                news.CloseNow();
                if (result < Kernel32.MaxWaitObjects && hit >= Own && _watched.GetValueOrDefault(watched[hit - Own].Key) == watched[hit - Own])
                {
                    AddPending(watched[hit - Own]); // nothing is taken away
                }
            }

            if (hit == Woken)
            {
                Wake(); // likewise
            }
            else if (hit == Pooled)
            {
                _ = Kernel32.SetEvent(_pool);
            }

            if (hit is Woken or >= Pooled)
            {
                return; // also when it has failed: the wait of the tick finds for whom
            }

            // The deadline may have come, or something has changed.
        }
    }

    public override void OwnThread()
    {
        if (Interlocked.Exchange(ref s_isUnthrottled, 1) == 0)
        {
            // Windows 11 makes the timers of a process coarse whose windows are hidden, unless it asks not to. Older ones refuse the question, and do not.
            Kernel32.PowerThrottling state = new() { Version = 1, ControlMask = Kernel32.IgnoreTimerResolution };
            _ = Kernel32.SetProcessInformation(Kernel32.CurrentProcess(), Kernel32.ProcessPowerThrottling, &state, (uint)sizeof(Kernel32.PowerThrottling));
        }
    }

    public override void Dispose()
    {
        foreach (long key in _watched.Keys.ToArray())
        {
            Remove(key);
        }

        _news?.Dispose();
        _timer?.Dispose();
        _wake?.Dispose();
        _pool?.Dispose();
        NativeMemory.Free(_set);
        _set = null; // disposing twice frees once
    }

    // One system call: over the set from a slot on, and the message queue when there is a source for it.
    private int WaitOnce(int first, uint milliseconds)
    {
        uint count = (uint)(OwnSlots + _directCount - first);
        uint result = _hearsMessages
            ? User32.WaitForMessagesOrObjects(count, _set + first, milliseconds, User32.AllInput, User32.InputAvailable)
            : Kernel32.WaitForMultipleObjects(count, _set + first, 0, milliseconds, 0);
        return Hit(result) is { } hit and >= 0 ? first + hit : -1;
    }

    // The first from a slot on that is signalled now, -1 for none.
    private int Next(int first)
    {
        int left = OwnSlots + _directCount - first;
        return left > 0 && Hit(Kernel32.WaitForMultipleObjects((uint)left, _set + first, 0, 0, 0)) is { } hit and >= 0 ? first + hit : -1;
    }

    // Takes what a wait has found, and then everything else that is signalled, since a wait tells only of the first. Says whether the loop was woken.
    private bool Collect(int slot)
    {
        bool isWoken = false;
        bool hasMessages = _hearsMessages && slot == OwnSlots + _directCount;
        if (hasMessages)
        {
            slot = Next(WakeSlot); // where there are messages already, nobody has looked at the handles: a flood of them would hide those for ever
        }

        if (slot <= TimerSlot && slot >= 0 && _watched.Count == 0 && !_hearsMessages)
        {
            _armedNs = long.MaxValue; // a loop of frames alone: a wake that has come as well ends the next wait
            return false;
        }

        while (slot >= 0)
        {
            if (slot <= TimerSlot)
            {
                _armedNs = long.MaxValue; // whether its deadline has come the clock says
            }
            else if (slot == WakeSlot)
            {
                isWoken = true;
            }
            else if (slot == PoolSlot)
            {
                TakeSignalled();
            }
            else
            {
                Report(_direct[slot - OwnSlots]);
            }

            slot = Next(slot + 1);
        }

        if (hasMessages || HasMessages())
        {
            foreach ((long key, PollEvents interest) in _queues)
            {
                if (interest != PollEvents.None)
                {
                    Report(key, PollEvents.Readable);
                }
            }
        }

        return isWoken;
    }

    // Sleeps to the deadline without looking at handles: a frame-locked loop takes their events in its next frame.
    private void WaitForWake(long deadlineNs)
    {
        while (true)
        {
            long leftNs = deadlineNs == long.MaxValue ? deadlineNs : deadlineNs - MonotonicClock.SystemNs();
            if (leftNs <= 0)
            {
                return;
            }

            int first = Arm(deadlineNs, leftNs);
            int slot = first + Hit(Kernel32.WaitForMultipleObjects((uint)(WakeSlot + 1 - first), _set + first, 0, Kernel32.Infinite, 0));
            if (slot == WakeSlot)
            {
                return;
            }

            _armedNs = long.MaxValue;
        }
    }

    // The first slot of a wait for the deadline. A timer that is armed for it already is left alone.
    private int Arm(long deadlineNs, long leftNs)
    {
        if (leftNs == long.MaxValue)
        {
            return WakeSlot;
        }

        if (deadlineNs != _armedNs)
        {
            _isByCalendar = _timer.Arm(leftNs);
            _armedNs = deadlineNs;
        }

        return _isByCalendar ? CalendarSlot : TimerSlot;
    }

    private bool HasMessages() => _hearsMessages && User32.QueueStatus(User32.AllInput) >> 16 != 0;

    private bool Hears() => _queues.Values.Any(static interest => interest != PollEvents.None);

    private void Report(WatchedHandle watched)
    {
        if (watched.ReportedIn != _waits)
        {
            watched.ReportedIn = _waits;
            Report(watched.Key, watched.Interest & (PollEvents.Readable | PollEvents.Writable | PollEvents.Priority));
        }
        else if (watched.IsCounted)
        {
            AddPending(watched); // two were taken from it
        }
    }

    private void Report(long key, PollEvents events)
    {
        if (_readyCount == Found.Length)
        {
            (long Key, PollEvents Events)[] found = Found;
            Array.Resize(ref found, 2 * found.Length);
            Found = found;
        }

        Found[_readyCount++] = (key, events);
    }

    // On a thread of the pool.
    private void OnSignalled(WatchedHandle watched)
    {
        lock (_gate)
        {
            _signalled.Add(watched);
        }

        _ = Kernel32.SetEvent(_pool);
    }

    private void TakeSignalled()
    {
        lock (_gate)
        {
            foreach (WatchedHandle watched in _signalled)
            {
                _unarmed.Add(watched);
                AddPending(watched);
            }

            _signalled.Clear();
        }

        TakePending();
    }

    // What of the pool's is signalled now is pending; for the rest the pool waits.
    private void ArmPool()
    {
        for (int i = _unarmed.Count - 1; i >= 0; i--)
        {
            WatchedHandle watched = _unarmed[i];
            if (watched.Interest == PollEvents.None || watched.IsPending)
            {
                continue;
            }

            switch (watched.Take())
            {
                case true:
                    AddPending(watched);
                    break;
                case false:
                    _unarmed.RemoveAt(i);
                    watched.Arm();
                    break;
                case null:
                    int error = Marshal.GetLastPInvokeError();
                    _unarmed.RemoveAt(i);
                    Lose(watched, error);
                    break;
            }
        }
    }

    // A guest's helper waits for other handles from now on, or for none of these.
    private void RestartNews()
    {
        if (_news is { } news)
        {
            ArmPool();
            news.Restart();
        }
    }

    private void TakePending()
    {
        if (Volatile.Read(ref _pendingCount) == 0)
        {
            return;
        }

        lock (_gate)
        {
            for (int i = _pending.Count - 1; i >= 0; i--)
            {
                WatchedHandle watched = _pending[i];
                if (watched.Interest != PollEvents.None)
                {
                    _pending.RemoveAt(i);
                    watched.IsPending = false;
                    Report(watched);
                }
            }

            CountPending();
        }
    }

    private void AddPending(WatchedHandle watched)
    {
        lock (_gate)
        {
            if (!watched.IsPending)
            {
                watched.IsPending = true;
                _pending.Add(watched);
                CountPending();
            }
        }
    }

    // Those that somebody is interested in.
    private void CountPending()
    {
        int count = 0;
        foreach (WatchedHandle watched in _pending)
        {
            count += watched.Interest != PollEvents.None ? 1 : 0;
        }

        Volatile.Write(ref _pendingCount, count);
    }

    // Puts it where its interest wants it. One that is with the pool stays there.
    private void Place(WatchedHandle watched)
    {
        if (watched.IsPooled || watched.IsLost)
        {
            return;
        }

        if (watched.Interest == PollEvents.None)
        {
            Leave(watched);
        }
        else if (watched.Slot < 0 && _directCount == MaxDirect)
        {
            watched.UsePool(OnSignalled);
            _unarmed.Add(watched);
        }
        else if (watched.Slot < 0)
        {
            watched.Slot = _directCount;
            _direct[_directCount] = watched;
            _set[OwnSlots + _directCount++] = watched.Duplicate;
        }
    }

    private void Leave(WatchedHandle watched)
    {
        if (watched.Slot >= 0)
        {
            WatchedHandle last = _direct[--_directCount];
            _direct[watched.Slot] = last;
            _set[OwnSlots + watched.Slot] = last.Duplicate;
            last.Slot = watched.Slot;
            _direct[_directCount] = null!;
            watched.Slot = -1;
        }
    }

    // The number of the handle that a wait has found, -1 for none.
    private int Hit(uint result) => result switch
    {
        <= Kernel32.MaxWaitObjects => (int)result,
        Kernel32.WaitTimeout => -1,
        _ => FindLost(),
    };

    // A wait has failed: somebody else has closed a handle of ours, such as one who closes another one twice. The wait goes on without it.
    private int FindLost()
    {
        int error = Marshal.GetLastPInvokeError();
        bool isFound = false;
        for (int i = _directCount - 1; i >= 0; i--)
        {
            WatchedHandle watched = _direct[i];
            switch (watched.Take())
            {
                case true:
                    AddPending(watched);
                    break;
                case null:
                    isFound = true;
                    lock (_gate)
                    {
                        Leave(watched);
                    }

                    Lose(watched, error);
                    break;
            }
        }

        return isFound ? -1 : throw WindowsErrors.Of(error, "The loop's poller is broken (WaitForMultipleObjects)");
    }

    private void Lose(WatchedHandle watched, int error)
    {
        watched.IsLost = _hasLost = true;
        OnLost?.Invoke(watched.Key, WindowsErrors.Of(error, $"{watched.Name}: its handle was closed by somebody else, such as one who has closed another handle twice (a wait)"));
    }

    internal static SafeWaitHandle CreateEvent() => Own(Kernel32.CreateEvent(null, null, 0, Kernel32.AllAccess), "CreateEventEx");

    private static SafeWaitHandle Own(SafeWaitHandle handle, string call) =>
        handle.IsInvalid ? throw WindowsErrors.Last($"The loop cannot make its poller ({call})") : handle;
}
