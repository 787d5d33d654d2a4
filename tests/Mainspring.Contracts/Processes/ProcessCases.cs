using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Mainspring.Processes;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>Real child processes, watched by pidfd.</summary>
public sealed class ProcessCases : ProcessContract
{
    /// <inheritdoc/>
    protected override ChildWatcher Watcher => ChildWatcher.Pidfd;

    /// <summary>The one wait is all that it needs.</summary>
    [Case]
    public void No_thread_is_started_for_a_child()
    {
        using ChildProcess child = Loop.StartProcess(Sh("read line") with { StandardInput = Redirect.Pipe });
        Check.False(HasThread(child));
        child.StandardInput.Dispose();
        Run(child);
    }

    /// <summary>pidfd_send_signal(2) knows the process, not its number.</summary>
    [Case]
    public void A_group_is_reached_after_its_leader_has_ended()
    {
        using ChildProcess child = Loop.StartProcess(Sh("sleep 1000 & echo started") with { Group = ChildGroup.New, StandardOutput = Redirect.Pipe });
        Run(child);
        bool isReached = child.KillGroup();
        if (!isReached)
        {
            throw new SkipException("needs Linux 6.9");
        }

        byte[] buffer = new byte[100];
        string text = Loop.Run(async () => Encoding.UTF8.GetString(buffer, 0, await child.StandardOutput.ReadAsync(buffer)));
        Check.Equal("started\n", text);
        Check.Equal(0, Loop.Run(async () => await child.StandardOutput.ReadAsync(buffer)), "the sleeper had the pipe, and is dead");
    }

    /// <summary>Only the child's own status is taken; see docs/guides/processes.md.</summary>
    [Case]
    public void The_frameworks_processes_and_ours_do_not_disturb_each_other()
    {
        Loop.Run(async () =>
        {
            var exits = new List<Task<int>>();
            for (int i = 0; i < 10; i++)
            {
                int code = i;
                ChildProcess child = Loop.StartProcess(Sh($"exit {code}"));
                exits.Add(CodeOf(child));
                exits.Add(Loop.WaitForExit(Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exit {code + 100}"]))!));
            }

            int[] codes = await Task.WhenAll(exits);
            Check.Sequence(Enumerable.Range(0, 10).SelectMany(static i => new[] { i, i + 100 }), codes);
        });
        Check.Equal(0, Loop.Counters.Sources);

        static async Task<int> CodeOf(ChildProcess child) => (await child.Exited).Code;
    }

    /// <summary>Which may have ended already.</summary>
    [Case]
    public void A_foreign_process_is_waited_for_on_the_loop()
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exit 5"]))!;
        process.WaitForExit();
        int code = Loop.Run(async () =>
        {
            int code = await Loop.WaitForExit(process);
            Check.Equal(Loop, MainLoop.Current);
            return code;
        });
        Check.Equal(5, code);
    }
}

/// <summary>Real child processes, each watched by a thread: where the system has no pidfds.</summary>
public sealed class ThreadWatchedProcessCases : ProcessContract
{
    /// <inheritdoc/>
    protected override ChildWatcher Watcher => ChildWatcher.Thread;

    /// <summary>That is the other choice.</summary>
    [Case]
    public void A_thread_is_started_for_a_child_and_ends_with_it()
    {
        using ChildProcess child = Loop.StartProcess(Sh("read line") with { StandardInput = Redirect.Pipe });
        Patience.Until(() => HasThread(child), "its thread");
        child.StandardInput.Dispose();
        Run(child);
        Patience.Until(() => !HasThread(child), "the end of its thread");
    }
}

/// <summary>What child processes promise, however they are watched.</summary>
public abstract class ProcessContract : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mainspring-processes-").FullName;

    /// <summary>Skips elsewhere.</summary>
    protected ProcessContract() => Sys.NeedsLinux();

    /// <summary>The watcher.</summary>
    protected abstract ChildWatcher Watcher { get; }

    private protected MainLoop Loop { get; } = Loops.New();

