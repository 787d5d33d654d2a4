using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mainspring.Windows;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Processes;

/// <summary>
/// The job object of a child: what Windows has for a process group. One that leads a group has all that it starts in it; of the others only the child itself is in its job. Closing it, as the end of this
/// process does however it comes, kills what is in it, unless it was let go.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class ChildJob : SafeHandleZeroOrMinusOneIsInvalid
{
    public ChildJob()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Whether nobody is in it any more.</summary>
    public bool IsEmpty
    {
        get
        {
            ProcessKernel.JobAccounts accounts;
            return IsClosed || (ProcessKernel.AskJob(this, ProcessKernel.BasicAccounting, &accounts, (uint)sizeof(ProcessKernel.JobAccounts), null) && accounts.ActiveProcesses == 0);
        }
    }

    /// <summary>Makes one.</summary>
    /// <returns>Null when the system refuses, with its error.</returns>
    public static ChildJob? Create(bool leadsGroup, bool killsOnClose)
    {
        var job = new ChildJob();
        job.SetHandle(ProcessKernel.CreateJob(null, null));
        if (!job.IsInvalid && job.Limit((leadsGroup ? 0 : ProcessKernel.SilentBreakaway) | (killsOnClose ? ProcessKernel.KillOnClose : 0)))
        {
            return job;
        }

        int error = Marshal.GetLastPInvokeError();
        job.Dispose();
        Marshal.SetLastPInvokeError(error);
        return null;
    }

    /// <summary>Kills all that is in it.</summary>
    /// <returns>0, or the error.</returns>
    public int Kill(uint code) => IsEmpty ? ProcessAbi.NoProcess : ProcessKernel.TerminateJob(this, code) ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>From now on its closing, which may be the collector's, leaves what is in it alone.</summary>
    public void LetGo()
    {
        if (!IsClosed)
        {
            _ = Limit(0);
        }
    }

    protected override bool ReleaseHandle() => Kernel32.CloseHandle(handle);

    private bool Limit(uint flags)
    {
        ProcessKernel.JobLimits limits = new() { Flags = flags };
        return ProcessKernel.SetJob(this, ProcessKernel.ExtendedLimits, &limits, (uint)sizeof(ProcessKernel.JobLimits));
    }
}
