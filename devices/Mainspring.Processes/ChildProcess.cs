using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mainspring.Windows;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Processes;

/// <summary>
/// A child process: watched by its loop until it ends, reaped then, and only it. Signals go to this process and never to another one that got its number. Loop's thread only.
/// </summary>
[DebuggerDisplay("{Name} {Exit}")]
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("windows")]
public sealed class ChildProcess : IDisposable, IChildWatchOwner
{
    private readonly TaskCompletionSource<ChildExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ProcessOptions _options;
    private readonly ISubprocessProtocol? _protocol;
    private readonly ChildInputStream? _input;
    private readonly ChildOutputStream? _output;
    private readonly ChildOutputStream? _error;
    private readonly ChildWatch _watch;
    private readonly SourceHandle _source;
    private int _openPipes; // that a protocol waits for
    private bool _isDisposed;

    private ChildProcess(MainLoop loop, ProcessOptions options, Spawned spawned, ISubprocessProtocol? protocol)
    {
        Loop = loop;
        Pid = spawned.Pid;
        Name = $"child {Pid} ({Path.GetFileName(options.FileName)})";
        (_options, _protocol) = (options, protocol);
        try
        {
            _watch = NewWatch(in spawned);
            _source = loop.Add(_watch, RetryPolicy.Never);
        }
        catch
        {
            spawned.KillUnwatched();
            _watch?.Close();
            throw;
        }

        _input = spawned.Input is { } input ? new ChildInputStream(loop, input, $"{Name} input", options.WriteQueueSize) : null;
        _output = spawned.Output is { } output ? new ChildOutputStream(loop, output, $"{Name} output") : null;
        _error = spawned.Error is { } error ? new ChildOutputStream(loop, error, $"{Name} error") : null;
    }

    /// <summary>Its loop.</summary>
    public MainLoop Loop { get; }

    /// <summary>Its number. It may mean another process after this one has ended.</summary>
    public int Pid { get; }

    /// <summary>Its number and program, as messages name it.</summary>
    public string Name { get; }

    /// <summary>How it has ended; null while it runs.</summary>
    public ChildExit? Exit => _watch.Exit;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => Exit is not null;

    /// <summary>Its end. What awaits it goes on on the loop, as often as it likes; the pipes may hold more by then. Cancelled when the loop is disposed before.</summary>
    public Task<ChildExit> Exited => _exited.Task;

    /// <summary>What it reads.</summary>
    /// <exception cref="InvalidOperationException">It is not redirected to a pipe.</exception>
    public ChildInputStream StandardInput => _input ?? throw NotPiped(nameof(ProcessOptions.StandardInput));

    /// <summary>What it writes.</summary>
    /// <exception cref="InvalidOperationException">It is not redirected to a pipe.</exception>
    public ChildOutputStream StandardOutput => _output ?? throw NotPiped(nameof(ProcessOptions.StandardOutput));

    /// <summary>What it complains of.</summary>
    /// <exception cref="InvalidOperationException">It is not redirected to a pipe.</exception>
    public ChildOutputStream StandardError => _error ?? throw NotPiped(nameof(ProcessOptions.StandardError));

    /// <summary>Sends it a signal. On Windows SIGTERM and SIGKILL end it at once, SIGINT and SIGQUIT are Ctrl-Break, for a child that leads a group and shares the console, and others there are none.</summary>
    /// <param name="signal">The signal, by name or number.</param>
    /// <returns>False when it has ended already.</returns>
    /// <exception cref="IOException">The system refuses, as it does when the child runs as another user.</exception>
    /// <exception cref="InvalidOperationException">On Windows: Ctrl-Break would reach this program too.</exception>
    /// <exception cref="PlatformNotSupportedException">Windows has no such signal.</exception>
    public bool Send(PosixSignal signal) => Send(signal, toGroup: false);

    /// <summary>Asks it to end: SIGTERM. Windows does not ask, but ends it; there SIGQUIT asks.</summary>
    /// <returns>False when it has ended already.</returns>
    public bool Terminate() => Send(PosixSignal.SIGTERM);

    /// <summary>Ends it: SIGKILL.</summary>
    /// <returns>False when it has ended already.</returns>
    public bool Kill() => Send(Signals.Kill);

    /// <summary>Sends a signal to it and all processes of its group, which are those that it has started, unless they have left. Where the system has pidfds for groups (Linux 6.9), also after its own end, until it is disposed.</summary>
    /// <param name="signal">The signal, by name or number.</param>
    /// <returns>False when none of them is there any more.</returns>
    /// <exception cref="InvalidOperationException">It leads no group: that needs <see cref="ProcessOptions.Group"/>.</exception>
    public bool SendToGroup(PosixSignal signal) => LeadsGroup
        ? Send(signal, toGroup: true)
        : throw new InvalidOperationException($"{Name} is in the process group of this program, which would get the signal too: start it with ProcessOptions.Group = ChildGroup.New.");

    /// <summary>Ends it and all processes of its group; see <see cref="SendToGroup"/>.</summary>
    /// <returns>False when none of them is there any more.</returns>
    /// <exception cref="InvalidOperationException">It leads no group: that needs <see cref="ProcessOptions.Group"/>.</exception>
    public bool KillGroup() => SendToGroup(Signals.Kill);

    /// <summary>Lets <see cref="RunOptions.UntilIdle"/> end although it runs.</summary>
    public void Unref() => _source.Unref();

