using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mainspring.Windows;
using Microsoft.Win32;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>The poller contract, for the poller of Windows, and what it keeps besides.</summary>
[SupportedOSPlatform("windows")]
public sealed partial class WindowsPollerContract : PollerContract
{
    private const int Many = 200; // more than one wait takes

    private readonly List<EventWaitHandle> _events = [];

    public WindowsPollerContract() => Sys.NeedsWindows();

    private protected override Poller Create() => new WindowsPoller();

    [Case]
    public void Ready_SaysWhoIsSignalled_AsLongAsItIs()
    {
        EventWaitHandle one = Watch(7, EventResetMode.ManualReset), other = Watch(8, EventResetMode.ManualReset);
        Check.Equal(0, Poller.Wait(0));
        other.Set();
        Check.Equal(1, Poller.Wait(long.MaxValue));
        Check.Equal((8L, PollEvents.Readable), Poller.Ready(0));
        one.Set();
        Check.Sequence([7L, 8L], ReadyNow(), "it was not reset, so it is ready still");
        other.Reset();
        Check.Sequence([7L], ReadyNow());
        one.Reset();
        Check.Equal(0, Poller.Wait(0));
    }

    [Case]
    public void Ready_OfAnEventThatResetsItself_IsSaidOnceForEachTimeItWasSet()
    {
        EventWaitHandle one = Watch(7, EventResetMode.AutoReset);
        for (int i = 0; i < 3; i++)
        {
            one.Set();
            Check.Equal(1, Poller.Wait(long.MaxValue));
            Check.Equal(7L, Poller.Ready(0).Key);
            Check.Equal(0, Poller.Wait(0));
        }
    }

    [Case]
    public void HasReady_TakesNothing()
    {
        EventWaitHandle one = Watch(7, EventResetMode.AutoReset);
        Check.False(Poller.HasReady());
        one.Set();
        Check.True(Poller.HasReady());
        Check.True(Poller.HasReady());
        Check.Sequence([7L], ReadyNow());
        Check.False(Poller.HasReady());
        Poller.Wake();
        Check.False(Poller.HasReady(), "a wake is no source");
    }

    [Case]
    public void More_ThanOneWaitTakes_AreAllWatched()
    {
        foreach (EventResetMode mode in new[] { EventResetMode.ManualReset, EventResetMode.AutoReset })
        {
            EventWaitHandle[] all = [.. Enumerable.Range(0, Many).Select(i => Watch(i, mode))];
            for (int round = 0; round < 3; round++)
            {
                Check.Equal(0, Poller.Wait(MonotonicClock.SystemNs() + 1_000_000), "none is set");
                foreach (int i in new[] { 0, WindowsPoller.MaxDirect - 1, WindowsPoller.MaxDirect, WindowsPoller.MaxDirect + 1, 130, Many - 1 })
                {
                    all[i].Set();
                    Check.Equal(1, Poller.Wait(long.MaxValue), $"{i}");
                    Check.Equal((i, PollEvents.Readable), Poller.Ready(0));
                    Check.Equal(mode == EventResetMode.ManualReset ? 1 : 0, Poller.Wait(0));
                    all[i].Reset();
                    Check.Equal(0, Poller.Wait(0));
                }
            }

            foreach (EventWaitHandle one in all)
            {
                one.Set();
            }

            var seen = new HashSet<long>();
            while (seen.Count < Many)
            {
                foreach (long key in ReadyNow(MonotonicClock.SystemNs() + 20_000_000_000))
                {
                    Check.True(seen.Add(key) || mode == EventResetMode.ManualReset, "an event that resets itself is said once");
                }
            }

            for (int i = 0; i < Many; i++)
            {
                Poller.Remove(i);
            }

            Check.Equal(0, Poller.Wait(0));
        }
    }

    [Case]
    public void More_ThanOneWaitTakes_SetFromOtherThreads_AreNeverLost()
    {
        const int Sets = 5000;
        EventWaitHandle[] all = [.. Enumerable.Range(0, Many).Select(i => Watch(i, EventResetMode.AutoReset))];
        using var taken = new SemaphoreSlim(1);
        Worker setter = Worker.Start(() =>
        {
            for (int i = 0; i < Sets; i++)
            {
                Check.True(taken.Wait(Patience.Long), "it was lost");
                all[i * 7 % Many].Set();
            }
        });
        for (int i = 0; i < Sets; i++)
        {
            Check.Equal(1, Poller.Wait(long.MaxValue));
            Check.Equal((long)(i * 7 % Many), Poller.Ready(0).Key);
            taken.Release();
        }

        setter.Join();
    }

