namespace Mainspring.Processes;

/// <summary>What a child process is, and how it is started.</summary>
public sealed record ProcessOptions
{
    /// <summary>A program with its arguments.</summary>
    /// <param name="fileName">See <see cref="FileName"/>.</param>
    /// <param name="arguments">See <see cref="Arguments"/>.</param>
    public ProcessOptions(string fileName, params IReadOnlyList<string> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        ArgumentNullException.ThrowIfNull(arguments);
        (FileName, Arguments) = (fileName, arguments);
    }

    /// <summary>The program: a path, relative to <see cref="WorkingDirectory"/> if it is; or, without a slash, a name that is looked for in the folders of PATH, that of <see cref="Environment"/> if it has one. On Windows <c>.exe</c> may be left out, and batch files are refused: see <see cref="Shell"/>.</summary>
    public string FileName { get; init; }

    /// <summary>Its arguments, each as it is: nothing is split, joined or quoted. On Windows, where a program gets one text, it finds them by the rules of CommandLineToArgvW, as nearly all do.</summary>
    public IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The folder in which it starts; null is this process's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Environment variables to set; null as a value takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Whether it gets this process's environment variables too. True by default.</summary>
    public bool InheritEnvironment { get; init; } = true;

    /// <summary>What it reads.</summary>
    public Redirect StandardInput { get; init; } = Redirect.Inherit;

    /// <summary>Where what it writes goes.</summary>
    public Redirect StandardOutput { get; init; } = Redirect.Inherit;

    /// <summary>Where what it complains of goes; <see cref="Redirect.ToOutput"/> mixes it with standard output.</summary>
    public Redirect StandardError { get; init; } = Redirect.Inherit;

    /// <summary>Its process group.</summary>
    public ChildGroup Group { get; init; }

    /// <summary>How its end is noticed; Windows has one way.</summary>
    public ChildWatcher Watcher { get; init; }

    /// <summary>What becomes of it when it lives as the loop is disposed.</summary>
    public ChildDisposal OnLoopDisposed { get; init; }

    /// <summary>The most bytes that <see cref="ChildInputStream.TryWrite"/> queues.</summary>
    public int WriteQueueSize { get; init; } = 64 * 1024;

    /// <summary>Whether the last argument is a command for cmd.exe, which has rules of its own.</summary>
    internal bool IsShellCommand { get; init; }

    /// <summary>A command for the shell, <c>/bin/sh -c</c>; on Windows for <c>cmd.exe</c>. What comes from outside has to be quoted: for sh by <see cref="Mainspring.Processes.Shell.Quote"/>; for cmd.exe nothing quotes it safely.</summary>
    /// <param name="command">The command, with pipes, wildcards and all.</param>
    /// <returns>The options of the shell that runs it.</returns>
    public static ProcessOptions Shell(string command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return OperatingSystem.IsWindows()
            ? new ProcessOptions(System.Environment.GetEnvironmentVariable("ComSpec") ?? "cmd.exe", "/d", "/s", "/c", command) { IsShellCommand = true }
            : new ProcessOptions("/bin/sh", "-c", command);
    }
}
