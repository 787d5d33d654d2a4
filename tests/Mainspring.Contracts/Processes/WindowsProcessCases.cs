using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Mainspring.Processes;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>Child processes of Windows, by handles, jobs and named pipes. What they are to do <see cref="ContractChild"/> does, in this program started again, or cmd.exe.</summary>
[SupportedOSPlatform("windows")]
public sealed partial class WindowsProcessCases() : ProcessContract(Need)
{
    private protected override int Many => 70;

    private protected override int Sequence => 100;

    /// <summary>There are none.</summary>
    [Case]
    public void Signals_that_Windows_lacks_say_what_to_do()
    {
        using ChildProcess child = Loop.StartProcess(Child("sleep"));
        Check.Contains("SIGUSR1", Check.Throws<PlatformNotSupportedException>(() => child.Send(Signals.User1)).Message);
        Check.Contains("ChildGroup.New", Check.Throws<InvalidOperationException>(() => child.Send(PosixSignal.SIGINT)).Message);
        child.Kill();
        Run(child);
    }

    /// <summary>259 is what Windows says of one that runs, and a crash is a number below zero.</summary>
    [Case]
    public void Exit_codes_of_Windows_are_told_as_they_are()
    {
        Check.Equal(new ChildExit(259), RunToEnd(ProcessOptions.Shell("exit 259")).Exit);
        Check.Equal("exit code -1073741819 (0xC0000005)", RunToEnd(ProcessOptions.Shell("exit -1073741819")).Exit.ToString());
        Check.Equal(new ChildExit(137), RunToEnd(ProcessOptions.Shell("exit 137")).Exit, "which no signal has ended");
    }

    /// <summary>Which cmd.exe takes as they are.</summary>
    [Case]
    public void A_command_for_the_shell_keeps_its_quotes() => Check.Equal("a \"b c\" d", RunToEnd(ProcessOptions.Shell("echo a \"b c\" d")).OutputText.TrimEnd());

    /// <summary>What is one word for a POSIX shell is a command line of its own for cmd.exe.</summary>
    [Case]
    public void Quoting_for_a_POSIX_shell_is_refused() => Check.Contains("cmd.exe", Check.Throws<PlatformNotSupportedException>(static () => Shell.Quote("a & b")).Message);

    /// <summary>Working directory and environment.</summary>
    [Case]
    public void A_child_starts_where_and_as_it_is_told()
    {
        string[] found = RunToEnd(Child("place", "ONE") with { WorkingDirectory = Folder, Environment = new Dictionary<string, string?> { ["One"] = "1=1 é", ["WINEDEBUG"] = null } }).OutputText.Split('|');
        Check.Equal(Folder.TrimEnd('\\'), found[0].TrimEnd('\\'));
        Check.Equal("1=1 é", found[1]);
        Check.True(int.Parse(found[2], CultureInfo.InvariantCulture) > 5);
        string root = Environment.GetEnvironmentVariable("SystemRoot")!; // the runtime needs it
        found = RunToEnd(Child("place", "PATHEXT") with { InheritEnvironment = false, Environment = new Dictionary<string, string?> { ["SystemRoot"] = root } }).OutputText.Split('|');
        Check.Equal("", found[1]);
    }

    /// <summary>Nothing that could be inherited otherwise.</summary>
    [Case]
    public void A_child_gets_its_standard_streams_and_nothing_else()
    {
        using SafeWaitHandle mine = InheritableEvent();
        Check.Equal("no", RunToEnd(Child("has", mine.DangerousGetHandle().ToString(CultureInfo.InvariantCulture))).OutputText);
    }

