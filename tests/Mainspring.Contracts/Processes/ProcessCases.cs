using System.Diagnostics;
using System.Globalization;
using System.Text;
using Mainspring.Processes;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>Real child processes, watched by pidfd.</summary>
public sealed class ProcessCases : LinuxProcessContract
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
public sealed class ThreadWatchedProcessCases : LinuxProcessContract
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

/// <summary>What child processes promise on Linux, however they are watched.</summary>
public abstract class LinuxProcessContract() : ProcessContract(Sys.NeedsLinux)
{
    /// <summary>The watcher.</summary>
    protected abstract ChildWatcher Watcher { get; }

    private protected override int Many => 200;

    private protected override int Sequence => 1000;

    /// <summary>Each is one word.</summary>
    [Case]
    public void Words_for_a_shell_are_quoted()
    {
        Check.Equal("[a b][it's][][$x]", RunToEnd(ProcessOptions.Shell($"printf '[%s]' {Shell.Join("a b", "it's", "", "$x")}")).OutputText);
        Check.Equal("plain/path-1.txt", Shell.Quote("plain/path-1.txt"));
    }

    /// <summary>Working directory, environment, group, session.</summary>
    [Case]
    public void A_child_starts_where_and_as_it_is_told()
    {
        ProcessResult result = RunToEnd(Sh("pwd; echo \"$ONE-$HOME-$PATH\"") with
        {
            WorkingDirectory = Folder,
            Environment = new Dictionary<string, string?> { ["ONE"] = "1=1", ["HOME"] = null },
        });
        Check.Equal($"{Folder}\n1=1--{Environment.GetEnvironmentVariable("PATH")}\n", result.OutputText);
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

    /// <summary>Each names the path and what to do.</summary>
    [Case]
    public void What_cannot_be_started_says_why()
    {
        string script = Path.Combine(Folder, "script");
        File.WriteAllText(script, "echo\n");
        Contains(["no folder of PATH", "'no-such-program'"], new ProcessOptions("no-such-program"));
        Contains(["there is no", "/no/such/program"], new ProcessOptions("/no/such/program"));
        Contains([script, "chmod +x"], new ProcessOptions(script));
        Contains(["may not be executed", script], new ProcessOptions("script") { Environment = new Dictionary<string, string?> { ["PATH"] = Folder } });
        Contains([Folder, "is a folder"], new ProcessOptions(Folder));
        Contains(["working directory '/no/such/folder' does not exist"], new ProcessOptions("/bin/true") { WorkingDirectory = "/no/such/folder" });
        Contains([$"working directory '{script}' is a file"], new ProcessOptions("/bin/true") { WorkingDirectory = script });
        MakeExecutable(script);
        Contains([script, "'#!'"], new ProcessOptions(script));
        File.WriteAllText(script, "#!/no/such/interpreter\n");
        Contains([script, "interpreter"], new ProcessOptions("./script") { WorkingDirectory = Folder });
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

    private protected override ProcessOptions Child(params string[] words) => words switch
    {
        ["exit", var code] => Sh($"exit {code}"),
        ["wait", var code] => Sh($"read line; exit {code}"),
        ["arguments", .. var arguments] => new ProcessOptions("/bin/sh", ["-c", "for a in \"$@\"; do printf '[%s]' \"$a\"; done", "sh", .. arguments]) { Watcher = Watcher },
        ["copy"] => new ProcessOptions("/bin/cat") { Watcher = Watcher },
        ["take", var count] => Sh($"head -c {count} >/dev/null; printf taken"),
        ["answer", var code] => Sh($"read line; echo \"got $line\"; echo oh >&2; exit {code}"),
        ["lines", var count] => Sh($"i=0; while [ $i -lt {count} ]; do echo line $i; i=$((i+1)); done; echo done >&2"),
        ["flood"] => new ProcessOptions("/bin/cat", "/dev/zero") { Watcher = Watcher },
        ["deaf"] => Sh("exec <&-; exec sleep 1000"),
        ["sleep"] => Sh("exec sleep 1000"),
        ["parent", var code] => Sh($"(echo asleep; exec sleep 1000) & echo $!; exit {code}"),
        ["parents"] => Sh("(echo asleep; exec sleep 1000) & echo $!; exec sleep 1000"),
        _ => throw new ArgumentException(string.Join(' ', words), nameof(words)),
    };

    private protected override int OpenHandles() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    // Whoever has to reap it may take his time.
    private protected override Func<bool> EndOf(int number) => () => StateOf(number) is "" or "Z";

    private protected override void CheckNothingIsLeftOf(ChildProcess child)
    {
        // Its number may be another process's by now, but not another child of ours.
        Check.False(StateOf(child.Pid, out string parent) == "Z" && parent == Environment.ProcessId.ToString(CultureInfo.InvariantCulture), $"{child.Name} is a zombie");
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

    private static void MakeExecutable(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static string StateOf(int number) => StateOf(number, out _);

    // proc_pid_stat(5).
    private static string StateOf(int number, out string parent)
    {
        string[] fields = [];
        try
        {
            string stat = File.ReadAllText($"/proc/{number}/stat");
            fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            // It is not there.
        }

        (string state, parent) = fields.Length > 1 ? (fields[0], fields[1]) : ("", "");
        return state;
    }
}