    /// <inheritdoc/>
    public void Dispose()
    {
        Loop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>On the loop's thread, once.</summary>
    [Case]
    public void An_exit_code_is_told_on_the_loop()
    {
        using ChildProcess child = Loop.StartProcess(Sh("exit 3"));
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
        CheckReaped(child);
    }

    /// <summary>By name.</summary>
    [Case]
    public void A_signal_that_ended_it_is_told()
    {
        using ChildProcess child = Loop.StartProcess(new ProcessOptions("sleep", "1000") { Watcher = Watcher });
        Check.True(child.Terminate());
        ChildExit exit = Run(child);
        Check.Equal<PosixSignal?>(PosixSignal.SIGTERM, exit.Signal);
        Check.Equal(128 + 15, exit.Code);
        Check.Equal("SIGTERM", exit.ToString());
        using ChildProcess other = Loop.StartProcess(new ProcessOptions("sleep", "1000") { Watcher = Watcher });
        Check.True(other.Kill());
        Check.Equal<PosixSignal?>(Signals.Kill, Run(other).Signal);
    }

    /// <summary>Each once, with its own code.</summary>
    [Case]
    public void Two_hundred_ends_at_once_are_each_told_once()
    {
        const int Count = 200;
        var told = new int[Count];
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
        Sys.Block(read);
        var children = new List<ChildProcess>();
        using (read)
        {
            using (write)
            {
                for (int i = 0; i < Count; i++)
                {
                    int index = i;
                    var listener = new Listener { OnExit = exit => told[index] += exit == new ChildExit(index) ? 1 : 1000 };

                    // All wait for one line from one pipe, that never comes: its end lets all of them go.
                    children.Add(Loop.StartProcess(Sh($"read line; exit {i}") with { StandardInput = Redirect.To(read) }, listener));
                }

                Loop.Tick();
                Check.False(children.Exists(static child => child.HasExited));
            }

            Pump.Until(Loop, () => children.TrueForAll(static child => child.HasExited));
        }

        Pump.Ticks(Loop, 3);
        Check.Sequence(Enumerable.Repeat(1, Count), told);
        Check.Equal(0, Loop.Counters.Sources);
        children.ForEach(static child => child.Dispose());
        children.ForEach(CheckReaped);
    }

    /// <summary>With all three pipes each.</summary>
    [Case]
    public void A_thousand_in_sequence_leave_nothing_behind()
    {
        int before = 0;
        for (int i = 0; i < 1000; i++)
        {
            ChildProcess child = Loop.StartProcess(new ProcessOptions("/bin/true")
            {
                Watcher = Watcher,
                StandardInput = Redirect.Pipe,
                StandardOutput = Redirect.Pipe,
                StandardError = Redirect.Pipe,
            });
            Pump.Until(Loop, () => child.HasExited);
            child.Dispose();
            if (i is 0 or 999)
            {
                int open = Directory.GetFileSystemEntries("/proc/self/fd").Length;
                Check.True(i == 0 || open <= before + 3, $"{before} descriptors at first, {open} at the end"); // others of this process come and go
                before = open;
                CheckReaped(child);
            }
        }

        Check.Equal(0, Loop.Counters.Sources);
    }

    /// <summary>Nothing is joined or split.</summary>
    [Case]
    public void Arguments_arrive_as_they_are()
    {
        string[] arguments = ["", "a b", "\"'\\$(x) *", "é", "-n"];
        string script = "for a in \"$@\"; do printf '[%s]' \"$a\"; done";
        ProcessResult result = RunToEnd(new ProcessOptions("/bin/sh", ["-c", script, "sh", .. arguments]));
        Check.Equal(string.Concat(arguments.Select(static a => $"[{a}]")), result.OutputText);
        Check.Equal("[a b][it's][][$x]", RunToEnd(ProcessOptions.Shell($"printf '[%s]' {Shell.Join("a b", "it's", "", "$x")}")).OutputText);
        Check.Equal("plain/path-1.txt", Shell.Quote("plain/path-1.txt"));
        Check.Contains("zero character", Check.Throws<ArgumentException>(() => Loop.StartProcess(new ProcessOptions("/bin/true", "a\0b"))).Message);
    }

    /// <summary>Working directory, environment, group, session.</summary>
    [Case]
    public void A_child_starts_where_and_as_it_is_told()
    {
        ProcessResult result = RunToEnd(Sh("pwd; echo \"$ONE-$HOME-$PATH\"") with
        {
            WorkingDirectory = _folder,
            Environment = new Dictionary<string, string?> { ["ONE"] = "1=1", ["HOME"] = null },
        });
        Check.Equal($"{_folder}\n1=1--{Environment.GetEnvironmentVariable("PATH")}\n", result.OutputText);
        Check.Equal("A=b\n", RunToEnd(new ProcessOptions("/usr/bin/env") { InheritEnvironment = false, Environment = new Dictionary<string, string?> { ["A"] = "b" } }).OutputText);
        Check.True(GroupIsOwn(ChildGroup.New));
        Check.True(GroupIsOwn(ChildGroup.NewSession));
        Check.False(GroupIsOwn(ChildGroup.Parent));

        // proc_pid_stat(5): pid, name, state, parent, group, session.
        bool GroupIsOwn(ChildGroup group)
        {
            string[] stat = RunToEnd(new ProcessOptions("/bin/cat", "/proc/self/stat") { Group = group }).OutputText.Split(' ');
            Check.Equal(group == ChildGroup.NewSession, stat[0] == stat[5]);
            return stat[0] == stat[4];
        }
    }

    /// <summary>Whatever .NET, or whoever started this program, has done to them.</summary>
    [Case]
    public void A_child_has_no_signal_blocked_and_SIGPIPE_as_usual()
    {
        string[] status = RunToEnd(new ProcessOptions("/bin/cat", "/proc/self/status")).OutputText.Split('\n');
        Check.Equal(0UL, Mask("SigBlk:"));
        Check.Equal(0UL, Mask("SigIgn:") & (1UL << 12), "SIGPIPE, which .NET ignores");

        ulong Mask(string field) =>
            ulong.Parse(status.First(line => line.StartsWith(field, StringComparison.Ordinal)).AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <summary>Neither pipes of other children, nor what lacks O_CLOEXEC.</summary>
    [Case]
    public void A_child_gets_its_standard_streams_and_nothing_else()
    {
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
        using (read)
        using (write)
        {
            Sys.InheritOnExec(write);
            string[] open = RunToEnd(new ProcessOptions("/bin/ls", "/proc/self/fd")).OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Check.Sequence(["0", "1", "2", "3"], open, "3 is the folder that ls reads");
        }
    }

    /// <summary>The system's pipe, then ours.</summary>
    [Case]
    public void Streams_carry_more_than_a_pipe_holds_in_both_directions()
    {
        byte[] sent = new byte[1_000_000];
        new Random(7).NextBytes(sent);
        ProcessResult result = Loop.Run(() => Loop.RunProcess(new ProcessOptions("/bin/cat") { Watcher = Watcher }, sent, Patience.Long));
        Check.True(result.Exit.IsSuccess);
        Check.True(sent.AsSpan().SequenceEqual(result.Output.Span));
        Check.Equal(0L, result.DroppedBytes);
    }

    /// <summary>A child that writes without end waits for its reader; cancelling a read loses nothing.</summary>
    [Case]
    public void A_child_is_held_back_by_its_reader()
    {
        using ChildProcess child = Loop.StartProcess(Sh("i=0; while [ $i -lt 30000 ]; do echo line $i; i=$((i+1)); done; echo done >&2") with { StandardOutput = Redirect.Pipe, StandardError = Redirect.Pipe });
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
                Check.Equal(Loop, MainLoop.Current);
            }

            byte[] buffer = new byte[100];
            Check.Equal("done\n", Encoding.UTF8.GetString(buffer, 0, await child.StandardError.ReadAsync(buffer)));
            Check.Equal<string?>(null, await reader.ReadLineAsync());
            await child.Exited;
        });
    }

    /// <summary>What a child does not read any more.</summary>
    [Case]
    public void A_child_that_does_not_read_is_told_to_its_writer()
    {
        using ChildProcess child = Loop.StartProcess(Sh("exec <&-; read line; exec sleep 1000") with { StandardInput = Redirect.Pipe });
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
        using ChildProcess child = Loop.StartProcess(Sh("wc -c") with { StandardInput = Redirect.Pipe, StandardOutput = Redirect.Pipe, WriteQueueSize = 100_000 });
        int written = 0;
        while (child.StandardInput.TryWrite(new byte[1000]))
        {
            written += 1000;
        }

        Check.True(written >= 100_000);
        Check.True(child.StandardInput.QueuedBytes is > 99_000 and <= 100_000);
        string counted = Loop.Run(async () =>
        {
            await child.StandardInput.FlushAsync();
            Check.Equal(0, child.StandardInput.QueuedBytes);
            Check.True(child.StandardInput.TryWrite("rest"u8));
            child.StandardInput.Dispose();
            using var reader = new StreamReader(child.StandardOutput);
            return await reader.ReadToEndAsync();
        });
        Check.Equal($"{written + 4}\n", counted);
        Run(child);
    }

    /// <summary>To a file, to nothing, and both to the same.</summary>
    [Case]
    public void Streams_are_redirected()
    {
        string path = Path.Combine(_folder, "out");
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            using ChildProcess child = Loop.StartProcess(Sh("echo out; echo error >&2; cat") with { StandardInput = Redirect.Null, StandardOutput = Redirect.To(file), StandardError = Redirect.ToOutput });
            Check.True(Run(child).IsSuccess);
        }

        Check.Equal("out\nerror\n", File.ReadAllText(path));
        Check.Contains("Redirect.Pipe", Check.Throws<InvalidOperationException>(() =>
        {
            using ChildProcess child = Loop.StartProcess(Sh("exit"));
            _ = child.StandardOutput;
        }).Message);
        Pump.Until(Loop, () => Loop.Counters.Sources == 0);
        Check.Throws<ArgumentException>(() => Loop.StartProcess(Sh("exit") with { StandardOutput = Redirect.ToOutput }));
        Check.Equal("error\n", RunToEnd(Sh("echo error >&2; echo out") with { StandardOutput = Redirect.Null }).ErrorText);
    }

    /// <summary>Data in pieces, the end of each pipe, the end, the last word.</summary>
    [Case]
    public void A_protocol_is_told_of_everything_once()
    {
        var listener = new Listener();
        using ChildProcess child = Loop.StartProcess(
            Sh("read line; echo got $line; echo oh >&2; exit 4") with { StandardInput = Redirect.Pipe, StandardOutput = Redirect.Pipe, StandardError = Redirect.Pipe }, listener);
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
        using ChildProcess child = Loop.StartProcess(Sh("sleep 1000 & echo $!") with { StandardOutput = Redirect.Pipe, Group = ChildGroup.New }, listener);
        Pump.Until(Loop, () => child.HasExited && listener.Text(ChildPipe.Output).Contains('\n', StringComparison.Ordinal));
        Check.Sequence(["started", "exited exit code 0"], listener.Told, "the sleeper has the pipe");
        Sys.Kill(int.Parse(listener.Text(ChildPipe.Output), CultureInfo.InvariantCulture), 9);
        Pump.Until(Loop, () => listener.Told.Contains("closed"));
        Check.Sequence(["started", "exited exit code 0", "Output closed", "closed"], listener.Told);
    }

    /// <summary>Reading is paused, and goes on where it was; a refused write is told when there is room.</summary>
    [Case]
    public void A_protocol_holds_back_and_is_held_back()
    {
        var listener = new Listener();
        using ChildProcess child = Loop.StartProcess(new ProcessOptions("/bin/cat") { Watcher = Watcher, StandardInput = Redirect.Pipe, StandardOutput = Redirect.Pipe, WriteQueueSize = 4096 }, listener);
        child.StandardOutput.IsReading = false;
        int written = 0;
        while (written < 10_000_000)
        {
            if (!child.StandardInput.TryWrite(new byte[4096]))
            {
                Loop.Tick(TimeSpan.FromMilliseconds(50)); // until the child is stuck: both pipes and the queue are full
                if (!child.StandardInput.TryWrite(new byte[4096]))
                {
                    break;
                }
            }

            written += 4096;
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
        using ChildProcess child = Loop.StartProcess(Sh("echo x") with { StandardOutput = Redirect.Pipe }, listener);
        Pump.Until(Loop, () => listener.Told.Contains("closed"));
        Check.Equal(5, reported, "started, data, pipe closed, exited, closed");
    }

    /// <summary>Each names the path and what to do.</summary>
    [Case]
    public void What_cannot_be_started_says_why()
    {
        string script = Path.Combine(_folder, "script");
        File.WriteAllText(script, "echo\n");
        Contains(["no folder of PATH", "'no-such-program'"], new ProcessOptions("no-such-program"));
        Contains(["there is no", "/no/such/program"], new ProcessOptions("/no/such/program"));
        Contains([script, "chmod +x"], new ProcessOptions(script));
        Contains(["may not be executed", script], new ProcessOptions("script") { Environment = new Dictionary<string, string?> { ["PATH"] = _folder } });
        Contains([_folder, "is a folder"], new ProcessOptions(_folder));
        Contains(["working directory '/no/such/folder' does not exist"], new ProcessOptions("/bin/true") { WorkingDirectory = "/no/such/folder" });
        Contains([$"working directory '{script}' is a file"], new ProcessOptions("/bin/true") { WorkingDirectory = script });
        MakeExecutable(script);
        Contains([script, "'#!'"], new ProcessOptions(script));
        File.WriteAllText(script, "#!/no/such/interpreter\n");
        Contains([script, "interpreter"], new ProcessOptions("./script") { WorkingDirectory = _folder });
        Check.Equal(0, Loop.Counters.Sources);

        void Contains(string[] parts, ProcessOptions options)
        {
            string message = Check.Throws<IOException>(() => Loop.StartProcess(options with { StandardOutput = Redirect.Pipe })).Message;
            foreach (string part in parts)
            {
                Check.Contains(part, message);
            }
        }
    }

    /// <summary>With all that it has started.</summary>
    [Case]
    public void A_time_limit_kills_the_child_and_its_group()
    {
        long start = Stopwatch.GetTimestamp();
        TimeoutException late = Loop.Run(async () => await Throws<TimeoutException>(
            Loop.RunProcess(Sh("sleep 1000 & sleep 1000") with { Group = ChildGroup.New }, timeout: TimeSpan.FromMilliseconds(50))));
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
        Loop.Run(async () => await Throws<OperationCanceledException>(Loop.RunProcess(new ProcessOptions("sleep", "1000") { Watcher = Watcher }, cancellationToken: source.Token)));
        Check.Equal(0, Loop.Counters.Sources);
    }

    /// <summary>The rest is read, so that the child comes to its end.</summary>
    [Case]
    public void Output_beyond_the_limit_is_counted_and_dropped()
    {
        ProcessResult result = Loop.Run(() => Loop.RunProcess(Sh("head -c 300000 /dev/zero; echo -n abc >&2"), maxOutput: 1000));
        Check.Equal(1000, result.Output.Length);
        Check.Equal("abc", result.ErrorText);
        Check.Equal(299_000L, result.DroppedBytes);
        Check.True(result.Exit.IsSuccess);
    }

    /// <summary>'head' reads what it needs.</summary>
    [Case]
    public void A_child_need_not_read_all_of_its_input()
    {
        ProcessResult result = Loop.Run(() => Loop.RunProcess(Sh("head -c 3"), new byte[1_000_000]));
        Check.Equal(3, result.Output.Length);
        Check.True(result.Exit.IsSuccess);
    }

    /// <summary>And it is reaped.</summary>
    [Case]
    public void A_loop_that_is_disposed_kills_its_children()
    {
        ChildProcess child = Loop.StartProcess(Sh("sleep 1000 & sleep 1000") with { Group = ChildGroup.New, StandardOutput = Redirect.Pipe });
        Task<int> read = child.StandardOutput.ReadAsync(new byte[1]).AsTask();
        Loop.Dispose();
        Check.True(child.Exited.IsCanceled);
        Patience.Until(() => !Directory.Exists($"/proc/{child.Pid}"), "the end of the child");
        Patience.Until(() => read.IsFaulted, "the end of the read");
        Check.Throws<ObjectDisposedException>(() => Loop.StartProcess(Sh("exit")));
    }

    /// <summary>It lives, and is reaped when it ends.</summary>
    [Case]
    public void A_loop_that_is_disposed_leaves_its_children_when_told_so()
    {
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
        Sys.Block(read);
        using (read)
        {
            ChildProcess child;
            using (write)
            {
                child = Loop.StartProcess(Sh("read line") with { OnLoopDisposed = ChildDisposal.Leave, StandardInput = Redirect.To(read) });
                Loop.Dispose();
                Check.True(Directory.Exists($"/proc/{child.Pid}"));
                Check.False(File.ReadAllText($"/proc/{child.Pid}/stat").Contains(") Z", StringComparison.Ordinal));
            }

            Patience.Until(() => !Directory.Exists($"/proc/{child.Pid}"), "the end of the child");
        }
    }

    /// <summary>A child that runs is something to wait for.</summary>
    [Case]
    public void A_child_keeps_the_loop_from_being_idle_until_it_has_ended()
    {
        using ChildProcess child = Loop.StartProcess(Sh("exit 0") with { StandardOutput = Redirect.Pipe });
        Loop.Run(new RunOptions { UntilIdle = true, For = Patience.Long });
        Check.True(child.HasExited);
        using ChildProcess other = Loop.StartProcess(new ProcessOptions("sleep", "1000") { Watcher = Watcher });
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
        using ChildProcess child = Loop.StartProcess(new ProcessOptions("/bin/cat", "/dev/zero") { Watcher = Watcher, StandardOutput = Redirect.Pipe });
        byte[] buffer = new byte[512];
        long read = 0;
        var ended = false;
        LoopTask reading = Read();
        Allocations.None(() => Loop.Tick(Pump.Wait));
        Check.True(read > 0);
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
        using ChildProcess child = Loop.StartProcess(new ProcessOptions("/bin/cat", "/dev/zero") { Watcher = Watcher, StandardOutput = Redirect.Pipe }, counter);
        Allocations.None(() => Loop.Tick(Pump.Wait));
        Check.True(counter.Bytes > 0);
        child.Kill();
        Pump.Until(Loop, () => counter.IsClosed);
    }

    // By what it waits for, proc_pid_syscall(5): the runtime does not give its threads' names to the kernel everywhere.
    private protected static bool HasThread(ChildProcess child) => Directory.EnumerateDirectories("/proc/self/task").Any(task =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "syscall")).Split(' ').Contains($"0x{child.Pid:x}");
        }
        catch (IOException)
        {
            return false; // it has ended meanwhile
        }
    });

    private protected ProcessOptions Sh(string command) => ProcessOptions.Shell(command) with { Watcher = Watcher };

    private protected ChildExit Run(ChildProcess child) => Loop.Run(async () => await child.Exited);

    private static void MakeExecutable(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static async Task<TException> Throws<TException>(Task task)
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

    // Not even a zombie is there. Its number may be another process's by now, but not another child of ours.
    private static void CheckReaped(ChildProcess child)
    {
        string stat = File.Exists($"/proc/{child.Pid}/stat") ? File.ReadAllText($"/proc/{child.Pid}/stat") : "";
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Check.False(fields.Length > 1 && fields[0] == "Z" && fields[1] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture), $"{child.Name} is a zombie");
    }

    private ProcessResult RunToEnd(ProcessOptions options) => Loop.Run(() => Loop.RunProcess(options with { Watcher = Watcher }, timeout: Patience.Long));

    private sealed class Counter : ISubprocessProtocol
    {
        public long Bytes { get; private set; }

        public bool IsClosed { get; private set; }

        public void DataReceived(ChildProcess child, ChildPipe pipe, ReadOnlySpan<byte> data) => Bytes += data.Length;

        public void Closed(ChildProcess child) => IsClosed = true;
    }

    private sealed class Listener : ISubprocessProtocol
    {
        private readonly MemoryStream[] _data = [new(), new(), new()];

        public List<string> Told { get; } = [];

        public Action<ChildExit>? OnExit { get; init; }

        public bool Throws { get; init; }

        public string Text(ChildPipe pipe) => Encoding.UTF8.GetString(_data[(int)pipe].ToArray());

        public long Bytes(ChildPipe pipe) => _data[(int)pipe].Length;

        public void Started(ChildProcess child) => Tell("started");

        public void DataReceived(ChildProcess child, ChildPipe pipe, ReadOnlySpan<byte> data)
        {
            _data[(int)pipe].Write(data);
            MayThrow();
        }

        public void WritingResumed(ChildProcess child) => Tell("resumed");

        public void PipeClosed(ChildProcess child, ChildPipe pipe, Exception? error) => Tell($"{pipe} closed");

        public void Exited(ChildProcess child, ChildExit exit)
        {
            OnExit?.Invoke(exit);
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
