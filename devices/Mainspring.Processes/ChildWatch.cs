using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Processes;

/// <summary>Waits for the end of one child, as a source of <see cref="ChildExited"/>.</summary>
internal abstract class ChildWatch(int pid, string name, IChildWatchOwner owner) : IEventSource
{
    private SourceContext? _context;

    public string Name { get; } = name;

    public ChildExit? Exit { get; private set; }

    protected int Pid => pid;

    public virtual void Attach(SourceContext context) => _context = context;

    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if (_context is { } context && Exit is null && TryReap() is { } exit)
        {
            Exit = exit;
            context.Ended(); // what is reaped would be reported as hung up for ever
            if (!exit.IsKnown)
            {
                context.Error(new IOException($"{Name}: how it ended is not known, since somebody else has reaped it: a waitpid for any child in this process, or SIGCHLD was ignored when the process began."));
            }

            context.Emit(new ChildExited(pid, exit));
            owner.OnExit(exit);
        }

        return 1;
    }

    public void Detach()
    {
        if (_context is not null)
        {
            _context = null;
            if (Exit is null)
            {
                owner.OnAbandoned();
            }
        }
    }

    /// <summary>Sends a signal, to the child or to its whole group.</summary>
    /// <returns>0, or the error; <see cref="ProcessAbi.NoProcess"/> when it has ended.</returns>
    public abstract int Send(int signal, bool toGroup);

    /// <summary>It lives, perhaps, and the loop does not look after it any more.</summary>
    public abstract void Abandon();

    /// <summary>Nothing will be asked of it any more.</summary>
    public virtual void Close()
    {
    }

    /// <summary>How it has ended; null while it runs.</summary>
    protected abstract ChildExit? TryReap();
}

/// <summary>Whom a watch tells.</summary>
internal interface IChildWatchOwner
{
    void OnExit(ChildExit exit);

    void OnAbandoned();
}

/// <summary>A child of Linux, which is reaped. Its number cannot mean another process before that.</summary>
[SupportedOSPlatform("linux")]
internal abstract class ReapingWatch(int pid, string name, IChildWatchOwner owner) : ChildWatch(pid, name, owner)
{
    protected virtual int Pidfd => -1;

    public override int Send(int signal, bool toGroup) =>
        Exit is not null || !WaitStatus.IsOurs(Pid) ? ProcessAbi.NoProcess : Libc.Kill(toGroup ? -Pid : Pid, signal) == 0 ? 0 : Marshal.GetLastPInvokeError();

    public override void Abandon() => Reaper.Take(Pid);

    protected override ChildExit? TryReap() => WaitStatus.TryReap(Pidfd, Pid);
}

/// <summary>By a descriptor of the process: pidfd_open(2).</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class PidfdWatch(SafeFileHandle pidfd, int pid, string name, IChildWatchOwner owner) : ReapingWatch(pid, name, owner), IPollableSource
{
    private bool _canSendToGroup = true;

    public SafeHandle Handle => pidfd;

    public PollEvents Interest => PollEvents.Readable;

    protected override int Pidfd => (int)pidfd.DangerousGetHandle();

    /// <summary>Opens the descriptor, while the child is ours and cannot be another process. It is closed on exec by itself.</summary>
    /// <returns>The descriptor; null with the error.</returns>
    public static SafeFileHandle? Open(int pid, out int error)
    {
        nint descriptor = Libc.PidfdOpen(ProcessAbi.PidfdOpen, pid, 0);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    public override int Send(int signal, bool toGroup)
    {
        if (pidfd.IsClosed)
        {
            return ProcessAbi.NoProcess;
        }

        // To a group since Linux 6.9; it still works when its leader is gone.
        if (!toGroup || _canSendToGroup)
        {
            int error = Libc.PidfdSendSignal(ProcessAbi.PidfdSendSignal, Pidfd, signal, null, toGroup ? (nint)ProcessAbi.ToGroup : 0) == 0 ? 0 : Marshal.GetLastPInvokeError();
            if (error is not (ProcessAbi.Invalid or ProcessAbi.NotImplemented or ProcessAbi.NotPermitted))
            {
                return error;
            }

            _canSendToGroup = !toGroup;
        }

        return base.Send(signal, toGroup);
    }

    public override void Close() => pidfd.Dispose();
}

/// <summary>By a thread that blocks until the child has ended, and leaves the reaping to the loop.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ThreadWatch(int pid, string name, IChildWatchOwner owner) : ReapingWatch(pid, name, owner)
{
    public override void Attach(SourceContext context)
    {
        base.Attach(context);
        Reaper.Start($"child {Pid}", () =>
        {
            WaitStatus.WaitForEnd(Pid);
            context.Wake();
        });
    }
}