    /// <summary>Whether something waits to be read, or to be written, or nothing.</summary>
    [Case]
    public void A_pipe_whose_other_end_is_closed_has_hung_up()
    {
        foreach (int size in new[] { 0, 1000, 1_000_000 })
        {
            (OverlappedPipe ours, SafeFileHandle childs) = OverlappedPipe.Create(isInput: true);
            using (ours)
            {
                _ = ours.Write(new byte[size], out int error);
                Check.Equal(size == 1_000_000 ? ProcessAbi.Again : 0, error, $"{size}");
                Check.False(ours.HasHungUp);
                childs.Dispose();
                Patience.Until(() => ours.HasHungUp, $"the hang-up after {size} bytes");
                _ = ours.Write(new byte[1], out error);
                Check.Equal(ProcessAbi.BrokenPipe, error);
            }
        }
    }

    /// <summary>With the thread end its reads, and nobody hears of that: a loop may go on on another one.</summary>
    [Case]
    public void A_read_outlives_the_thread_that_has_begun_it()
    {
        foreach (bool isInput in new[] { false, true })
        {
            (OverlappedPipe ours, SafeFileHandle childs) = Began(isInput);
            using (ours)
            {
                Check.False(ours.HasHungUp);
                if (!isInput)
                {
                    using (var writer = new FileStream(childs, FileAccess.Write, 1))
                    {
                        writer.Write("late"u8);
                    }

                    byte[] buffer = new byte[100];
                    int count = 0, error = 0;
                    Patience.Until(() => (count = ours.Read(buffer, out error)) > 0 || error != ProcessAbi.Again, "what was written");
                    Check.Equal((4, 0), (count, error));
                }

                childs.Dispose();
                Patience.Until(() => isInput ? ours.HasHungUp : ours.Read(new byte[1], out int error) == 0 && error == 0, "the end");
            }
        }

        static (OverlappedPipe Ours, SafeFileHandle Childs) Began(bool isInput)
        {
            (OverlappedPipe Ours, SafeFileHandle Childs) pipe = default;
            var thread = new Thread(() =>
            {
                pipe = OverlappedPipe.Create(isInput);
                if (!isInput)
                {
                    _ = pipe.Ours.Read(new byte[1], out int error);
                    Check.Equal(ProcessAbi.Again, error);
                }
            });
            thread.Start();
            thread.Join();
            return pipe;
        }
    }

