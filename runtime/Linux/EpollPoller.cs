using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Linux;

/// <summary>
/// epoll(7) with an eventfd for wakes and a timerfd for long waits, both edge-triggered, so that neither is ever read. Waits under 5 ms use
/// epoll_pwait2, which is cheaper, and which the kernel lets be late by 0.1 % of the wait: so much less is asked for. Longer ones, and all where that call is missing, use the timerfd.
/// </summary>
internal sealed unsafe class EpollPoller : Poller
{
    private const int MaxReady = 256;
    private const long ShortWaitNs = 5 * Nanoseconds.PerMillisecond;

    // The kernel adds a thousandth of what is asked for (select_estimate_accuracy in fs/select.c): together they are the wait.
    private const long SlackDivisor = 1001;
    private const long WakeKey = -1;
    private const long TimerKey = -2;

    // The number is the same on every architecture since 5.1, when the tables were unified.
    private const nint EpollPwait2Number = 441; // SYS_epoll_pwait2

    // struct epoll_event is packed on x86-64 only.
    private static readonly int s_dataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int s_eventSize = s_dataOffset + 8;

    private int[] _owners = new int[64]; // by descriptor: the index of the key that it is watched under, plus 1; 0: none
    private Registration[] _registrations = new Registration[64]; // by the index of their keys
    private long[] _keys = new long[64]; // beside them, since whether one is registered is asked for every event; 0: none
    private readonly SafeFileHandle _epoll;
    private readonly SafeFileHandle _wake;
    private readonly SafeFileHandle _timer;
    private SafeFileHandle? _exposed;      // an epoll around this one, for a foreign loop
    private bool _exposesOnlyWakes;
    private byte* _events;                 // MaxReady of them
    private bool _canWaitPrecisely;
    private long _armedNs = long.MaxValue; // the timerfd's expiry, unless it has passed
    private int _slackNs = -1;             // the thread's own, while ours is in force

    public EpollPoller(EpollFeatures features)
    {
        _canWaitPrecisely = features.HasFlag(EpollFeatures.PreciseWait);
        Found = new (long Key, PollEvents Events)[MaxReady];
        try
        {
            _epoll = Own(Libc.EpollCreate(Libc.EpollCloexec), "epoll_create1");
            _wake = Own(Libc.EventFd(0, Libc.EventFdFlags), "eventfd");
            _timer = Own(Libc.TimerFdCreate(Libc.ClockMonotonic, Libc.TimerFdFlags), "timerfd_create");
            _events = (byte*)NativeMemory.Alloc((nuint)(MaxReady * s_eventSize));
            Check(AddOwn(_epoll), "epoll_ctl");
        }
        catch
        {
            Dispose(); // what there is of it
            throw;
        }
    }

    public override bool WatchesDescriptors => true;

    /// <summary>Whether short waits use epoll_pwait2; known for sure after the first.</summary>
    public bool WaitsPrecisely => _canWaitPrecisely;

    public override void Add(long key, SafeHandle handle, PollEvents interest, string name)
    {
        bool held = false;
        handle.DangerousAddRef(ref held);
        int descriptor = Number(handle);
        Errno error = Control(Libc.EpollCtlAdd, descriptor, ToEpoll(interest), key);
        if (error != Errno.None)
        {
            handle.DangerousRelease();
            throw Refusal(error, descriptor, name);
        }

        // When the number is ours already, its file was closed behind our back, and the kernel dropped that registration.
        int index = SourceKey.IndexOf(key);
        if (index >= _keys.Length)
        {
            Array.Resize(ref _keys, index + (index / 2));
            Array.Resize(ref _registrations, _keys.Length);
        }

        if (descriptor >= _owners.Length)
        {
            Array.Resize(ref _owners, descriptor + (descriptor / 2));
        }

        _owners[descriptor] = index + 1;
        _keys[index] = key;
        _registrations[index] = new Registration { Handle = handle, Name = name, Descriptor = descriptor, Interest = interest };
    }

    public override void Modify(long key, PollEvents interest)
    {
        ref Registration registration = ref _registrations[SourceKey.IndexOf(key)];
        Errno error = IsRegistered(key) && Owns(key, registration.Descriptor)
            ? Control(Libc.EpollCtlMod, registration.Descriptor, ToEpoll(interest), key)
            : Errno.BadDescriptor;
        if (error != Errno.None)
        {
            throw Refusal(error, registration.Descriptor, registration.Name);
        }

        registration.Interest = interest;
    }

