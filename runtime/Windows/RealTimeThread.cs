using System.Numerics;
using System.Runtime.Versioning;

namespace Mainspring.Windows;

/// <summary>Applies <see cref="RealTimeOptions"/> to the calling thread, and takes them back: its priority, its CPUs, its task of the multimedia class scheduler.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class RealTimeThread(string loop, RealTimeOptions options) : IRealTimeThread
{
    private int? _priorityBefore;
    private nuint _cpusBefore;
    private nint _task;

    public void Apply(Action<string> complain)
    {
        Check(options.LockMemory ? new IOException($"Loop '{loop}' cannot lock the process's memory: Windows locks no whole process; leave RealTimeOptions.LockMemory off here.") : null, complain);
        StackPages.Touch(options.StackToTouch);
        Check(options.CpuAffinity is { } cpus ? Pin(cpus) : null, complain);
        Check(options.Policy == SchedulingPolicy.Unchanged ? null : Raise(), complain);
        Check(options.MultimediaTask is { } task ? Join(task) : null, complain); // last: its priorities are higher, and a priority set afterwards would take them back
    }

    public void Undo(Action<string> complain)
    {
        if (_task != 0)
        {
            Complain(Kernel32.LeaveMultimedia(_task), "cannot leave its multimedia task (AvRevertMmThreadCharacteristics)", complain);
            _task = 0;
        }

        if (_priorityBefore is { } priority)
        {
            _priorityBefore = null;
            Complain(Kernel32.SetPriority(Kernel32.CurrentThread(), priority), "cannot give its thread the priority back (SetThreadPriority)", complain);
        }

        if (_cpusBefore != 0)
        {
            Complain(Kernel32.SetAffinity(Kernel32.CurrentThread(), _cpusBefore) != 0, "cannot give its thread its CPUs back (SetThreadAffinityMask)", complain);
            _cpusBefore = 0;
        }
    }

    private void Check(IOException? refusal, Action<string> complain)
    {
        if (refusal is null)
        {
            return;
        }

        if (options.Required)
        {
            throw refusal;
        }

        complain($"{refusal.Message} The loop runs without it.");
    }

    private void Complain(bool isDone, string what, Action<string> complain)
    {
        if (!isDone)
        {
            complain(WindowsErrors.Last($"Loop '{loop}' {what}").Message);
        }
    }

    private IOException? Raise()
    {
        int before = Kernel32.PriorityOf(Kernel32.CurrentThread());
        if (before == Kernel32.PriorityError || !Kernel32.SetPriority(Kernel32.CurrentThread(), Kernel32.TimeCritical))
        {
            return WindowsErrors.Last($"Loop '{loop}' cannot have the priority TIME_CRITICAL for its thread (SetThreadPriority)");
        }

        _priorityBefore = before;
        return null;
    }

    private IOException? Join(string task)
    {
        uint index = 0;
        try
        {
            _task = Kernel32.JoinMultimedia(task, &index);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return new IOException($"Loop '{loop}' cannot have the multimedia task '{task}' for its thread: this Windows has no multimedia class scheduler (avrt.dll); leave RealTimeOptions.MultimediaTask null here.", exception);
        }

        return _task != 0 ? null : WindowsErrors.Last(
            $"Loop '{loop}' cannot have the multimedia task '{task}' for its thread (AvSetMmThreadCharacteristics; the tasks are the keys of HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Multimedia\\SystemProfile\\Tasks, and the service MMCSS has to run)");
    }

    private IOException? Pin(IReadOnlyCollection<int> cpus)
    {
        nuint found, ofSystem;
        nuint ofProcess = Kernel32.AffinityOf(Kernel32.CurrentProcess(), &found, &ofSystem) ? found : 0; // 0 also where it has threads in several groups
        nuint mask = 0;
        bool isInGroup = true;
        foreach (int cpu in cpus)
        {
            isInGroup &= cpu < sizeof(nuint) * 8;
            mask |= isInGroup ? (nuint)1 << cpu : 0;
        }

        if (isInGroup && (ofProcess == 0 || (mask & ~ofProcess) == 0) && Kernel32.SetAffinity(Kernel32.CurrentThread(), mask) is var before && before != 0)
        {
            _cpusBefore = before;
            return null;
        }

        string allowed = ofProcess == 0 ? "" : $"the process may use {string.Join(',', Enumerable.Range(0, BitOperations.Log2(ofProcess) + 1).Where(cpu => (ofProcess >> cpu & 1) != 0))}, ";
        return new IOException($"Loop '{loop}' cannot have its thread on the CPUs {string.Join(',', cpus)} (SetThreadAffinityMask): {allowed}of one processor group of {sizeof(nuint) * 8} at the most.");
    }
}