    [Case]
    public void Modify_ToNothing_LeavesItAlone_AndBack_FindsWhatCameMeanwhile()
    {
        for (int i = 0; i < 70; i++)
        {
            Watch(i, EventResetMode.AutoReset);
        }

        foreach (int key in new[] { 3, 69 }) // in the poller's own wait, and in the pool's
        {
            Poller.Modify(key, PollEvents.None);
            _events[key].Set();
            Check.Equal(0, Poller.Wait(MonotonicClock.SystemNs() + 5_000_000));
            Check.False(Poller.HasReady());
            Poller.Modify(key, PollEvents.Readable);
            Check.Equal(1, Poller.Wait(long.MaxValue));
            Check.Equal((long)key, Poller.Ready(0).Key);
            Check.Equal(0, Poller.Wait(0));
        }
    }

    [Case]
    public void Remove_EndsTheWatch_AndRemoveTwiceDoesNothing()
    {
        for (int i = 0; i < 70; i++)
        {
            Watch(i, EventResetMode.ManualReset).Set();
        }

        foreach (int key in new[] { 69, 0, 40, 65 })
        {
            Poller.Remove(key);
            Poller.Remove(key);
        }

        Check.Sequence(Enumerable.Range(0, 70).Except([69, 0, 40, 65]).Select(static i => (long)i), ReadyNow());
    }

    [Case]
    public void Closed_ByItsOwner_ItIsWatchedStill()
    {
        EventWaitHandle one = Watch(7, EventResetMode.AutoReset);
        using var other = new EventWaitHandle(false, EventResetMode.AutoReset);
        one.Set();
        one.Dispose();
        Check.Sequence([7L], ReadyNow());
        Poller.Remove(7);
        Check.Equal(0, Poller.Wait(0));
    }

    [Case]
    public void Twice_TheSameHandle_TellsBoth()
    {
        EventWaitHandle one = Watch(7, EventResetMode.ManualReset);
        Poller.Add(8, one.SafeWaitHandle, PollEvents.Readable, "again");
        one.Set();
        Check.Sequence([7L, 8L], ReadyNow());
    }

    [Case]
    public void OnlyWakes_LeavesHandlesAloneUntilTheDeadline()
    {
        Watch(7, EventResetMode.AutoReset).Set();
        long deadlineNs = MonotonicClock.SystemNs() + 3_000_000;
        Check.Equal(1, Poller.Wait(deadlineNs, onlyWakes: true));
        Check.True(MonotonicClock.SystemNs() >= deadlineNs);
    }

    [Case]
    public void Add_AFile_SaysWhatToDo()
    {
        using SafeFileHandle file = File.OpenHandle(Environment.ProcessPath!);
        IOException refusal = Check.Throws<IOException>(() => Poller.Add(7, file, PollEvents.Readable, "my file"));
        Check.Contains("my file", refusal.Message);
        Check.Contains("overlapped", refusal.Message);
        Poller.Remove(7);
    }

    [Case]
    public void Add_AClosedHandle_SaysSo()
    {
        using var stale = new SafeWaitHandle(0x7FFF_FFF0, ownsHandle: false); // its owner has closed it, and nothing has its number
        Check.Contains("stale: handle", Check.Throws<IOException>(() => Poller.Add(7, stale, PollEvents.Readable, "stale")).Message);
    }

    [Case]
    public void Add_AMutex_SaysWhatToDo()
    {
        using var mutex = new Mutex();
        IOException refusal = Check.Throws<IOException>(() => Poller.Add(7, mutex.SafeWaitHandle, PollEvents.Readable, "my mutex"));
        Check.Contains("my mutex: handle", refusal.Message);
        Check.Contains("wait for it on another thread", refusal.Message);
        Check.Equal(0, Poller.Wait(0));
    }

    [Case]
    public void Add_WhatNobodyCanWaitFor_SaysSo()
    {
        using RegistryKey key = Registry.LocalMachine.OpenSubKey("Software")!;
        Check.Contains("my key: handle", Check.Throws<IOException>(() => Poller.Add(7, key.Handle, PollEvents.Readable, "my key")).Message);
        Check.Equal(0, Poller.Wait(0));
    }

    [Case]
    public void Add_TakesNothing()
    {
        using var one = new EventWaitHandle(true, EventResetMode.AutoReset);
        Poller.Add(7, one.SafeWaitHandle, PollEvents.Readable, "set before");
        Check.True(one.WaitOne(0), "it is set still");
        one.Set();
        Check.Sequence([7L], ReadyNow());
        Check.Equal(0, Poller.Wait(0));
    }

