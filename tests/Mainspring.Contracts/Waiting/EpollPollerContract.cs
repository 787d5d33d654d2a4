using Mainspring.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>The poller contract, for epoll with everything that the kernel has.</summary>
public sealed class EpollPollerContract : DescriptorPollerContract
{
    private protected override EpollFeatures Features => EpollFeatures.All;

    [Case]
    public void PreciseWait_IsUsedUnlessRefused()
    {
        // tests/seccomp/check.sh says by this variable what its filter refuses.
        bool isRefused = Environment.GetEnvironmentVariable("MAINSPRING_REFUSED") == "epoll_pwait2";
        var poller = (EpollPoller)Poller;
        poller.Wait(MonotonicClock.SystemNs() + 100_000);
        if (isRefused)
        {
            Check.False(poller.WaitsPrecisely);
        }
        else if (!poller.WaitsPrecisely)
        {
            throw new SkipException("this kernel has no epoll_pwait2");
        }
    }
}

/// <summary>The poller contract, for epoll as an old kernel or a strict filter leaves it.</summary>
public sealed class OldKernelPollerContract : DescriptorPollerContract
{
    private protected override EpollFeatures Features => EpollFeatures.None;
}

/// <summary>What a poller that watches descriptors keeps besides.</summary>
public abstract class DescriptorPollerContract : PollerContract
{
    private readonly List<SafeFileHandle> _handles = [];

    private protected abstract EpollFeatures Features { get; }

    private protected override Poller Create()
    {
        Sys.NeedsLinux();
        return new EpollPoller(Features);
    }

    [Case]
    public void Ready_SaysWhoAndWhat()
    {
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
        Poller.Add(7, read, PollEvents.Readable, "reader");
        Poller.Add(8, write, PollEvents.Writable, "writer");
        Check.Equal(1, Poller.Wait(long.MaxValue));
        Check.Equal((8L, PollEvents.Writable), Poller.Ready(0));

        Poller.Modify(8, PollEvents.None);
        Sys.Write(write);
        Check.Equal(1, Poller.Wait(long.MaxValue));
        Check.Equal((7L, PollEvents.Readable), Poller.Ready(0));
        Check.True(Poller.HasReady(), "it was not read");
        Sys.Read(read, 1);
        Check.False(Poller.HasReady());
        write.Dispose();
        Poller.Remove(8);
        Check.Equal(1, Poller.Wait(long.MaxValue));
        Check.Equal((7L, PollEvents.HangUp), Poller.Ready(0));
        Poller.Remove(7);
        Check.Equal(0, Poller.Wait(0));
    }

