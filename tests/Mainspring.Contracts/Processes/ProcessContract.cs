using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Mainspring.Processes;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>What child processes promise, whatever the system, and however they are watched.</summary>
public abstract class ProcessContract : IDisposable
{
    /// <summary>Looks first whether the cases can run here.</summary>
    protected ProcessContract(Action need)
    {
        need();
        Loop = Loops.New();
        Folder = Directory.CreateTempSubdirectory("mainspring-processes-").FullName;
    }

    private protected MainLoop Loop { get; }

    private protected string Folder { get; }

    /// <summary>How many end at once: more than one wait of Windows takes.</summary>
    private protected abstract int Many { get; }

    /// <summary>How many are started one after the other.</summary>
    private protected abstract int Sequence { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Loop.Dispose();
        Patience.Until(FolderIsGone, "a child that has ended lets go of its files"); // what its handles keep open can outlast its end by a moment
    }

    /// <summary>On the loop's thread, once.</summary>
    [Case]
    public void An_exit_code_is_told_on_the_loop()
    {
        using ChildProcess child = Loop.StartProcess(Child("exit", "3"));
        Check.False(child.HasExited);
        ChildExit exit = Loop.Run(async () =>
        {
            ChildExit exit = await child.Exited;
            Check.Equal(Loop, MainLoop.Current);
            return exit;
        });
        Check.Equal(new ChildExit(3), exit);
        Check.False(exit.IsSuccess);
        Check.Equal("exit code 3", exit.ToString());
        Check.Equal(0, Loop.Counters.Sources);
        Check.False(child.Kill(), "it has ended");
        Check.False(child.Terminate());
        CheckNothingIsLeftOf(child);
    }

    /// <summary>By name.</summary>
    [Case]
    public void A_signal_that_ended_it_is_told()
    {
        using ChildProcess child = Loop.StartProcess(Child("sleep"));
        Check.True(child.Terminate());
        ChildExit exit = Run(child);
        Check.Equal<PosixSignal?>(PosixSignal.SIGTERM, exit.Signal);
        Check.Equal(128 + 15, exit.Code);
        Check.Equal("SIGTERM", exit.ToString());
        using ChildProcess other = Loop.StartProcess(Child("sleep"));
        Check.True(other.Kill());
        exit = Run(other);
        Check.Equal<PosixSignal?>(Signals.Kill, exit.Signal);
        Check.Equal("SIGKILL", exit.ToString());
    }

    /// <summary>Each once, with its own code.</summary>
    [Case]
    public void Many_ends_at_once_are_each_told_once()
    {
        var told = new int[Many];
        var children = new List<ChildProcess>();
        for (int i = 0; i < Many; i++)
        {
            int index = i;
            var listener = new Listener { OnExit = exit => told[index] += exit == new ChildExit(index) ? 1 : 1000 };
            children.Add(Loop.StartProcess(Child("wait", $"{i}") with { StandardInput = Redirect.Pipe, StandardOutput = Redirect.Null, StandardError = Redirect.Null }, listener));
        }

        Loop.Tick();
        Check.False(children.Exists(static child => child.HasExited));
        children.ForEach(static child => child.StandardInput.Dispose());
        Pump.Until(Loop, () => children.TrueForAll(static child => child.HasExited));
        Pump.Ticks(Loop, 3);
        Check.Sequence(Enumerable.Repeat(1, Many), told);
        Check.Equal(0, Loop.Counters.Sources);
        children.ForEach(static child => child.Dispose());
        children.ForEach(CheckNothingIsLeftOf);
    }

    /// <summary>With all three pipes each.</summary>
    [Case]
    public void Many_in_sequence_leave_nothing_behind()
    {
        int before = 0;
        for (int i = 0; i < Sequence; i++)
        {
            ChildProcess child = Loop.StartProcess(Child("exit", "0") with { StandardInput = Redirect.Pipe, StandardOutput = Redirect.Pipe, StandardError = Redirect.Pipe });
            Pump.Until(Loop, () => child.HasExited);
            child.Dispose();
            if (i == 2 || i == Sequence - 1)
            {
                CheckNothingIsLeftOf(child);
                int open = OpenHandles();
                Check.True(i == 2 || open <= before + 10, $"{before} handles at first, {open} at the end"); // others of this process come and go
                before = open;
            }
        }

        Check.Equal(0, Loop.Counters.Sources);
    }