    [Case]
    public void Ready_OfASemaphore_IsSaidOnceForEachCount()
    {
        for (int others = 0; others <= Many; others += Many) // in the poller's own wait, and in the pool's
        {
            for (int i = 0; i < others; i++)
            {
                Watch(i, EventResetMode.AutoReset);
            }

            using var semaphore = new Semaphore(0, 100);
            Poller.Add(1000, semaphore.SafeWaitHandle, PollEvents.Readable, "semaphore");
            Check.Equal(0, Poller.Wait(0));
            for (int round = 0; round < 5; round++)
            {
                semaphore.Release(7);
                for (int i = 0; i < 7; i++)
                {
                    Poller.HasReady(); // takes one as well
                    Check.Equal(1, Poller.Wait(MonotonicClock.SystemNs() + 20_000_000_000), $"round {round}, count {i}");
                    Check.Equal(1000L, Poller.Ready(0).Key);
                }

                Check.Equal(0, Poller.Wait(MonotonicClock.SystemNs() + 1_000_000));
            }

            Poller.Remove(1000);
        }
    }

    [Case]
    public void Closed_BehindItsBack_ItSaysWhose_AndTheOthersGoOn()
    {
        var lost = new List<(long Key, string Why)>();
        Poller.OnLost = (key, why) => lost.Add((key, why.Message));
        for (int i = 0; i < 70; i++)
        {
            Watch(i, EventResetMode.AutoReset);
        }

        Check.Equal(0, Poller.Wait(0));
        StrayClose.Duplicates(_events[3].SafeWaitHandle);
        Poller.Wait(MonotonicClock.SystemNs() + 20_000_000_000);
        Check.Equal(1, lost.Count);
        Check.Equal(3L, lost[0].Key);
        Check.Contains("event 3: its handle was closed by somebody else", lost[0].Why);
        foreach (int i in new[] { 0, 4, 58, 59, 69 })
        {
            _events[i].Set();
            Check.Sequence([i], ReadyNow(long.MaxValue));
        }

        Poller.Modify(3, PollEvents.None);
        Poller.Modify(3, PollEvents.Readable);
        Check.Equal(0, Poller.Wait(0));
        Poller.Remove(3);
        Check.Equal(0, Poller.Wait(0));

        _events[69].Set(); // taken, and so not with the pool at this moment
        Check.Sequence([69L], ReadyNow(long.MaxValue));
        StrayClose.Duplicates(_events[69].SafeWaitHandle);
        Poller.Wait(MonotonicClock.SystemNs() + 20_000_000_000);
        Check.Equal(69L, lost[^1].Key);
        Check.Equal(0, Poller.Wait(MonotonicClock.SystemNs() + 1_000_000));
        Check.Equal(2, lost.Count);
        Poller.Remove(69);
    }

    [Case]
    public void Wait_OfMoreThanASecond_IsOnTime()
    {
        for (int i = 0; i < 2; i++)
        {
            long deadlineNs = MonotonicClock.SystemNs() + 1_200_000_000;
            Check.Equal(0, Poller.Wait(deadlineNs, onlyWakes: i == 1));
            long lateNs = MonotonicClock.SystemNs() - deadlineNs;
            Check.True(lateNs is >= 0 and < 2_000_000_000, $"late by {lateNs} ns");
        }
    }

    [Case]
    public void Dispose_LeavesNoHandle()
    {
        Cycle(); // what is made once
        int before = HandleCount();
        for (int i = 0; i < 10; i++)
        {
            Cycle();
        }

        int left = HandleCount() - before;
        Check.True(left < 100, $"{left} handles are left of {10 * 140}"); // the pool has threads of its own

        void Cycle()
        {
            Poller poller = Create();
            EventWaitHandle[] events = [.. Enumerable.Range(0, 70).Select(static _ => new EventWaitHandle(false, EventResetMode.AutoReset))];
            for (int i = 0; i < events.Length; i++)
            {
                poller.Add(i, events[i].SafeWaitHandle, PollEvents.Readable, "one of many");
            }

            poller.Expose(onlyWakes: false);
            Check.Equal(0, poller.Wait(0));
            poller.Dispose();
            foreach (EventWaitHandle one in events)
            {
                one.Dispose();
            }
        }
    }

    [Case]
    public void Messages_ThatNobodyTakes_HideNothing()
    {
        using var queue = new MessageQueue();
        Poller.Add(7, queue, PollEvents.Readable, "window");
        EventWaitHandle one = Watch(8, EventResetMode.AutoReset);
        Check.True(PostMessage(CurrentThread(), 0x8000, 0, 0));
        for (int i = 0; i < 3; i++)
        {
            one.Set();
            Check.Sequence([7L, 8L], ReadyNow(long.MaxValue));
            Check.Sequence([7L], ReadyNow(long.MaxValue));
        }

        while (TakeMessage(new byte[64], 0, 0, 0, 1))
        {
        }

        Check.Equal(0, Poller.Wait(0));
    }

