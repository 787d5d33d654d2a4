using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>Sources with descriptors, and what descriptors do to a loop: hang-ups, removals at the wrong moment, numbers that are used again.</summary>
public sealed class DescriptorCases : IDisposable
{
    private readonly SilentLog _log = new();
    private readonly MainLoop _loop;

    public DescriptorCases()
    {
        Sys.NeedsLinux();
        _loop = new MainLoop(new LoopOptions { Name = "case", Log = _log, MaxEventsPerDispatch = 4 });
    }

    public void Dispose() => _loop?.Dispose();

    [Case]
    public void HangUp_IsOneEventAndTheEnd_NotALoopAtFullLoad()
    {
        var pipe = new PipeSource { LeavesHangUpToTheLoop = true };
        SourceHandle handle = _loop.Add(pipe, RetryPolicy.Never);
        var seen = new List<string>();
        handle.On((in PipeByte _, in EventInfo _) => seen.Add("byte"));
        handle.On((in SourceHungUp e, in EventInfo _) => seen.Add($"{e.Events}"));
        pipe.Feed(6);
        pipe.HangUp();
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(100) });
        Check.Sequence([.. Enumerable.Repeat("byte", 6), "HangUp"], seen, "what was written before comes first");
        Check.Equal(SourceState.Failed, handle.State);
        Check.True(pipe.Dispatches <= 3, $"{pipe.Dispatches} dispatches");
        Check.True(_loop.Counters.Ticks <= 6, $"{_loop.Counters.Ticks} ticks in 100 ms");
        Check.Equal(0L, _loop.Counters.Errors, "a device that was unplugged is no error");
    }

    [Case]
    public void HangUp_WithoutInterest_IsSeenAllTheSame()
    {
        var pipe = new PipeSource { LeavesHangUpToTheLoop = true, Interest = PollEvents.None };
        SourceHandle handle = _loop.Add(pipe, RetryPolicy.Never);
        pipe.HangUp();
        _loop.Tick(Patience.Long);
        Check.Equal(SourceState.Failed, handle.State);
    }

    [Case]
    public void HangUp_OfADeviceThatStaysAway_CostsOneAttemptPerDelay()
    {
        var pipe = new PipeSource { LeavesHangUpToTheLoop = true };
        SourceHandle handle = _loop.Add(pipe, new RetryPolicy { InitialDelay = TimeSpan.FromMilliseconds(10), Factor = 1 });
        pipe.IsBroken = true;
        pipe.HangUp();
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(105) });
        Check.Equal(SourceState.WaitingToRetry, handle.State);
        Check.Equal(1, pipe.Dispatches);
        Check.True(_loop.Counters.Ticks <= 20, $"{_loop.Counters.Ticks} ticks in 100 ms");
    }

    [Case]
    public void RemovedByAHandler_WhileItAttachesAgain_IsNotWatched()
    {
        var pipe = new PipeSource();
        SourceHandle handle = _loop.Add(pipe, new RetryPolicy { InitialDelay = TimeSpan.FromMilliseconds(1) });
        handle.On((in PipeByte _, in EventInfo info) => info.Source.Remove());
        pipe.Attaching = context =>
        {
            pipe.Feed(1); // its descriptor is ready
            context.Emit(new PipeByte(0));
        };
        pipe.HangUp();
        Pump.Until(_loop, () => handle.State == SourceState.Removed);
        Check.Throws<InvalidOperationException>(() => _ = pipe.Handle);
        long ticks = _loop.Counters.Ticks;
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(20) });
        Check.True(_loop.Counters.Ticks <= ticks + 3, $"{_loop.Counters.Ticks - ticks} ticks in 20 ms");
        Check.Equal(SourceState.Removed, handle.State);
        Check.Equal(1L, handle.Counters.Attaches);
        Check.Equal(0, _loop.Counters.Sources);
        Check.Equal(0L, _loop.Counters.Errors);
    }

    [Case]
    public void Disconnected_WithinAttach_IsAttachedAgainOnce()
    {
        var pipe = new PipeSource();
        pipe.Attaching = context =>
        {
            pipe.Attaching = null;
            context.Disconnected();
        };
        SourceHandle handle = _loop.Add(pipe, new RetryPolicy { InitialDelay = TimeSpan.FromMilliseconds(1) });
        Check.Equal(SourceState.WaitingToRetry, handle.State);
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(20) });
        Check.Equal(SourceState.Attached, handle.State);
        Check.Equal(2L, handle.Counters.Attaches);
        Check.Equal(0L, handle.Counters.Errors);
        pipe.Feed(1);
        _loop.Tick();
        Check.Equal(1L, handle.Counters.Events);
    }

    [Case]
    public void TwoReadyAtOnce_TheFirstRemovesBoth_TheSecondIsNotCalled()
    {
        var pipes = new PipeSource[] { new() { Name = "a" }, new() { Name = "b" } };
        SourceHandle[] handles = [.. pipes.Select(pipe => _loop.Add(pipe))];
        foreach (SourceHandle handle in handles)
        {
            handle.On((in PipeByte _, in EventInfo _) => Array.ForEach(handles, static one => one.Remove()));
        }

        Array.ForEach(pipes, static pipe => pipe.Feed(1));
        _loop.Tick();
        Check.Equal(1, pipes.Sum(static pipe => pipe.Dispatches));
        Check.Equal(1L, handles.Sum(static handle => handle.Counters.Events));
        Pump.Ticks(_loop, 3);
        Check.Equal(0, _loop.Counters.Sources);
        Check.Equal(0L, _loop.Counters.Errors);
    }

    [Case]
    public void TwoReadyAtOnce_TheFirstReplacesTheSecond_TheNewOneGetsNothingOfIt()
    {
        var pipes = new PipeSource[] { new() { Name = "a" }, new() { Name = "b" } };
        SourceHandle[] handles = [.. pipes.Select(pipe => _loop.Add(pipe))];
        var replacement = new PipeSource { Name = "c" };
        foreach (SourceHandle handle in handles)
        {
            handle.On((in PipeByte _, in EventInfo _) =>
            {
                Array.ForEach(handles, static one => one.Remove());
                _loop.Add(replacement); // takes the table's place, and the descriptor's number, of a removed one
            });
        }

        Array.ForEach(pipes, static pipe => pipe.Feed(1));
        _loop.Tick();
        Check.Equal(0, replacement.Dispatches);
        replacement.Feed(1);
        _loop.Tick();
        Check.Equal(1, replacement.Dispatches);
    }

    [Case]
    public void NoisyDescriptors_GetOneDispatchATickEach()
    {
        var pipes = new PipeSource[] { new() { Name = "a" }, new() { Name = "b" } };
        SourceHandle[] handles = [.. pipes.Select(pipe => _loop.Add(pipe))];
        Array.ForEach(pipes, static pipe => pipe.Feed(400));
        for (int tick = 1; tick <= 100; tick++)
        {
            _loop.Tick();
            Check.True(handles.All(handle => handle.Counters.Dispatches == tick && handle.Counters.Events == 4 * tick), $"after tick {tick}");
        }
    }

    [Case]
    public void ClosedBehindTheLoopsBack_NumberReused_TheNewOwnerIsUndisturbed()
    {
        var stale = new PipeSource { Name = "stale" };
        SourceHandle staleHandle = _loop.Add(stale);
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
        using SafeFileHandle a = read, b = write;
        int number = (int)stale.Handle.DangerousGetHandle();
        Sys.Replace(number, read);
        Sys.Write(write);
        _loop.Tick();
        Check.Equal(0, stale.Dispatches, "what comes on the number is not for who had it");

        var owner = new BorrowedSource(new SafeFileHandle(number, ownsHandle: false));
        SourceHandle ownerHandle = _loop.Add(owner);
        _loop.Tick();
        Check.Equal(1, owner.Dispatches);
        IOException refusal = Check.Throws<IOException>(() => stale.Context!.SetInterest(PollEvents.Writable));
        Check.Contains("stale", refusal.Message);

        // Its Detach would close the number that is another's now: that is the culprit's doing, and not what is looked at here.
        stale.Handle.SetHandleAsInvalid();
        staleHandle.Remove();
        Sys.Write(write);
        _loop.Tick();
        Check.Equal(2, owner.Dispatches);
        ownerHandle.Remove();
    }

    [Case]
    public void ClosedBehindTheLoopsBack_WhileADuplicateIsOpen_IsNotALoopAtFullLoad()
    {
        var pipe = new PipeSource();
        SourceHandle handle = _loop.Add(pipe);
        (SafeFileHandle duplicate, SafeFileHandle unused) = Sys.Pipe();
        using SafeFileHandle a = duplicate, b = unused;
        Sys.Replace((int)duplicate.DangerousGetHandle(), pipe.Handle);
        new SafeFileHandle(pipe.Handle.DangerousGetHandle(), ownsHandle: true).Dispose();
        pipe.Handle.SetHandleAsInvalid();
        pipe.Feed(1);
        handle.Remove(); // hangs up as well
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(100) });
        Check.True(_loop.Counters.Ticks <= 6, $"{_loop.Counters.Ticks} ticks in 100 ms");
        Check.Equal(0, pipe.Dispatches);
        Check.Equal(0L, _loop.Counters.Errors);
    }

    [Case]
    public void SameDescriptorTwice_NamesItsOwner_AndLeavesItAlone()
    {
        var pipe = new PipeSource { Name = "the owner" };
        _loop.Add(pipe);
        IOException refusal = Check.Throws<IOException>(() => _loop.Add(new BorrowedSource(pipe.Handle)));
        Check.Contains("the owner", refusal.Message);
        Check.Contains("borrowed", refusal.Message);
        Check.Equal(1, _loop.Counters.Sources);
        pipe.Feed(1);
        _loop.Tick();
        Check.Equal(1, pipe.Dispatches);
    }

    [Case]
    public void RegularFile_IsRefusedWithAReason_AndDetached()
    {
        using SafeFileHandle file = File.OpenHandle(Environment.ProcessPath!);
        var source = new BorrowedSource(file);
        Check.Contains("EPERM", Check.Throws<IOException>(() => _loop.Add(source)).Message);
        Check.True(source.Detaches > 0);
        Check.Equal(0, _loop.Counters.Sources);
    }

    [Case]
    public void SetInterest_DecidesWhatIsHeard()
    {
        var pipe = new PipeSource { Interest = PollEvents.None };
        _loop.Add(pipe);
        pipe.Feed(1);
        _loop.Tick();
        Check.Equal(0, pipe.Dispatches);
        pipe.Context!.SetInterest(PollEvents.Readable);
        _loop.Tick();
        Check.Equal(1, pipe.Dispatches);
    }

    [Case]
    public void Source_IsInALoopOnce_AndMayComeBackWhenItHasLetGo()
    {
        var pipe = new PipeSource();
        SourceHandle handle = _loop.Add(pipe);
        Check.Contains("already", Check.Throws<InvalidOperationException>(() => _loop.Add(pipe)).Message);
        Check.Equal(1, _loop.Counters.Sources);
        handle.Remove();
        pipe.Attaching = _ => _loop.Add(pipe); // would nest without end
        Check.Contains("within its own Attach", Check.Throws<InvalidOperationException>(() => _loop.Add(pipe)).Message);
        pipe.Attaching = null;
        _loop.Add(pipe);
        Check.Equal(1, _loop.Counters.Sources);
    }

    [Case]
    public void BrokenPoller_IsThrownByRun_Once()
    {
        MainLoop loop = new(new LoopOptions { Name = "case", Log = _log });
        var pipe = new PipeSource();
        loop.Add(pipe);
        var errors = new List<Exception>();
        loop.UnhandledException += context => errors.Add(context.Exception);
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
        using SafeFileHandle a = read, b = write;
        Sys.Replace(EpollThatWatches(pipe.Handle), read); // somebody closed a descriptor that was not his
        IOException thrown = Check.Throws<IOException>(() => loop.Run(new RunOptions { For = TimeSpan.FromSeconds(1) }));
        Check.Contains("poller is broken", thrown.Message);
        Check.Equal(0, errors.Count);
        Check.False(loop.IsRunning);
        loop.Dispose();
        Check.True(loop.IsDisposed);
    }

    // proc(5) lists the descriptors that an epoll watches.
    private static int EpollThatWatches(SafeHandle handle)
    {
        string entry = $"tfd: {handle.DangerousGetHandle(),8} ";
        foreach (string info in Directory.GetFiles("/proc/self/fdinfo"))
        {
            try
            {
                if (File.ReadAllText(info).Contains(entry, StringComparison.Ordinal))
                {
                    return int.Parse(Path.GetFileName(info), CultureInfo.InvariantCulture);
                }
            }
            catch (IOException)
            {
                // Closed since it was listed, such as the listing's own.
            }
        }

        throw new InvalidOperationException("No epoll watches it.");
    }

    [Case]
    public void TooManyOpenFiles_NoLoop_ButAClearError()
    {
        ulong before = Sys.LimitOpenFiles(3);
        string? message = null;
        try
        {
            using var refused = new MainLoop();
        }
        catch (IOException exception)
        {
            message = exception.Message;
        }
        finally
        {
            Sys.LimitOpenFiles(before);
        }

        Check.Contains("ulimit -n", message);
    }

    /// <summary>A descriptor that belongs to somebody else.</summary>
    private sealed class BorrowedSource(SafeHandle handle) : IPollableSource
    {
        public string Name => "borrowed";

        public SafeHandle Handle => handle;

        public PollEvents Interest => PollEvents.Readable;

        public int Dispatches { get; private set; }

        public int Detaches { get; private set; }

        public void Attach(SourceContext context)
        {
        }

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            Dispatches++;
            return Math.Max(0, Sys.Read(handle, 1));
        }

        public void Detach() => Detaches++;
    }
}