    /// <summary>Closes its pipes, at once. The child itself goes on, and is reaped when it ends: <see cref="Kill"/> ends it. Idempotent.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _input?.Abort();
        _output?.Dispose();
        _error?.Dispose();
        if (HasExited)
        {
            _watch.Close();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    void IChildWatchOwner.OnExit(ChildExit exit)
    {
        _source.Remove();
        if (_isDisposed || !LeadsGroup)
        {
            _watch.Close();
        }

        _exited.SetResult(exit);
        _openPipes++; // the last word comes behind this one, whatever it closes
        Tell(static (child, exit) => child._protocol?.Exited(child, exit), exit);
        OnPart(1);
    }

    // The loop is disposed while the child lives.
    void IChildWatchOwner.OnAbandoned()
    {
        if (_options.OnLoopDisposed == ChildDisposal.Kill)
        {
            _ = _watch.Send(SignalNumbers.Kill, toGroup: LeadsGroup);
        }

        _watch.Abandon();
        _watch.Close();
        _exited.TrySetCanceled();
    }

    internal static ChildProcess Start(MainLoop loop, ProcessOptions options, ISubprocessProtocol? protocol)
    {
        var child = new ChildProcess(
            loop, options, OperatingSystem.IsWindows() ? WindowsSpawner.Start(options) : OperatingSystem.IsLinux() ? Spawner.Start(options) : throw MainLoopProcesses.Unsupported(), protocol);
        if (protocol is null)
        {
            return child;
        }

        try
        {
            child.StartTelling();
            return child;
        }
        catch
        {
            _ = child.Kill(); // nobody would have it
            child.Dispose();
            throw;
        }
    }

    private bool LeadsGroup => _options.Group != ChildGroup.Parent;

    private ChildWatch NewWatch(in Spawned spawned) =>
        OperatingSystem.IsWindows() ? new HandleWatch(spawned.Process!, spawned.Job!, LeadsGroup, Pid, Name, this)
        : OperatingSystem.IsLinux() ? NewReapingWatch()
        : throw MainLoopProcesses.Unsupported();

    [SupportedOSPlatform("linux")]
    private ReapingWatch NewReapingWatch()
    {
        if (_options.Watcher == ChildWatcher.Thread)
        {
            return new ThreadWatch(Pid, Name, this);
        }

        SafeFileHandle? pidfd = PidfdWatch.Open(Pid, out int error);
        return pidfd is not null ? new PidfdWatch(pidfd, Pid, Name, this)
            : _options.Watcher == ChildWatcher.Auto || error == ProcessAbi.NoProcess ? new ThreadWatch(Pid, Name, this) // ENOSYS, EPERM of a seccomp filter, no descriptor left; or reaped already
            : throw ProcessErrors.Refused(_options, "pidfd_open", error);
    }

    private void StartTelling()
    {
        _openPipes = (_input is null ? 0 : 1) + (_output is null ? 0 : 1) + (_error is null ? 0 : 1);
        Tell(static (child, _) => child._protocol!.Started(child), default);
        _input?.StartTelling(error => OnClosed(ChildPipe.Input, error), () => Tell(static (child, _) => child._protocol!.WritingResumed(child), default));
        _output?.StartPushing((in ChildData data, in EventInfo _) => _protocol!.DataReceived(this, ChildPipe.Output, data.Bytes), error => OnClosed(ChildPipe.Output, error));
        _error?.StartPushing((in ChildData data, in EventInfo _) => _protocol!.DataReceived(this, ChildPipe.Error, data.Bytes), error => OnClosed(ChildPipe.Error, error));
    }

    private void OnClosed(ChildPipe pipe, Exception? error)
    {
        try
        {
            _protocol!.PipeClosed(this, pipe, error);
        }
        catch (Exception exception)
        {
            Loop.Report(exception, WorkKind.EventHandler, Name, null);
        }

        OnPart(1);
    }

    // Its end, or that of a pipe.
    private void OnPart(int pipes)
    {
        _openPipes -= pipes;
        if (_openPipes == 0 && HasExited)
        {
            _openPipes = -1; // once
            Tell(static (child, _) => child._protocol?.Closed(child), default);
        }
    }

    private void Tell(Action<ChildProcess, ChildExit> callback, ChildExit exit)
    {
        try
        {
            callback(this, exit);
        }
        catch (Exception exception)
        {
            Loop.Report(exception, WorkKind.EventHandler, Name, null);
        }
    }

    private bool Send(PosixSignal signal, bool toGroup) => _watch.Send(Signals.NumberOf(signal), toGroup) switch
    {
        0 => true,
        ProcessAbi.NoProcess => false,
        int error when OperatingSystem.IsWindows() => throw WindowsErrors.Of(error, $"{Name} did not get {Signals.NameOf(signal)}"),
        int error => throw new IOException($"{Name} did not get {Signals.NameOf(signal)}: {Marshal.GetPInvokeErrorMessage(error)}.", error),
    };

    private InvalidOperationException NotPiped(string stream) => new($"{Name}: {stream} is '{stream switch
    {
        nameof(ProcessOptions.StandardInput) => _options.StandardInput,
        nameof(ProcessOptions.StandardOutput) => _options.StandardOutput,
        _ => _options.StandardError,
    }}': start it with ProcessOptions.{stream} = Redirect.Pipe.");
}