    [Case]
    public void Ready_AmongWakesAndTimers_IsNotMixedUp()
    {
        var readers = new List<SafeFileHandle>();
        for (int i = 0; i < 300; i++)
        {
            (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
            readers.Add(read);
            _handles.Add(write);
            Poller.Add(i + 100, read, PollEvents.Readable, "reader");
        }

        // More are ready than fit into one answer, and a wake and an expired timer are among them.
        Poller.Wake();
        Poller.Wait(MonotonicClock.SystemNs() + 6_000_000);
        Sys.Write(_handles[0]);
        Poller.ArmDescriptor(1);
        Poller.Wake();
        _handles.Skip(1).ToList().ForEach(static write => Sys.Write(write));
        var seen = new HashSet<long>();
        for (int i = 0; i < 10 && seen.Count < 300; i++)
        {
            int ready = Poller.Wait(0);
            for (int j = 0; j < ready; j++)
            {
                (long key, PollEvents events) = Poller.Ready(j);
                Check.Equal(PollEvents.Readable, events);
                Check.True(seen.Add(key), "a reader that has read is not ready again");
                Sys.Read(readers[(int)key - 100], 1);
            }
        }

        Check.Equal(300, seen.Count);
        readers.ForEach(static read => read.Dispose());
    }

    [Case]
    public void OnlyWakes_LeavesDescriptorsAloneUntilTheDeadline()
    {
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
        using SafeFileHandle far = write;
        Poller.Add(7, read, PollEvents.Readable, "reader");
        Sys.Write(write);
        long deadlineNs = MonotonicClock.SystemNs() + 3_000_000;
        Check.Equal(1, Poller.Wait(deadlineNs, onlyWakes: true));
        Check.True(MonotonicClock.SystemNs() >= deadlineNs);
    }

    [Case]
    public void Add_ARegularFile_SaysWhatToDo()
    {
        Sys.NeedsLinux();
        using SafeFileHandle file = File.OpenHandle(Environment.ProcessPath!);
        IOException refusal = Check.Throws<IOException>(() => Poller.Add(7, file, PollEvents.Readable, "my file"));
        Check.Contains("my file", refusal.Message);
        Check.Contains("EPERM", refusal.Message);
        string number = $"descriptor {file.DangerousGetHandle()}";
        Check.Contains($"my file ({number}) is a regular file", refusal.Message);
        refusal = Check.Throws<IOException>(() => Poller.Add(7, file, PollEvents.Readable, number));
        Check.True(refusal.Message.StartsWith($"{number} is a regular file", StringComparison.Ordinal), refusal.Message);
        Poller.Remove(7);
        Check.False(file.IsClosed);
    }

    [Case]
    public void Add_ADescriptorTwice_NamesItsOwner()
    {
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
        using SafeFileHandle far = write;
        Poller.Add(7, read, PollEvents.Readable, "the first");
        IOException refusal = Check.Throws<IOException>(() => Poller.Add(8, read, PollEvents.Readable, "the second"));
        Check.Contains("the first", refusal.Message);
        Check.Contains("the second", refusal.Message);
        Poller.Remove(8);
        Sys.Write(write);
        Check.Equal(1, Poller.Wait(0));
        Check.Equal(7L, Poller.Ready(0).Key);
    }

    [Case]
    public void Add_KeepsTheDescriptorOpenUntilRemove()
    {
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
        using SafeFileHandle far = write;
        Poller.Add(7, read, PollEvents.Readable, "reader");
        read.Dispose();
        Sys.Write(write); // would be an error if nobody had the read end open
        Check.Equal(1, Poller.Wait(0));
        Poller.Remove(7);
        Check.Throws<IOException>(() => Sys.Write(write));
    }

    [Case]
    public void ClosedBehindOurBack_AndReused_GivesNoEventToTheWrongOwner()
    {
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
        (SafeFileHandle otherRead, SafeFileHandle otherWrite) = Sys.Pipe();
        using SafeFileHandle a = read, b = write, c = otherRead, d = otherWrite;
        int number = (int)read.DangerousGetHandle();
        Poller.Add(7, read, PollEvents.Readable, "stale");
        Sys.Replace(number, otherRead); // close and open in one
        Sys.Write(otherWrite);
        Check.Equal(0, Poller.Wait(0));

        var reused = new SafeFileHandle(number, ownsHandle: false);
        Poller.Add(8, reused, PollEvents.Readable, "new owner");
        Check.Equal(1, Poller.Wait(0));
        Check.Equal(8L, Poller.Ready(0).Key);
        Check.Contains("not open any more", Check.Throws<IOException>(() => Poller.Modify(7, PollEvents.Writable)).Message);
        Poller.Remove(7);
        Check.Equal(1, Poller.Wait(0), "the new owner is still watched");
        Check.Equal(8L, Poller.Ready(0).Key);
        Poller.Remove(8);
        Check.Equal(0, Poller.Wait(0));
    }

    [Case]
    public void ClosedBehindOurBack_WhileADuplicateIsOpen_EndsNoWaits()
    {
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
        (SafeFileHandle otherRead, SafeFileHandle otherWrite) = Sys.Pipe();
        (SafeFileHandle duplicate, SafeFileHandle unused) = Sys.Pipe();
        using SafeFileHandle a = write, b = otherRead, c = otherWrite, d = duplicate, e = unused;
        using var host = new EpollPoller(EpollFeatures.All);
        host.Add(1, Poller.Expose(onlyWakes: false)!, PollEvents.Readable, "the loop");
        Poller.Add(7, read, PollEvents.Readable, "stale");
        Poller.Add(8, otherRead, PollEvents.None, "the other");
        Poller.Add(9, otherWrite, PollEvents.None, "not heard");
        Poller.Modify(8, PollEvents.Readable);
        Sys.Replace((int)duplicate.DangerousGetHandle(), read);
        CloseBehindItsBack(read);
        Poller.Remove(7);
        Sys.Write(write);

        for (int i = 0; i < 3; i++)
        {
            Check.Equal(0, Poller.Wait(0), "what was removed is not ready");
        }

        Check.False(Sys.IsReadable(Poller.Expose(onlyWakes: false)!), "nothing is left of it");
        Check.Equal(0, host.Wait(0));
        foreach (long waitNs in new[] { 2_000_000L, 7_000_000 })
        {
            long deadlineNs = MonotonicClock.SystemNs() + waitNs;
            Check.Equal(0, Poller.Wait(deadlineNs));
            Check.True(MonotonicClock.SystemNs() >= deadlineNs);
        }

        Sys.Write(otherWrite);
        Check.Equal(1, host.Wait(long.MaxValue), "a foreign loop hears of it still");
        Check.Equal(1, Poller.Wait(long.MaxValue));
        Check.Equal((8L, PollEvents.Readable), Poller.Ready(0));
        Poller.Modify(8, PollEvents.None);
        Poller.Wake();
        Check.Equal(0, Poller.Wait(long.MaxValue));
        Poller.Modify(9, PollEvents.Writable);
        Check.Equal(1, Poller.Wait(long.MaxValue));
        Check.Equal((9L, PollEvents.Writable), Poller.Ready(0));
    }

    [Case]
    public void ClosedBehindOurBack_AndTheNumberReused_IsNotWatchedAnewByMistake()
    {
        (SafeFileHandle orphan, SafeFileHandle orphanWrite) = Sys.Pipe();
        (SafeFileHandle stale, SafeFileHandle staleWrite) = Sys.Pipe();
        (SafeFileHandle duplicate, SafeFileHandle unused) = Sys.Pipe();
        (SafeFileHandle stranger, SafeFileHandle strangerWrite) = Sys.Pipe();
        using SafeFileHandle a = orphanWrite, b = stale, c = staleWrite, d = duplicate, e = unused, f = stranger, g = strangerWrite;
        Poller.Add(7, orphan, PollEvents.Readable, "removed");
        Poller.Add(8, stale, PollEvents.Readable, "not removed yet");
        Sys.Replace((int)duplicate.DangerousGetHandle(), orphan);
        CloseBehindItsBack(orphan);
        Poller.Remove(7);
        Sys.Replace((int)stale.DangerousGetHandle(), stranger);
        Sys.Write(strangerWrite);
        Sys.Write(orphanWrite);
        for (int i = 0; i < 3; i++)
        {
            Check.Equal(0, Poller.Wait(0), "what comes on the number is not for who had it");
        }
    }

    [Case]
    public void OnlyWakes_LongWaits_UseTheTimer()
    {
        // A wait that was cut short leaves the timer running, which the descriptor shows.
        Poller.Wake();
        Check.Equal(0, Poller.Wait(MonotonicClock.SystemNs() + 50_000_000, onlyWakes: true));
        Check.True(Sys.IsReadable(Poller.Expose(onlyWakes: false)!, 20_000));
    }

    [Case]
    public void OnlyWakes_AfterTheTimerHasExpired_WaitsAllTheSame()
    {
        foreach (long waitNs in new[] { 6_000_000L, 1_000_000, 6_000_000, 20_000_000 })
        {
            Poller.ArmDescriptor(1);
            long deadlineNs = MonotonicClock.SystemNs() + waitNs;
            Check.Equal(0, Poller.Wait(deadlineNs, onlyWakes: true));
            Check.True(MonotonicClock.SystemNs() >= deadlineNs);
        }

        Poller.ArmDescriptor(1);
        bool isWoken = false;
        Worker waker = Worker.Start(() =>
        {
            Thread.Sleep(20);
            Volatile.Write(ref isWoken, true);
            Poller.Wake();
        });
        Check.Equal(0, Poller.Wait(long.MaxValue, onlyWakes: true));
        Check.True(Volatile.Read(ref isWoken), "until the wake");
        waker.Join();
    }

    [Case]
    public void TooManyOpenFiles_IsAClearError()
    {
        Sys.NeedsLinux();
        ulong before = Sys.LimitOpenFiles(3);
        IOException? refusal = null;
        try
        {
            using Poller refused = Create();
        }
        catch (IOException exception)
        {
            refusal = exception;
        }
        finally
        {
            Sys.LimitOpenFiles(before);
        }

        Check.Contains("too many open files", refusal?.Message);
        Check.Contains("ulimit -n", refusal?.Message);
    }

    [Case]
    public void Descriptor_IsReadableWhenTheDeadlineHasCome()
    {
        Check.False(Sys.IsReadable(Poller.Expose(onlyWakes: false)!));
        Poller.ArmDescriptor(MonotonicClock.SystemNs() + 2_000_000);
        Check.True(Sys.IsReadable(Poller.Expose(onlyWakes: false)!, 20_000));
        Check.Equal(0, Poller.Wait(0));
        Check.False(Sys.IsReadable(Poller.Expose(onlyWakes: false)!));
        Poller.ArmDescriptor(1);
        Check.True(Sys.IsReadable(Poller.Expose(onlyWakes: false)!), "a deadline that has passed");
        Poller.Wait(0);
        Poller.ArmDescriptor(MonotonicClock.SystemNs() + 3_000_000_000_000);
        Check.False(Sys.IsReadable(Poller.Expose(onlyWakes: false)!));
        Poller.ArmDescriptor(long.MaxValue);
        Check.False(Sys.IsReadable(Poller.Expose(onlyWakes: false)!));
    }

    // The number is closed, while whoever holds the handle believes that it is open.
    private static void CloseBehindItsBack(SafeFileHandle handle)
    {
        new SafeFileHandle(handle.DangerousGetHandle(), ownsHandle: true).Dispose();
        handle.SetHandleAsInvalid();
    }
}