    [Case]
    public void Messages_EndTheWait_UntilTheyAreTaken()
    {
        using var queue = new MessageQueue();
        Poller.Add(7, queue, PollEvents.Readable, "window");
        Check.Equal(0, Poller.Wait(MonotonicClock.SystemNs() + 1_000_000));
        uint thread = CurrentThread();
        Worker.Run(() => Check.True(PostMessage(thread, 0x8000, 0, 0)));
        for (int i = 0; i < 3; i++)
        {
            Check.Equal(1, Poller.Wait(long.MaxValue));
            Check.Equal((7L, PollEvents.Readable), Poller.Ready(0));
            Check.True(Poller.HasReady());
        }

        Poller.Add(8, queue, PollEvents.Readable, "another window");
        Check.Sequence([7L, 8L], ReadyNow());
        Poller.Modify(8, PollEvents.None);
        Check.Sequence([7L], ReadyNow());
        byte[] message = new byte[64];
        while (TakeMessage(message, 0, 0, 0, 1))
        {
        }

        Check.Equal(0, Poller.Wait(0));
        Watch(9, EventResetMode.AutoReset).Set();
        Check.Equal(1, Poller.Wait(long.MaxValue));
        Check.Equal(9L, Poller.Ready(0).Key);
        Worker waker = Worker.Start(Poller.Wake);
        Check.Equal(0, Poller.Wait(long.MaxValue));
        waker.Join();
    }

    [Case]
    public void News_ForAGuestsHelper_TakeNothingAway()
    {
        Poller.Expose(onlyWakes: false);
        EventWaitHandle one = Watch(7, EventResetMode.AutoReset);
        Worker helper = Worker.Start(() =>
        {
            Poller.WaitForNews();
            Poller.WaitForNews();
        });
        one.Set();
        helper.Join();
        Check.Sequence([7L], ReadyNow());

        Poller.Wake();
        Poller.WaitForNews();
        Poller.WaitForNews();
        Check.Equal(0, Poller.Wait(long.MaxValue), "the wake is there still");

        Poller.ArmDescriptor(MonotonicClock.SystemNs() + 3_000_000);
        Poller.WaitForNews();
        Poller.ArmDescriptor(long.MaxValue);
    }

    [Case]
    public void News_ForAGuestsHelper_FollowEveryChange()
    {
        Poller.Expose(onlyWakes: false);
        for (int i = 0; i < 50; i++)
        {
            EventWaitHandle first = Watch(100 + i, EventResetMode.AutoReset);
            Worker helper = Worker.Start(Poller.WaitForNews);
            EventWaitHandle second = Watch(200 + i, EventResetMode.AutoReset);
            Poller.Remove(100 + i); // while it waits, perhaps
            first.Set();
            if (i % 2 == 0)
            {
                second.Set();
                helper.Join();
                Check.Sequence([200L + i], ReadyNow());
            }
            else
            {
                Poller.ArmDescriptor(1);
                helper.Join();
                Poller.ArmDescriptor(long.MaxValue);
            }

            Poller.Remove(200 + i);
        }
    }

    [Case]
    public void News_ForAGuestsHelper_AreOfThoseBeyondOneWait_Too()
    {
        Poller.Expose(onlyWakes: false);
        for (int i = 0; i < 70; i++)
        {
            Watch(i, EventResetMode.AutoReset);
        }

        Poller.Modify(69, PollEvents.None);
        Poller.Modify(69, PollEvents.Readable);
        foreach (int i in new[] { 69, 65, 3 })
        {
            Worker helper = Worker.Start(Poller.WaitForNews);
            _events[i].Set();
            helper.Join();
            Check.Sequence([i], ReadyNow());
            Poller.ArmDescriptor(long.MaxValue); // as a tick does at its end
        }
    }

    private EventWaitHandle Watch(long key, EventResetMode mode)
    {
        var one = new EventWaitHandle(false, mode);
        _events.Add(one);
        Poller.Add(key, one.SafeWaitHandle, PollEvents.Readable, $"event {key}");
        return one;
    }

    private List<long> ReadyNow(long deadlineNs = 0)
    {
        int count = Poller.Wait(deadlineNs);
        return [.. Enumerable.Range(0, count).Select(i => Poller.Ready(i).Key).Order()];
    }

    private static int HandleCount()
    {
        using var self = Process.GetCurrentProcess();
        return self.HandleCount;
    }

    [LibraryImport("kernel32", EntryPoint = "GetCurrentThreadId")]
    private static partial uint CurrentThread();

    [LibraryImport("user32", EntryPoint = "PostThreadMessageW")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool PostMessage(uint thread, uint message, nint first, nint second);

    [LibraryImport("user32", EntryPoint = "PeekMessageW")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool TakeMessage([Out] byte[] message, nint window, uint least, uint most, uint removes);
}
