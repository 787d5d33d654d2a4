using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mainspring.Windows;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Processes;

/// <summary>By the process's handle, which is signalled when it has ended. There are no signals: those that end a process do so at once, those of the keyboard are Ctrl-Break.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class HandleWatch(SafeProcessHandle process, ChildJob job, bool leadsGroup, int pid, string name, IChildWatchOwner owner) : ChildWatch(pid, name, owner), IPollableSource
{
    private int _killedBy; // the signal in whose stead it was ended

    public SafeHandle Handle => process;

    public PollEvents Interest => PollEvents.Readable;

    private bool HasEnded => process.IsClosed || Kernel32.WaitForSingleObject(process, 0) == 0;

    public override int Send(int signal, bool toGroup)
    {
        switch (signal)
        {
            case SignalNumbers.Kill or SignalNumbers.Terminate:
                int refusal = toGroup ? job.Kill((uint)(128 + signal)) : Kill((uint)(128 + signal));
                _killedBy = refusal == 0 && Exit is null ? signal : _killedBy;
                return refusal;
            case SignalNumbers.Interrupt or SignalNumbers.Quit when !leadsGroup:
                throw new InvalidOperationException($"{Name} is in the process group of this program, which would get the Ctrl-Break too: start it with ProcessOptions.Group = ChildGroup.New.");
            case SignalNumbers.Interrupt or SignalNumbers.Quit:
                return IsGone(toGroup) ? ProcessAbi.NoProcess // its number may be another's by now
                    : ProcessKernel.RaiseControlEvent(ProcessKernel.CtrlBreak, (uint)Pid) ? 0
                    : Marshal.GetLastPInvokeError() is var error && IsGone(toGroup) ? ProcessAbi.NoProcess : error;
            default:
                throw new PlatformNotSupportedException(
                    $"{Name}: Windows cannot send {Signals.NameOf(Signals.FromNumber(signal))}. SIGTERM and SIGKILL end a process there, SIGINT and SIGQUIT are Ctrl-Break; tell it anything else by its standard input.");
        }
    }

    public override void Abandon()
    {
        // It has no zombie to leave.
    }

    public override void Close()
    {
        job.LetGo();
        job.Dispose();
        process.Dispose();
    }

    protected override ChildExit? TryReap()
    {
        if (!HasEnded)
        {
            return null;
        }

        uint code;
        job.LetGo(); // those that it has started outlive it, as elsewhere, until they are killed
        return !ProcessKernel.ExitCodeOf(process, &code) ? ChildExit.Unknown
            : _killedBy != 0 && code == 128 + _killedBy ? new ChildExit((int)code, Signals.FromNumber(_killedBy))
            : new ChildExit((int)code);
    }

    private bool IsGone(bool andGroup) => HasEnded && (!andGroup || job.IsEmpty);

    private int Kill(uint code)
    {
        if (HasEnded)
        {
            return ProcessAbi.NoProcess;
        }

        int error = ProcessKernel.Terminate(process, code) ? 0 : Marshal.GetLastPInvokeError();
        return error != 0 && HasEnded ? ProcessAbi.NoProcess : error;
    }
}