    public override void Remove(long key)
    {
        if (!IsRegistered(key))
        {
            return;
        }

        int index = SourceKey.IndexOf(key);
        Registration registration = _registrations[index];
        if (Owns(key, registration.Descriptor))
        {
            // Fails when the descriptor was closed already, and then it is gone from the epoll too, unless a duplicate keeps the file open: see Rebuild.
            _owners[registration.Descriptor] = 0;
            _ = Control(Libc.EpollCtlDel, registration.Descriptor, 0, key);
        }

        _keys[index] = 0;
        _registrations[index] = default;
        registration.Handle.DangerousRelease();
    }

    public override SafeHandle Expose(bool onlyWakes)
    {
        if (_exposed is null)
        {
            SafeFileHandle exposed = Own(Libc.EpollCreate(Libc.EpollCloexec), "epoll_create1");
            _exposesOnlyWakes = onlyWakes;
            try
            {
                Fill(exposed);
            }
            catch
            {
                _exposesOnlyWakes = false;
                exposed.Dispose();
                throw;
            }

            _exposed = exposed;
        }

        return _exposed;
    }

    public override int Wait(long deadlineNs, bool onlyWakes = false)
    {
        if (_exposesOnlyWakes)
        {
            _ = Libc.EpollWait(Number(_exposed!), _events, MaxReady, 0); // heard: no longer readable
        }

        if (onlyWakes)
        {
            WaitForWake(deadlineNs);
            deadlineNs = 0;
        }

        while (true)
        {
            long leftNs = deadlineNs is 0 or long.MaxValue ? deadlineNs : Math.Max(0, deadlineNs - MonotonicClock.SystemNs());
            bool precise = _canWaitPrecisely && leftNs is > 0 and < ShortWaitNs;
            if (leftNs > 0 && !precise)
            {
                Arm(deadlineNs);
            }

            int found = precise ? WaitPrecisely(leftNs - (leftNs / SlackDivisor)) : Libc.EpollWait(Number(_epoll), _events, MaxReady, leftNs == 0 ? 0 : -1);
            if (found >= 0)
            {
                int ready = Take(found, deadlineNs, out bool ended);
                if (ready > 0 || ended || leftNs == 0 || (precise && found == 0 && MonotonicClock.SystemNs() >= deadlineNs))
                {
                    return ready;
                }

                continue; // the timer of an earlier, longer wait: not ours; or it ended without the delay that was reckoned with
            }

            Errno error = Errno.Last;
            if (precise && (error == Errno.NotImplemented || error == Errno.Permission))
            {
                _canWaitPrecisely = false; // an old kernel, or a seccomp filter that does not know the call
            }
            else if (error != Errno.Interrupted)
            {
                throw error.ToException("The loop's poller is broken (epoll_wait)");
            }
        }
    }

