using System.Diagnostics;
using System.Runtime.Versioning;

namespace Mainspring.Processes;

/// <summary>Child processes of a loop: spawned by posix_spawn(3), watched by pidfd in the loop's one wait, and reaped one by one, without threads and without SIGCHLD. On Windows by CreateProcess, each in a job object, watched by its handle.</summary>
public static class MainLoopProcesses
{
    /// <summary>Starts a program. Loop's thread only. It blocks until the program is loaded, as all starting of programs does.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="options">The program, and how it is started.</param>
    /// <returns>The child process.</returns>
    /// <exception cref="IOException">It cannot be started: it is not there, may not be executed, its working directory is not there; the message says which, and what to do.</exception>
    /// <exception cref="ArgumentException">An argument or a variable has a zero in it.</exception>
    /// <exception cref="PlatformNotSupportedException">This is neither Linux nor Windows.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("windows")]
    public static ChildProcess StartProcess(this MainLoop loop, ProcessOptions options) => Start(loop, options, null);

    /// <summary>As <see cref="StartProcess(MainLoop, ProcessOptions)"/>, with what comes of it as callbacks.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="options">The program, and how it is started; those of its streams that are <see cref="Redirect.Pipe"/> go to the protocol.</param>
    /// <param name="protocol">The callbacks.</param>
    /// <returns>The child process.</returns>
    /// <inheritdoc cref="StartProcess(MainLoop, ProcessOptions)"/>
    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("windows")]
    public static ChildProcess StartProcess(this MainLoop loop, ProcessOptions options, ISubprocessProtocol protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        return Start(loop, options, protocol);
    }

    /// <summary>
    /// Runs a program to its end: feeds it, collects what it writes, and waits until it has ended and its pipes are closed. A stream whose redirection is <see cref="Redirect.Inherit"/>, the default, is collected here;
    /// without input it reads nothing. Loop's thread only.
    /// </summary>
    /// <param name="loop">The loop.</param>
    /// <param name="options">The program, and how it is started.</param>
    /// <param name="input">What it is to read; it need not read all of it.</param>
    /// <param name="timeout">How long it may take; then it is killed, with its group if <see cref="ProcessOptions.Group"/> says that it leads one. Null is for ever.</param>
    /// <param name="maxOutput">How many bytes of either stream are kept; those after it are read, counted and dropped. 1 MiB by default.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <returns>How it ended, whatever its exit code, and what it wrote.</returns>
    /// <exception cref="TimeoutException">(From the task.) It took too long, and has ended by now.</exception>
    /// <exception cref="OperationCanceledException">(From the task.) It was cancelled, and has ended by now; or the loop was disposed.</exception>
    /// <exception cref="IOException">(From the task.) It cannot be started.</exception>
    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("windows")]
    public static Task<ProcessResult> RunProcess(
        this MainLoop loop, ProcessOptions options, ReadOnlyMemory<byte> input = default, TimeSpan? timeout = null, int maxOutput = 1024 * 1024, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(maxOutput);
        return ProcessRun.Run(loop, options, input, timeout, maxOutput, cancellationToken);
    }

    /// <summary>
    /// Waits for the end of a process of the framework's, which it watches and reaps itself by SIGCHLD: its <see cref="Process.Exited"/> comes on another thread, and this brings it to the loop. On Windows
    /// the process's handle is in the loop's wait.
    /// </summary>
    /// <param name="loop">The loop.</param>
    /// <param name="process">A process that was started; its <see cref="Process.EnableRaisingEvents"/> is set, but on Windows.</param>
    /// <returns>Its exit code, on the loop. Cancelled when the loop is disposed before.</returns>
    public static Task<int> WaitForExit(this MainLoop loop, Process process)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(process);
        return ForeignExit.Of(loop, process);
    }

    internal static PlatformNotSupportedException Unsupported() =>
        new("Mainspring.Processes starts programs on Linux and Windows: elsewhere use System.Diagnostics.Process, and loop.WaitForExit(process).");

    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("windows")]
    private static ChildProcess Start(MainLoop loop, ProcessOptions options, ISubprocessProtocol? protocol)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(options);
        loop.CheckAccess(nameof(StartProcess));
        return OperatingSystem.IsLinux() || OperatingSystem.IsWindows() ? ChildProcess.Start(loop, options, protocol) : throw Unsupported();
    }
}
