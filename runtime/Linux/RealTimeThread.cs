using System.Globalization;

namespace Mainspring.Linux;

/// <summary>Applies <see cref="RealTimeOptions"/> to the calling thread, and takes them back: policy, CPUs, memory.</summary>
internal sealed unsafe class RealTimeThread(string loop, RealTimeOptions options) : IRealTimeThread
{
    private Sched.Attributes? _policyBefore;
    private CpuMask? _cpusBefore;

    /// <summary>Applies what is asked for. What was applied before one that is refused stays until <see cref="Undo"/>.</summary>
    /// <param name="complain">Takes what the system refuses, when it is not required.</param>
    /// <exception cref="IOException">The system refuses what is required; the message names what would grant it.</exception>
    public void Apply(Action<string> complain)
    {
        Check(options.LockMemory ? LockMemory() : null, complain);
        StackPages.Touch(options.StackToTouch);
        Check(options.CpuAffinity is { } cpus ? Pin(CpuMask.With(cpus)) : null, complain);
        Check(options.Policy == SchedulingPolicy.Unchanged ? null : Schedule(), complain);
    }

    /// <summary>Gives the thread its policy and its CPUs back.</summary>
    public void Undo(Action<string> complain)
    {
        if (_policyBefore is { } policy)
        {
            _policyBefore = null;
            Errno error = Sched.Set(policy);
            if (error == Errno.Permission)
            {
                // Without CAP_SYS_NICE a thread cannot lose the flag again; for an ordinary one it means no more than that children begin with nice 0.
                error = Sched.Set(policy with { Flags = Sched.ResetOnFork });
            }

            Complain(error, "cannot give its thread the scheduling policy back (sched_setattr)", complain);
        }

        if (_cpusBefore is { } cpus)
        {
            _cpusBefore = null;
            Complain(cpus.Set(), $"cannot give its thread the CPUs {cpus} back (sched_setaffinity)", complain);
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

    private void Complain(Errno error, string what, Action<string> complain)
    {
        if (error != Errno.None)
        {
            complain($"Loop '{loop}' {what}: {error.Message}.");
        }
    }

    private IOException? Schedule()
    {
        string name = options.Policy == SchedulingPolicy.Fifo ? "SCHED_FIFO" : "SCHED_RR";
        Errno error = Sched.Get(out Sched.Attributes before);
        if (error == Errno.None)
        {
            error = Sched.Set(new Sched.Attributes
            {
                Policy = options.Policy == SchedulingPolicy.Fifo ? Sched.Fifo : Sched.RoundRobin,
                Priority = (uint)options.Priority,
                Flags = Sched.ResetOnFork,
            });
        }

        if (error == Errno.None)
        {
            // What sched_getattr gives besides (a slice, a clamp of the utility) is not to be set again.
            bool hasTimes = before.Policy == Sched.Deadline;
            _policyBefore = new Sched.Attributes
            {
                Policy = before.Policy,
                Priority = before.Priority,
                Nice = before.Nice,
                Flags = before.Flags & Sched.ResetOnFork,
                Runtime = hasTimes ? before.Runtime : 0,
                DeadlineTime = hasTimes ? before.DeadlineTime : 0,
                Period = hasTimes ? before.Period : 0,
            };
            return null;
        }

        string remedy = error != Errno.Permission ? "" : HasCapability(Sched.CapabilityNice)
            ? " The thread has CAP_SYS_NICE, so something else refuses: a cgroup without real-time bandwidth (cpu.rt_runtime_us), or a seccomp filter."
            : $" Grant CAP_SYS_NICE ('setcap cap_sys_nice+ep PROGRAM', 'AmbientCapabilities=CAP_SYS_NICE' in a unit file), or raise RLIMIT_RTPRIO, which is {Limit(Sched.LimitRealTimePriority)}, to {options.Priority} ('ulimit -r {options.Priority}', 'rtprio {options.Priority}' in /etc/security/limits.d, 'LimitRTPRIO={options.Priority}' in a unit file).";
        return Refusal($"cannot have {name} at priority {options.Priority} for its thread (sched_setattr)", error, remedy);
    }

    private IOException? Pin(CpuMask cpus)
    {
        CpuMask? before = CpuMask.Of(0);
        Errno error = before is null ? Errno.Last : cpus.Set();
        if (error == Errno.None)
        {
            _cpusBefore = before;
            CpuMask? now = CpuMask.Of(0);
            if (now is null || now.Equals(cpus))
            {
                return null;
            }

            _cpusBefore = before!.Set() == Errno.None ? null : before; // some of them are not what was asked for
            return new IOException($"Loop '{loop}' cannot have its thread on all of the CPUs {cpus}: of these the system allows {now} (a cpuset, or there are not so many; see Cpus_allowed_list in /proc/self/status).");
        }

        return Refusal($"cannot have its thread on the CPUs {cpus} (sched_setaffinity)", error, $" It may use {before}: see the machine's CPUs, and the cpuset of the service or container.");
    }

    private IOException? LockMemory()
    {
        // A finite limit is that of the address space, of which the collector reserves much: sooner or later an allocation would fail.
        bool allowed = HasCapability(Sched.CapabilityIpcLock) || Limit(Sched.LimitMemoryLock) == Unlimited;
        Errno error = !allowed ? Errno.Permission : Sched.LockAll(Sched.LockCurrent | Sched.LockFuture | Sched.LockOnFault) == 0 ? Errno.None : Errno.Last;
        return error == Errno.None ? null : Refusal(
            "cannot lock the process's memory (mlockall)", error,
            allowed
                ? ""
                : $" RLIMIT_MEMLOCK is {Limit(Sched.LimitMemoryLock)} bytes, and with a finite limit later allocations would fail: make it unlimited ('ulimit -l unlimited', 'memlock unlimited' in /etc/security/limits.d, 'LimitMEMLOCK=infinity' in a unit file), or grant CAP_IPC_LOCK ('setcap cap_ipc_lock+ep PROGRAM', 'AmbientCapabilities=CAP_IPC_LOCK').");
    }

    private IOException Refusal(string what, Errno error, string remedy) =>
        new($"Loop '{loop}' {what}: {error.Message}.{remedy}", error.Number);

    private const string Unlimited = "unlimited";

    private static string Limit(int resource)
    {
        Sched.Limit limit;
        return Sched.GetLimit(resource, &limit) != 0 ? "unknown" : limit.Soft == ulong.MaxValue ? Unlimited : limit.Soft.ToString(CultureInfo.InvariantCulture);
    }

    // Of the calling thread; false where /proc does not say.
    private static bool HasCapability(int capability)
    {
        const string Status = "/proc/thread-self/status", Effective = "CapEff:";
        return File.Exists(Status)
            && File.ReadLines(Status).FirstOrDefault(static line => line.StartsWith(Effective, StringComparison.Ordinal)) is { } line
            && ulong.TryParse(line.AsSpan(Effective.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong bits)
            && (bits & (1UL << capability)) != 0;
    }
}