    public override void Wake()
    {
        try
        {
            // The handle keeps the number ours while we write: it may be disposed on another thread at this moment.
            ulong one = 1;
            _ = Libc.Write(_wake, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // There is no loop left to wake.
        }
    }

    public override bool HasReady()
    {
        Libc.PollFd epoll = new() { Descriptor = Number(_epoll), Events = Libc.PollIn };
        Libc.Timespec zero = default;
        return Libc.PPoll(&epoll, 1, &zero, null) > 0;
    }

    public override void ArmDescriptor(long deadlineNs) => Arm(deadlineNs);

    public override void WaitForNews()
    {
        Libc.PollFd exposed = new() { Descriptor = Number(_exposed!), Events = Libc.PollIn };
        while (Libc.PPoll(&exposed, 1, null, null) < 0)
        {
            if (Errno.Last != Errno.Interrupted)
            {
                throw Errno.Last.ToException("The loop's descriptor cannot be waited for (ppoll)");
            }
        }
    }

    public override void OwnThread()
    {
        _slackNs = Libc.ProcessControl(Libc.GetTimerSlack, 0, 0, 0, 0);
        _ = Libc.ProcessControl(Libc.SetTimerSlack, 1, 0, 0, 0); // refused by a filter: 50 us less precise, no more
    }

    public override void ReleaseThread()
    {
        if (_slackNs > 0)
        {
            _ = Libc.ProcessControl(Libc.SetTimerSlack, (nuint)_slackNs, 0, 0, 0);
        }
    }

    public override void Dispose()
    {
        foreach (long key in _keys)
        {
            Remove(key);
        }

        _exposed?.Dispose();
        _epoll?.Dispose();
        _wake?.Dispose();
        _timer?.Dispose();
        NativeMemory.Free(_events);
        _events = null; // disposing twice frees once
    }

    private bool IsRegistered(long key) => SourceKey.IndexOf(key) is var index && (uint)index < (uint)_keys.Length && _keys[index] == key && key != 0;

    // Whether the descriptor is still watched under this key: if not, its file was closed, and the number has become another source's.
    private bool Owns(long key, int descriptor) => _owners[descriptor] == SourceKey.IndexOf(key) + 1;

    // Notes the descriptors that are the users', and says whether a wake or a deadline was among the others.
    private int Take(int found, long deadlineNs, out bool ended)
    {
        (long Key, PollEvents Events)[] users = Found;
        int kept = 0;
        bool hasOrphan = false;
        ended = false;
        byte* entry = _events;
        for (int i = 0; i < found; i++, entry += s_eventSize)
        {
            long key = *(long*)(entry + s_dataOffset);
            if (IsRegistered(key))
            {
                users[kept++] = (key, FromEpoll(*(uint*)entry));
            }
            else if (key == WakeKey)
            {
                ended = true;
            }
            else if (key == TimerKey)
            {
                // Expired: unless it was armed anew since, nothing is armed. It may have been for an earlier wait.
                long nowNs = MonotonicClock.SystemNs();
                ended |= deadlineNs <= nowNs;
                _armedNs = _armedNs <= nowNs ? long.MaxValue : _armedNs;
            }
            else
            {
                hasOrphan = true;
            }
        }

        if (hasOrphan)
        {
            Rebuild();
        }

        return kept;
    }

    // The kernel reports what nobody has registered: a descriptor was closed before it was removed, while a duplicate keeps its file open. Such an entry
    // cannot be deleted any more, since the number that names it is gone, and would end every wait. So another epoll takes over the number of this one.
    // When the system refuses it, the next wait that finds the entry tries again.
    private void Rebuild()
    {
        int number = Libc.EpollCreate(Libc.EpollCloexec);
        if (number < 0)
        {
            return;
        }

        using var next = new SafeFileHandle(number, ownsHandle: true);
        bool isComplete = AddOwn(next) == Errno.None;
        for (int descriptor = 0; descriptor < _owners.Length; descriptor++)
        {
            if (_owners[descriptor] == 0)
            {
                continue;
            }

            // Known to the old epoll under this number: it is the same file still, not another one that got the number since.
            int index = _owners[descriptor] - 1;
            (uint interest, long key) = (ToEpoll(_registrations[index].Interest), _keys[index]);
            if (Control(Libc.EpollCtlMod, descriptor, interest, key) == Errno.None)
            {
                isComplete &= Control(next, Libc.EpollCtlAdd, descriptor, interest, key) == Errno.None;
            }
        }

        if (isComplete)
        {
            _ = Libc.Duplicate(number, Number(_epoll), Libc.DupCloexec);
            if (_exposed is not null && !_exposesOnlyWakes)
            {
                Fill(_exposed); // what it held is gone
            }
        }
    }

    private void Fill(SafeFileHandle exposed) =>
        Check(_exposesOnlyWakes ? AddOwn(exposed) : Control(exposed, Libc.EpollCtlAdd, Number(_epoll), Libc.EpollIn, 0), "epoll_ctl");

    private Errno AddOwn(SafeFileHandle epoll)
    {
        Errno error = Control(epoll, Libc.EpollCtlAdd, Number(_wake), Libc.EpollIn | Libc.EpollEt, WakeKey);
        return error != Errno.None ? error : Control(epoll, Libc.EpollCtlAdd, Number(_timer), Libc.EpollIn | Libc.EpollEt, TimerKey);
    }

    private int WaitPrecisely(long leftNs)
    {
        Libc.Timespec timeout = Libc.Timespec.From(leftNs);
        return (int)Libc.EpollPwait2(EpollPwait2Number, Number(_epoll), _events, MaxReady, &timeout, null, 0);
    }

    // Sleeps to the deadline without looking at descriptors: a frame-locked loop takes their events in its next frame.
    private void WaitForWake(long deadlineNs)
    {
        Libc.PollFd* own = stackalloc Libc.PollFd[2];
        own[0] = new Libc.PollFd { Descriptor = Number(_wake), Events = Libc.PollIn };
        own[1] = new Libc.PollFd { Descriptor = Number(_timer), Events = Libc.PollIn };
        while (true)
        {
            long leftNs = deadlineNs == long.MaxValue ? deadlineNs : deadlineNs - MonotonicClock.SystemNs();
            if (leftNs <= 0)
            {
                return;
            }

            // An expired timerfd stays readable until it is armed anew, so it is looked at only when it is armed for this wait.
            bool timed = leftNs is >= ShortWaitNs and < long.MaxValue;
            if (timed)
            {
                Arm(deadlineNs);
            }

            Libc.Timespec timeout = Libc.Timespec.From(leftNs);
            int found = Libc.PPoll(own, timed ? 2u : 1u, timed ? null : &timeout, null);
            if (found > 0 && own[0].Found != 0)
            {
                // poll(2) knows no edges: the count has to go, or it would end the next wait too.
                ulong count;
                _ = Libc.Read(_wake, &count, sizeof(ulong));
                return;
            }

            if (found < 0 && Errno.Last != Errno.Interrupted)
            {
                throw Errno.Last.ToException("The loop's poller is broken (ppoll)");
            }
        }
    }

    private void Arm(long deadlineNs)
    {
        if (deadlineNs == _armedNs)
        {
            return;
        }

        // All zero disarms; 1 ns is a deadline that has passed.
        Libc.TimerSpec spec = default;
        spec.Value = deadlineNs == long.MaxValue ? default : Libc.Timespec.From(Math.Max(1, deadlineNs));
        Check(Libc.TimerFdSetTime(Number(_timer), Libc.TimerAbsolute, &spec, null) == 0 ? Errno.None : Errno.Last, "timerfd_settime");
        _armedNs = deadlineNs;
    }

    private Errno Control(int operation, int descriptor, uint events, long key) => Control(_epoll, operation, descriptor, events, key);

    private static Errno Control(SafeFileHandle epoll, int operation, int descriptor, uint events, long key)
    {
        byte* entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(long*)(entry + s_dataOffset) = key;
        return Libc.EpollControl(Number(epoll), operation, descriptor, entry) == 0 ? Errno.None : Errno.Last;
    }

    private IOException Refusal(Errno error, int descriptor, string name)
    {
        // A reader or writer of a descriptor has no other name than that.
        string who = name == $"descriptor {descriptor}" ? name : $"{name} (descriptor {descriptor})";
        if (error == Errno.Permission)
        {
            return new IOException($"{who} is a regular file or a directory, which epoll cannot wait for (EPERM): it is always ready; read it with RandomAccess or on another thread.", error.Number);
        }

        if (error == Errno.Exists)
        {
            int index = descriptor < _owners.Length ? _owners[descriptor] - 1 : -1;
            string owner = index >= 0 && _registrations[index].Name is var other && other != name ? other : "another registration";
            return new IOException($"{who} is already watched by {owner}; duplicate it with dup(2) to watch it twice.", error.Number);
        }

        return error == Errno.BadDescriptor || error == Errno.NoEntry
            ? new IOException($"{who} is not open any more; it was closed while the loop watched it. Remove the source first.", error.Number)
            : error.ToException($"{who} cannot be watched (epoll_ctl)");
    }

    private static PollEvents FromEpoll(uint bits) =>
        (PollEvents)(bits & (Libc.EpollIn | Libc.EpollErr | Libc.EpollHup)) // these are the same bits
        | (PollEvents)((bits & Libc.EpollOut) >> 1)
        | (PollEvents)((bits & Libc.EpollPri) << 1)
        | (PollEvents)((bits & Libc.EpollRdHup) >> 7);

    private static uint ToEpoll(PollEvents interest)
    {
        uint bits = 0;
        bits |= interest.HasFlag(PollEvents.Readable) ? Libc.EpollIn : 0;
        bits |= interest.HasFlag(PollEvents.Writable) ? Libc.EpollOut : 0;
        bits |= interest.HasFlag(PollEvents.Priority) ? Libc.EpollPri : 0;
        bits |= interest.HasFlag(PollEvents.Edges) ? Libc.EpollEt : 0;
        bits |= interest.HasFlag(PollEvents.ReadHangUp) ? Libc.EpollRdHup : 0;
        return bits;
    }

    private static SafeFileHandle Own(int descriptor, string call) =>
        descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Errno.Last.ToException($"The loop cannot make its poller ({call})");

    private static void Check(Errno error, string call)
    {
        if (error != Errno.None)
        {
            throw error.ToException($"The loop's poller is broken ({call})");
        }
    }

    private static int Number(SafeHandle handle) => (int)handle.DangerousGetHandle();

    [DebuggerDisplay("{Name} on {Descriptor}")]
    private struct Registration
    {
        public SafeHandle Handle;
        public string Name;
        public int Descriptor;
        public PollEvents Interest;
    }
}