    /// <summary>Each names the path and what to do.</summary>
    [Case]
    public void What_cannot_be_started_says_why()
    {
        string script = Path.Combine(Folder, "script"), batch = Path.Combine(Folder, "batch.cmd");
        File.WriteAllText(script, "echo\n");
        File.WriteAllText(batch, "echo\n");
        Contains(["no folder of PATH", "'no-such-program'"], new ProcessOptions("no-such-program"));
        Contains(["there is no", @"C:\no\such\program"], new ProcessOptions(@"C:\no\such\program"));
        Contains([script, "no program for this machine"], new ProcessOptions(script));
        Contains(["batch.cmd", "batch file", "ProcessOptions.Shell"], new ProcessOptions(@".\batch") { WorkingDirectory = Folder });
        Contains([Folder, "is a folder"], new ProcessOptions(Folder));
        Contains([@"working directory 'C:\no\such\folder' does not exist"], new ProcessOptions("cmd") { WorkingDirectory = @"C:\no\such\folder" });
        Contains([$"working directory '{script}' is a file"], new ProcessOptions("cmd") { WorkingDirectory = script });
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

    /// <summary>What npm and others install: a script for other systems beside the program, under the same name.</summary>
    [Case]
    public void A_script_without_an_extension_is_not_mistaken_for_the_program()
    {
        string first = Directory.CreateDirectory(Path.Combine(Folder, "first")).FullName, second = Directory.CreateDirectory(Path.Combine(Folder, "second")).FullName;
        File.WriteAllText(Path.Combine(first, "tool"), "#!/bin/sh\n");
        Contains("tool is no program", new ProcessOptions("tool"));
        File.WriteAllText(Path.Combine(second, "tool.cmd"), "echo\n");
        Contains("tool.cmd is a batch file", new ProcessOptions("tool"));
        Contains("tool.cmd is a batch file", new ProcessOptions(@".\tool") { WorkingDirectory = second });

        void Contains(string part, ProcessOptions options) => Check.Contains(
            part, Check.Throws<IOException>(() => Loop.StartProcess(options with { Environment = new Dictionary<string, string?> { ["Path"] = $"{first};\"{second}\"" } })).Message);
    }

    /// <summary>By its job; afterwards nobody is, though the number may be another's.</summary>
    [Case]
    public void A_group_is_reached_after_its_leader_has_ended()
    {
        using ChildProcess child = Loop.StartProcess(Child("parent", "0") with { StandardOutput = Redirect.Pipe, Group = ChildGroup.New });
        Run(child);
        Check.True(child.KillGroup(), "its leader has ended");
        Patience.Until(() => !child.KillGroup(), "nobody is left in the group");
        Check.False(child.SendToGroup(PosixSignal.SIGQUIT));
        child.Dispose();
        Check.False(child.KillGroup());
        Check.False(child.SendToGroup(PosixSignal.SIGQUIT));
    }

    /// <summary>It lives.</summary>
    [Case]
    public void A_loop_that_is_disposed_leaves_its_children_when_told_so()
    {
        ChildProcess child = Loop.StartProcess(Child("sleep") with { OnLoopDisposed = ChildDisposal.Leave, StandardOutput = Redirect.Pipe });
        Loop.Run(async () => await child.StandardOutput.ReadAsync(new byte[100]));
        using var left = Process.GetProcessById(child.Pid);
        Loop.Dispose();
        Check.False(left.HasExited);
        left.Kill();
        Check.True(left.WaitForExit(Patience.Long));
    }

    /// <summary>Where both have a console: the child of a group of its own, and not this program.</summary>
    [Case]
    public void CtrlBreak_reaches_the_group_and_not_us()
    {
        using ChildProcess child = Loop.StartProcess(Child("break") with { Group = ChildGroup.New, StandardOutput = Redirect.Pipe });
        byte[] buffer = new byte[100];
        Check.Equal("ready\n", Loop.Run(async () => Encoding.UTF8.GetString(buffer, 0, await child.StandardOutput.ReadAsync(buffer))));
        try
        {
            Check.True(child.Send(PosixSignal.SIGQUIT));
        }
        catch (IOException exception)
        {
            throw new SkipException($"needs a console: {exception.Message}");
        }

        Check.Equal(new ChildExit(9), Run(child));
    }

    private protected override ProcessOptions Child(params string[] words) => words switch
    {
        ["exit", var code] => ProcessOptions.Shell($"exit {code}"),
        ["wait", var code] => ProcessOptions.Shell($"set /p line=& exit {code}"),
        _ => new ProcessOptions(Environment.ProcessPath!, ["child", .. words]),
    };

    private protected override int OpenHandles()
    {
        using var self = Process.GetCurrentProcess();
        return self.HandleCount;
    }

    private protected override Func<bool> EndOf(int number)
    {
        var process = Process.GetProcessById(number);
        return () => process.HasExited;
    }

    private protected override void NeedsEndOfInput()
    {
        if (ProcessKernel.ConsoleCodePage() == 0 && NativeLibrary.TryGetExport(NativeLibrary.Load("ntdll"), "wine_get_version", out _))
        {
            // kernelbase's AllocConsole of Wine 8 starts it with all handles of the child that can be inherited.
            throw new SkipException("needs a console, under Wine: without one each child has a console host of its own, which inherits the child's input there and keeps it open");
        }
    }

    private static void Need()
    {
        Sys.NeedsWindows();
        Sys.NeedsOwnProgram();
    }

    private static unsafe SafeWaitHandle InheritableEvent()
    {
        nint* attributes = stackalloc nint[3]; // SECURITY_ATTRIBUTES of 64-bit Windows
        attributes[0] = 24;
        attributes[1] = 0;
        attributes[2] = 1;
        return CreateEvent(attributes, null, 0, 0x1F0003);
    }

    [LibraryImport("kernel32", EntryPoint = "CreateEventExW", SetLastError = true)]
    private static unsafe partial SafeWaitHandle CreateEvent(nint* attributes, char* name, uint flags, uint access);
}