    /// <summary>Whatever had been opened for it.</summary>
    [Case]
    public void What_cannot_be_started_leaves_nothing_behind()
    {
        string script = Path.Combine(Folder, "script");
        File.WriteAllText(script, "echo\n");
        int before = 0;
        for (int i = 0; i < 100; i++)
        {
            Check.Throws<IOException>(() => Loop.StartProcess(new ProcessOptions(script) { StandardInput = Redirect.Pipe, StandardOutput = Redirect.Pipe, StandardError = Redirect.Null, Group = ChildGroup.New }));
            if (i is 2 or 99)
            {
                int open = OpenHandles();
                Check.True(i == 2 || open <= before + 10, $"{before} handles at first, {open} at the end");
                before = open;
            }
        }

        Check.Equal(0, Loop.Counters.Sources);
    }

    /// <summary>Nothing is joined or split.</summary>
    [Case]
    public void Arguments_arrive_as_they_are()
    {
        string[] arguments = ["", "a b", "\"'\\$(x) *", "é", "-n", @"c:\folder\", @"c:\a folder\", @"\\""", "a\"b c\\\\\"", "\t", "a\nb", "%PATH%", "^&|<>"];
        Check.Equal(string.Concat(arguments.Select(static a => $"[{a}]")), RunToEnd(Child(["arguments", .. arguments])).OutputText);
        Check.Contains("zero character", Check.Throws<ArgumentException>(() => Loop.StartProcess(Child("arguments", "a\0b"))).Message);
        Check.Contains("zero character", Check.Throws<ArgumentException>(() => Loop.StartProcess(Child("exit", "0") with { WorkingDirectory = "a\0b" })).Message);
    }

    /// <summary>The system's pipe, then ours.</summary>
    [Case]
    public void Streams_carry_more_than_a_pipe_holds_in_both_directions()
    {
        byte[] sent = new byte[1_000_000];
        new Random(7).NextBytes(sent);
        ProcessResult result = Loop.Run(() => Loop.RunProcess(Child("copy"), sent, Patience.Long));
        Check.True(result.Exit.IsSuccess, result.ErrorText);
        Check.True(sent.AsSpan().SequenceEqual(result.Output.Span));
        Check.Equal(0L, result.DroppedBytes);
    }

    /// <summary>A child that writes without end waits for its reader; cancelling a read loses nothing.</summary>
    [Case]
    public void A_child_is_held_back_by_its_reader()
    {
        using ChildProcess child = Loop.StartProcess(Child("lines", "30000") with { StandardOutput = Redirect.Pipe, StandardError = Redirect.Pipe });
        Loop.Run(async () =>
        {
            using var source = new CancellationTokenSource();
            ValueTask<int> complaint = child.StandardError.ReadAsync(new byte[10], source.Token);
            Loop.CallSoon(source.Cancel);
            await Throws<OperationCanceledException>(complaint.AsTask());
            using var reader = new StreamReader(child.StandardOutput);
            for (int i = 0; i < 30000; i++)
            {
                Check.Equal($"line {i}", await reader.ReadLineAsync());
            }

            byte[] buffer = new byte[100];
            Check.Equal("done\n", Encoding.UTF8.GetString(buffer, 0, await child.StandardError.ReadAsync(buffer)));
            Check.Equal<string?>(null, await reader.ReadLineAsync());
            Check.Equal(Loop, MainLoop.Current);
            await child.Exited;
        });
    }

    /// <summary>What a child does not read any more.</summary>
    [Case]
    public void A_child_that_does_not_read_is_told_to_its_writer()
    {
        NeedsEndOfInput();
        using ChildProcess child = Loop.StartProcess(Child("deaf") with { StandardInput = Redirect.Pipe });
        IOException failure = Loop.Run(async () => await Throws<IOException>(WriteForEver()));
        Check.Equal(32, failure.HResult);
        Check.Contains("does not read any more", failure.Message);
        Check.Throws<IOException>(() => child.StandardInput.TryWrite("x"u8));
        child.Kill();
        Run(child);

        async Task WriteForEver()
        {
            while (true)
            {
                await child.StandardInput.WriteAsync(new byte[65536]);
            }
        }
    }

    /// <summary>Then its end, after all that was queued.</summary>
    [Case]
    public void The_queue_takes_all_or_nothing_and_is_written_before_the_end()
    {
        using ChildProcess child = Loop.StartProcess(Child("copy") with { StandardInput = Redirect.Pipe, StandardOutput = Redirect.Pipe, WriteQueueSize = 100_000 });
        int written = 0;
        while (child.StandardInput.TryWrite(new byte[1000]))
        {
            written += 1000;
        }

        Check.True(written >= 100_000);
        Check.True(child.StandardInput.QueuedBytes is > 99_000 and <= 100_000);
        Loop.Run(async () =>
        {
            using var copy = new MemoryStream();
            Task copying = child.StandardOutput.CopyToAsync(copy);
            await child.StandardInput.FlushAsync();
            Check.Equal(0, child.StandardInput.QueuedBytes);
            Check.True(child.StandardInput.TryWrite("rest"u8));
            child.StandardInput.Dispose();
            await copying;
            Check.Equal(written + 4L, copy.Length);
        });
        Check.True(Run(child).IsSuccess);
    }

    /// <summary>To a file, to nothing, and both to the same.</summary>
    [Case]
    public void Streams_are_redirected()
    {
        string path = Path.Combine(Folder, "out");
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            using ChildProcess child = Loop.StartProcess(Child("answer", "0") with { StandardInput = Redirect.Null, StandardOutput = Redirect.To(file), StandardError = Redirect.ToOutput });
            Check.True(Run(child).IsSuccess);
            Check.Contains("Redirect.Pipe", Check.Throws<InvalidOperationException>(() => _ = child.StandardOutput).Message);
        }

        Check.Equal("got \noh\n", TextOf(path));
        Check.Equal("oh\n", RunToEnd(Child("answer", "0") with { StandardOutput = Redirect.Null }).ErrorText);
        Check.Throws<ArgumentException>(() => Loop.StartProcess(Child("sleep") with { StandardOutput = Redirect.ToOutput }));
        Check.Equal(0, Loop.Counters.Sources);
    }

    // Also while something else still has it open for writing: under Wine the console's host inherits a child's files, and outlives it by a moment.
    private static string TextOf(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    /// <summary>Data in pieces, the end of each pipe, the end, the last word.</summary>
    [Case]
    public void A_protocol_is_told_of_everything_once()
    {
        var listener = new Listener();
        using ChildProcess child = Loop.StartProcess(
            Child("answer", "4") with { StandardInput = Redirect.Pipe, StandardOutput = Redirect.Pipe, StandardError = Redirect.Pipe }, listener);
        Check.Sequence(["started"], listener.Told);
        Check.True(child.StandardInput.TryWrite("this\n"u8));
        Pump.Until(Loop, () => listener.Told.Contains("closed"));
        Pump.Ticks(Loop, 3);
        Check.Equal("got this\n", listener.Text(ChildPipe.Output));
        Check.Equal("oh\n", listener.Text(ChildPipe.Error));
        Check.Equal("closed", listener.Told[^1]);
        Check.Sequence(["Error closed", "Input closed", "Output closed", "closed", "exited exit code 4", "started"], listener.Told.Order(StringComparer.Ordinal));
        Check.Equal(0, Loop.Counters.Sources);
    }

    /// <summary>asyncio: process_exited does not wait for the pipes, connection_lost does.</summary>
    [Case]
    public void A_protocol_is_told_of_the_end_before_its_grandchild_closes_the_pipe()
    {
        var listener = new Listener();
        using ChildProcess child = Loop.StartProcess(Child("parent", "0") with { StandardOutput = Redirect.Pipe, Group = ChildGroup.New }, listener);
        Pump.Until(Loop, () => child.HasExited && listener.Text(ChildPipe.Output).Contains("asleep", StringComparison.Ordinal));
        Pump.Ticks(Loop, 3);
        Check.Sequence(["started", "exited exit code 0"], listener.Told, "the sleeper has the pipe");
        Kill(SleeperIn(listener.Text(ChildPipe.Output)));
        Pump.Until(Loop, () => listener.Told.Contains("closed"));
        Check.Sequence(["started", "exited exit code 0", "Output closed", "closed"], listener.Told);
    }

    /// <summary>They are left alone, also when nobody remembers the child.</summary>
    [Case]
    public void What_a_child_has_started_outlives_it()
    {
        string text = StartAndForget();
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Loop.Tick();
        }

        int sleeper = SleeperIn(text);
        Check.False(EndOf(sleeper)(), "it sleeps");
        Kill(sleeper);

        [MethodImpl(MethodImplOptions.NoInlining)]
        string StartAndForget()
        {
            var listener = new Listener();
            ChildProcess child = Loop.StartProcess(Child("parent", "0") with { StandardOutput = Redirect.Pipe, Group = ChildGroup.New }, listener);
            Pump.Until(Loop, () => child.HasExited && listener.Text(ChildPipe.Output).Contains("asleep", StringComparison.Ordinal));
            child.StandardOutput.Dispose();
            return listener.Text(ChildPipe.Output);
        }
    }

    /// <summary>Within any of its callbacks.</summary>
    [Case]
    public void A_child_is_disposed_by_its_own_callbacks()
    {
        ProcessOptions options = Child("answer", "4") with { StandardInput = Redirect.Pipe, StandardOutput = Redirect.Pipe, StandardError = Redirect.Pipe };
        var byStart = new Listener { OnStarted = static child => child.Dispose() };
        var byData = new Listener { OnData = static child => child.Dispose() };
        var byExit = new Listener { OnExited = static child => child.Dispose() };
        _ = Loop.StartProcess(options, byStart);
        Check.True(Loop.StartProcess(options, byData).StandardInput.TryWrite("this\n"u8));
        Check.True(Loop.StartProcess(options, byExit).StandardInput.TryWrite("this\n"u8));
        foreach (Listener listener in new[] { byStart, byData, byExit })
        {
            Pump.Until(Loop, () => listener.Told.Contains("closed"));
            Check.Equal("closed", listener.Told[^1]);
            Check.Equal(3, listener.Told.Count(static told => told.EndsWith(" closed", StringComparison.Ordinal)));
            Check.Sequence([], listener.Errors.Where(static error => error is ObjectDisposedException), "it was closed here");
        }

        Pump.Ticks(Loop, 3);
        Check.Equal(0, Loop.Counters.Sources);
    }

    /// <summary>Reading is paused, and goes on where it was; a refused write is told when there is room.</summary>
    [Case]
    public void A_protocol_holds_back_and_is_held_back()
    {
        var listener = new Listener();
        using ChildProcess child = Loop.StartProcess(Child("copy") with { StandardInput = Redirect.Pipe, StandardOutput = Redirect.Pipe, WriteQueueSize = 4096 }, listener);
        child.StandardOutput.IsReading = false;
        int written = 0, refused = 0;
        while (written < 10_000_000 && refused < 40)
        {
            if (child.StandardInput.TryWrite(new byte[4096]))
            {
                written += 4096;
                refused = 0;
            }
            else
            {
                refused++;
                Loop.Tick(TimeSpan.FromMilliseconds(50)); // until the child is stuck: both pipes and the queue are full
            }
        }

        Check.True(written is > 65_536 and < 1_000_000, $"{written} bytes were taken");
        Check.Equal(0, listener.Bytes(ChildPipe.Output));
        child.StandardOutput.IsReading = true;
        Pump.Until(Loop, () => listener.Told.Contains("resumed"));
        child.StandardInput.Dispose();
        Pump.Until(Loop, () => listener.Told.Contains("closed"));
        Check.Equal(written, listener.Bytes(ChildPipe.Output));
    }

    /// <summary>Reported, and nothing is lost of it.</summary>
    [Case]
    public void A_protocol_that_throws_is_reported_and_told_on()
    {
        int reported = 0;
        Loop.UnhandledException += e =>
        {
            reported++;
            e.Handled = true;
        };
        var listener = new Listener { Throws = true };
        using ChildProcess child = Loop.StartProcess(Child("take", "0") with { StandardOutput = Redirect.Pipe }, listener);
        Pump.Until(Loop, () => listener.Told.Contains("closed"));
        Check.Equal(5, reported, "started, data, pipe closed, exited, closed");
    }

    /// <summary>With all that it has started.</summary>
    [Case]
    public void A_time_limit_kills_the_child_and_its_group()
    {
        long start = Stopwatch.GetTimestamp();
        TimeoutException late = Loop.Run(async () => await Throws<TimeoutException>(
            Loop.RunProcess(Child("parents") with { Group = ChildGroup.New }, timeout: TimeSpan.FromMilliseconds(50))));
        Check.Contains("0.05 s", late.Message);
        Check.True(Stopwatch.GetElapsedTime(start) < Patience.Long);
        Check.Equal(0, Loop.Counters.Sources);
    }

    /// <summary>By then it has ended.</summary>
    [Case]
    public void A_cancelled_run_kills_the_child()
    {
        using var source = new CancellationTokenSource();
        Loop.CallSoon(() => Loop.CallSoon(source.Cancel));
        Loop.Run(async () => await Throws<OperationCanceledException>(Loop.RunProcess(Child("sleep"), cancellationToken: source.Token)));
        Check.Equal(0, Loop.Counters.Sources);
    }

    /// <summary>The rest is read, so that the child comes to its end.</summary>
    [Case]
    public void Output_beyond_the_limit_is_counted_and_dropped()
    {
        ProcessResult result = Loop.Run(() => Loop.RunProcess(Child("lines", "10000"), maxOutput: 1000));
        Check.Equal(1000, result.Output.Length);
        Check.Equal("done\n", result.ErrorText);
        Check.Equal(Enumerable.Range(0, 10000).Sum(static i => $"line {i}\n".Length) - 1000L, result.DroppedBytes);
        Check.True(result.Exit.IsSuccess);
    }

    /// <summary>It takes what it needs.</summary>
    [Case]
    public void A_child_need_not_read_all_of_its_input()
    {
        ProcessResult result = Loop.Run(() => Loop.RunProcess(Child("take", "3"), new byte[1_000_000]));
        Check.Equal("taken", result.OutputText);
        Check.True(result.Exit.IsSuccess);
    }

    /// <summary>With what they have started.</summary>
    [Case]
    public void A_loop_that_is_disposed_kills_its_children()
    {
        ChildProcess child = Loop.StartProcess(Child("parents") with { Group = ChildGroup.New, StandardOutput = Redirect.Pipe });
        ChildProcess other = Loop.StartProcess(Child("sleep") with { StandardOutput = Redirect.Pipe });
        using var reader = new StreamReader(child.StandardOutput);
        int number = 0;
        Loop.Run(async () =>
        {
            while (!int.TryParse(await reader.ReadLineAsync(), out number))
            {
                Check.False(child.HasExited);
            }
        });
        Task<int> read = other.StandardOutput.ReadAsync(new byte[100]).AsTask();
        Func<bool> otherEnds = EndOf(other.Pid), sleeperEnds = EndOf(number);
        Loop.Dispose();
        Check.True(child.Exited.IsCanceled);
        Check.True(other.Exited.IsCanceled);
        Patience.Until(otherEnds, "the end of the child");
        Patience.Until(sleeperEnds, "the end of what it has started");
        Patience.Until(() => read.IsCompleted, "the end of the read");
        Check.Throws<ObjectDisposedException>(() => Loop.StartProcess(Child("sleep")));
    }

    /// <summary>A child that runs is something to wait for.</summary>
    [Case]
    public void A_child_keeps_the_loop_from_being_idle_until_it_has_ended()
    {
        using ChildProcess child = Loop.StartProcess(Child("exit", "0") with { StandardOutput = Redirect.Pipe });
        Loop.Run(new RunOptions { UntilIdle = true, For = Patience.Long });
        Check.True(child.HasExited);
        using ChildProcess other = Loop.StartProcess(Child("sleep"));
        other.Unref();
        Loop.Run(new RunOptions { UntilIdle = true, For = Patience.Long });
        Check.False(other.HasExited);
        other.Kill();
        Run(other);
    }

    /// <summary>One read after the other.</summary>
    [Case]
    public void Reading_allocates_nothing()
    {
        using ChildProcess child = Loop.StartProcess(Child("flood") with { StandardOutput = Redirect.Pipe });
        byte[] buffer = new byte[512];
        long read = 0;
        var ended = false;
        LoopTask reading = Read();
        Pump.Until(Loop, () => read > 0);
        Allocations.None(() => Loop.Tick(Pump.Wait));
        ended = true;
        child.Kill();
        Loop.Run(async () => await reading);
        Run(child);

        async LoopTask Read()
        {
            while (!ended)
            {
                read += await child.StandardOutput.ReadAsync(buffer);
                await Loop.Yield();
            }
        }
    }

    /// <summary>Nor do the callbacks of a protocol.</summary>
    [Case]
    public void Data_for_a_protocol_allocates_nothing()
    {
        var counter = new Counter();
        using ChildProcess child = Loop.StartProcess(Child("flood") with { StandardOutput = Redirect.Pipe }, counter);
        Pump.Until(Loop, () => counter.Bytes > 0);
        Allocations.None(() => Loop.Tick(Pump.Wait));
        child.Kill();
        Pump.Until(Loop, () => counter.IsClosed);
    }

    /// <summary>
    /// A program that does as the words say: "exit CODE"; "wait CODE", which reads a line before; "arguments …" tells them in brackets; "copy" what it reads; "take COUNT" of that, and says so; "answer CODE" answers a line,
    /// and complains; "lines COUNT" and "flood" write; "deaf" closes its input; "sleep" never ends; "parent CODE" starts one, which says that it is asleep, and tells its number; "parents" likewise, and does not end either.
    /// </summary>
    private protected abstract ProcessOptions Child(params string[] words);

    private protected abstract int OpenHandles();

    /// <summary>Asks whether a process, which lives now, has ended.</summary>
    private protected abstract Func<bool> EndOf(int number);

    /// <summary>Skips where the system does not tell of an input that a child has closed.</summary>
    private protected virtual void NeedsEndOfInput()
    {
    }

    /// <summary>Not even a zombie.</summary>
    private protected virtual void CheckNothingIsLeftOf(ChildProcess child)
    {
    }

    private protected ChildExit Run(ChildProcess child) => Loop.Run(async () => await child.Exited);

    private protected ProcessResult RunToEnd(ProcessOptions options) => Loop.Run(() => Loop.RunProcess(options, timeout: Patience.Long));

    private protected static async Task<TException> Throws<TException>(Task task)
        where TException : Exception
    {
        try
        {
            await task;
        }
        catch (TException exception)
        {
            return exception;
        }

        throw new CheckException($"expected {typeof(TException).Name}, but nothing was thrown");
    }

    // "parent" has told it; the sleeper itself may have said something before.
    private static int SleeperIn(string text) => text.Split('\n').Select(static line => int.TryParse(line, out int number) ? number : 0).First(static number => number != 0);

    private static void Kill(int number)
    {
        using var process = Process.GetProcessById(number);
        process.Kill();
    }

    private bool FolderIsGone()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private protected sealed class Counter : ISubprocessProtocol
    {
        public long Bytes { get; private set; }

        public bool IsClosed { get; private set; }

        public void DataReceived(ChildProcess child, ChildPipe pipe, ReadOnlySpan<byte> data) => Bytes += data.Length;

        public void Closed(ChildProcess child) => IsClosed = true;
    }

    private protected sealed class Listener : ISubprocessProtocol
    {
        private readonly MemoryStream[] _data = [new(), new(), new()];

        public List<string> Told { get; } = [];

        public List<Exception?> Errors { get; } = [];

        public Action<ChildExit>? OnExit { get; init; }

        public Action<ChildProcess>? OnStarted { get; init; }

        public Action<ChildProcess>? OnExited { get; init; }

        public Action<ChildProcess>? OnData { get; init; }

        public bool Throws { get; init; }

        public string Text(ChildPipe pipe) => Encoding.UTF8.GetString(_data[(int)pipe].ToArray());

        public long Bytes(ChildPipe pipe) => _data[(int)pipe].Length;

        public void Started(ChildProcess child)
        {
            OnStarted?.Invoke(child);
            Tell("started");
        }

        public void DataReceived(ChildProcess child, ChildPipe pipe, ReadOnlySpan<byte> data)
        {
            _data[(int)pipe].Write(data);
            OnData?.Invoke(child);
            MayThrow();
        }

        public void WritingResumed(ChildProcess child) => Tell("resumed");

        public void PipeClosed(ChildProcess child, ChildPipe pipe, Exception? error)
        {
            Errors.Add(error);
            Tell($"{pipe} closed");
        }

        public void Exited(ChildProcess child, ChildExit exit)
        {
            OnExit?.Invoke(exit);
            OnExited?.Invoke(child);
            Tell($"exited {exit}");
        }

        public void Closed(ChildProcess child) => Tell("closed");

        private void Tell(string what)
        {
            Told.Add(what);
            MayThrow();
        }

        private void MayThrow()
        {
            if (Throws)
            {
                throw new InvalidOperationException("no");
            }
        }
    }
}
