using System.Globalization;

namespace Mainspring.Contracts;

/// <summary>Policy, affinity and memory of the loop's thread, as the kernel shows them of every thread; and what is said where a privilege is missing.</summary>
public sealed class RealTimeCases
{
    public RealTimeCases() => Sys.NeedsLinux();

    [Case]
    public void OnlyTheLoopsThread_HasThePolicyAndTheCpus_AndOnlyWhileItRuns()
    {
        ThreadView before = ThreadView.Current();
        string cpu = OneCpuOf(before);
        using var writer = new BoundedWriter(new MemoryStream());
        using MainLoop loop = Loops.New(options => options with
        {
            Log = LoopLog.To(writer),
            ErrorPolicy = ErrorPolicy.Stop,
            WatchdogThreshold = TimeSpan.FromSeconds(10),
            RealTime = new RealTimeOptions { Priority = 7, CpuAffinity = [int.Parse(cpu, CultureInfo.InvariantCulture)], Required = false },
        });
        bool isPermitted = MayBeFifo(7);
        loop.CallSoon(() =>
        {
            ThreadView own = ThreadView.Current();
            Check.Equal(isPermitted ? (ThreadView.Fifo, 7) : (before.Policy, before.Priority), (own.Policy, own.Priority));
            Check.Equal(cpu, own.Cpus);
            using var started = new CountdownEvent(2);
            using var ends = new ManualResetEventSlim();
            int plain = 0, reset = 0; // the first has the loop's CPUs in a native program, and the process's where the runtime sees to that
            Worker first = Worker.Start(() => Live(ref plain));
            Worker second = Worker.Start(() =>
            {
                RealTimeOptions.ResetThread();
                Live(ref reset);
            });
            BeginTheWriter(); // the log's writer begins with it
            Check.True(started.Wait(Patience.Long));
            Patience.Until(() => Others().All(thread => thread.Cpus == before.Cpus || thread.Id == plain), "the helper threads have the process's CPUs again");
            foreach (ThreadView thread in Others())
            {
                Check.True(thread.Policy is not (ThreadView.Fifo or ThreadView.RoundRobin) || thread.Policy == before.Policy, $"{thread}");
            }

            Check.Equal(before.Cpus, ThreadView.All().Single(thread => thread.Id == reset).Cpus);
            ends.Set();
            first.Join();
            second.Join();
            loop.Stop();

            void Live(ref int id)
            {
                id = Sys.ThreadId();
                started.Signal();
                ends.Wait("the end of the case");
            }

            IEnumerable<ThreadView> Others() => ThreadView.All().Where(thread => thread.Id != own.Id);

            void BeginTheWriter() => writer.TryWrite("begins the writer's thread on the loop's\n"u8);
        });
        loop.Run();
        Check.Equal(0L, loop.Counters.Errors);
        Check.Equal(before, ThreadView.Current(), "as it was");
        Check.True(ThreadView.All().Count >= 2);
    }

    [Case]
    public void HelperThreads_DoNotHaveTheLoopsTimerSlack()
    {
        long before = Sys.TimerSlack(), plain = 0, reset = 0;
        using MainLoop loop = Loops.New();
        loop.CallSoon(() =>
        {
            Worker.Run(() => plain = Sys.TimerSlack());
            Worker.Run(() =>
            {
                RealTimeOptions.ResetThread();
                reset = Sys.TimerSlack();
            });
            loop.Stop();
        });
        loop.Run();
        Check.Equal(1L, plain, "inherited: what ResetThread is for");
        Check.Equal(before, reset);
    }

    [Case]
    public void RoundRobin_IsItsOwnPolicy()
    {
        NeedsFifo();
        ThreadView own = InLoop(new RealTimeOptions { Policy = SchedulingPolicy.RoundRobin, Priority = 3 });
        Check.Equal((ThreadView.RoundRobin, 3), (own.Policy, own.Priority));
    }

    [Case]
    public void Unchanged_ChangesNothing()
    {
        ThreadView before = ThreadView.Current();
        Check.Equal(before, InLoop(new RealTimeOptions { Policy = SchedulingPolicy.Unchanged }));
        Check.Equal(before, ThreadView.Current());
    }

    [Case]
    public void AGuestsTick_TouchesNothing()
    {
        ThreadView before = ThreadView.Current();
        using MainLoop loop = Loops.New(options => options with
        {
            RealTime = new RealTimeOptions { CpuAffinity = [int.Parse(OneCpuOf(before), CultureInfo.InvariantCulture)] },
        });
        ThreadView? inTick = null;
        loop.CallSoon(() => inTick = ThreadView.Current());
        loop.Tick();
        Check.Equal(before, inTick!);
    }

    [Case]
    public void TheThread_IsAsItWas_WhenACallbackStopsTheRunByAnException()
    {
        ThreadView before = ThreadView.Current();
        using MainLoop loop = Loops.New(options => options with
        {
            ErrorPolicy = ErrorPolicy.Stop,
            RealTime = new RealTimeOptions { CpuAffinity = [int.Parse(OneCpuOf(before), CultureInfo.InvariantCulture)], Required = false },
        });
        loop.CallSoon(static () => throw new FormatException());
        Check.Throws<FormatException>(loop.Run);
        Check.Equal(before, ThreadView.Current());
    }

    [Case]
    public void WithoutTheCapability_RunThrows_AndNamesWhatGrantsThePolicy()
    {
        Privileges.Drop(Privileges.CapSysNice);
        ThreadView before = ThreadView.Current();
        string cpu = OneCpuOf(before);
        using MainLoop loop = Loops.New(options => options with { RealTime = new RealTimeOptions { Priority = 12, CpuAffinity = [int.Parse(cpu, CultureInfo.InvariantCulture)] } });
        loop.CallSoon(static () => throw new CheckException("it must not run"));
        bool done = Privileges.TryWithLimit(Privileges.LimitRtPrio, 0, () =>
        {
            string message = Check.Throws<IOException>(loop.Run).Message;
            Check.Contains("'case'", message);
            Check.Contains("SCHED_FIFO at priority 12", message);
            Check.Contains("CAP_SYS_NICE", message);
            Check.Contains("RLIMIT_RTPRIO, which is 0", message);
            Check.Contains("ulimit -r 12", message);
            Check.Contains("LimitRTPRIO=12", message);
        });
        Check.True(done, "a limit may always be lowered");
        Check.Equal(before, ThreadView.Current(), "what was applied before it is undone");
        Check.False(loop.IsRunning);
        Check.Equal(0L, loop.Counters.Ticks);
    }

    [Case]
    public void WithoutTheCapability_NotRequired_IsLoggedOnce_AndTheLoopRuns()
    {
        Privileges.Drop(Privileges.CapSysNice);
        var log = new SilentLog();
        using MainLoop loop = Loops.New(options => options with { Log = log, RealTime = new RealTimeOptions { Required = false } });
        int ran = 0;
        Check.True(Privileges.TryWithLimit(Privileges.LimitRtPrio, 0, () =>
        {
            loop.CallSoon(() => ran++);
            loop.CallLater(TimeSpan.FromMilliseconds(3), loop.Stop);
            loop.Run();
        }));
        Check.Equal(1, ran);
        Check.Equal(1, log.Messages.Count, string.Join("; ", log.Messages));
        Check.Contains("CAP_SYS_NICE", log.Messages[0]);
        Check.Contains("without it", log.Messages[0]);
    }

    [Case]
    public void TheLimitAlone_GrantsThePolicy_AndItIsUndone()
    {
        Privileges.Drop(Privileges.CapSysNice);
        ThreadView before = ThreadView.Current();
        ThreadView? own = null;
        if (!Privileges.TryWithLimit(Privileges.LimitRtPrio, 20, () => own = InLoop(new RealTimeOptions { Priority = 20 })))
        {
            // Nobody here may raise the limit: then the message is what there is to see, in the cases above.
            throw new SkipException("needs CAP_SYS_RESOURCE, to raise RLIMIT_RTPRIO");
        }

        Check.Equal((ThreadView.Fifo, 20), (own!.Policy, own.Priority));
        Check.Equal(before, ThreadView.Current());
    }

    [Case]
    public void LockedMemory_WithAFiniteLimit_IsRefused()
    {
        Privileges.Drop(Privileges.CapIpcLock);
        Check.True(Privileges.TryWithLimit(Privileges.LimitMemLock, 1 << 20, () =>
        {
            string message = Check.Throws<IOException>(() => InLoop(new RealTimeOptions { Policy = SchedulingPolicy.Unchanged, LockMemory = true })).Message;
            Check.Contains("CAP_IPC_LOCK", message);
            Check.Contains("RLIMIT_MEMLOCK is 1048576 bytes", message);
            Check.Contains("LimitMEMLOCK=infinity", message);
        }));
        Check.Equal(0L, LockedKilobytes());
    }

    [Case]
    public void LockedMemory_IsLocked()
    {
        var options = new RealTimeOptions { Policy = SchedulingPolicy.Unchanged, LockMemory = true, StackToTouch = 1 << 20 };
        if (!Privileges.Has(Privileges.CapIpcLock))
        {
            Check.Contains("CAP_IPC_LOCK", Check.Throws<IOException>(() => InLoop(options)).Message);
            return;
        }

        InLoop(options);
        Check.True(LockedKilobytes() > 0);
        Privileges.UnlockMemory(); // it is for the process, and others have cases to run
        Check.Equal(0L, LockedKilobytes());
    }

    [Case]
    public void CpusThatAreNotThere_AreNamed()
    {
        string before = ThreadView.Current().Cpus;
        Check.Contains("CPUs 8191", Check.Throws<IOException>(() => InLoop(new RealTimeOptions { Policy = SchedulingPolicy.Unchanged, CpuAffinity = [8191] })).Message);
        int here = int.Parse(OneCpuOf(ThreadView.Current()), CultureInfo.InvariantCulture);
        Check.Contains($"CPUs {here},8191", Check.Throws<IOException>(() => InLoop(new RealTimeOptions { Policy = SchedulingPolicy.Unchanged, CpuAffinity = [here, 8191] })).Message);
        Check.Equal(before, ThreadView.Current().Cpus);
    }

    [Case]
    public void CpusOfWhichSomeAreNotThere_AreNotTaken_WhenTheyAreNotRequired()
    {
        ThreadView before = ThreadView.Current();
        int here = int.Parse(OneCpuOf(before), CultureInfo.InvariantCulture);
        var log = new SilentLog();
        using MainLoop loop = Loops.New(options => options with
        {
            Log = log,
            RealTime = new RealTimeOptions { Policy = SchedulingPolicy.Unchanged, CpuAffinity = [here, 8191], Required = false },
        });
        ThreadView? inRun = null;
        loop.CallSoon(() =>
        {
            inRun = ThreadView.Current();
            loop.Stop();
        });
        loop.Run();
        Check.Equal(before, inRun!, "the loop runs without it");
        Check.Contains("The loop runs without it", string.Join(' ', log.Messages));
        Check.Equal(before, ThreadView.Current());
    }

    [Case]
    public void WrongOptions_AreRefusedWhenTheLoopIsMade()
    {
        Check.Contains("1 to 99", Check.Throws<ArgumentOutOfRangeException>(() => InLoop(new RealTimeOptions { Priority = 0 })).Message);
        Check.Contains("1 to 99", Check.Throws<ArgumentOutOfRangeException>(() => InLoop(new RealTimeOptions { Priority = 100 })).Message);
        Check.Contains("CpuAffinity", Check.Throws<ArgumentException>(() => InLoop(new RealTimeOptions { CpuAffinity = [] })).Message);
        Check.Contains("CpuAffinity", Check.Throws<ArgumentException>(() => InLoop(new RealTimeOptions { CpuAffinity = [-1] })).Message);
        Check.Throws<ArgumentOutOfRangeException>(() => InLoop(new RealTimeOptions { StackToTouch = -1 }));
    }

    private static ThreadView InLoop(RealTimeOptions options)
    {
        using MainLoop loop = Loops.New(loopOptions => loopOptions with { RealTime = options });
        ThreadView? own = null;
        loop.CallSoon(() =>
        {
            own = ThreadView.Current();
            loop.Stop();
        });
        loop.Run();
        return own!;
    }

    // The last of "0-3", "0,2" or "1".
    private static string OneCpuOf(ThreadView thread) => thread.Cpus.Split(',', '-')[^1];

    private static long LockedKilobytes()
    {
        string line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("VmLck:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }

    private static bool MayBeFifo(int priority)
    {
        try
        {
            return InLoop(new RealTimeOptions { Priority = priority }).Policy == ThreadView.Fifo;
        }
        catch (IOException exception)
        {
            Check.Contains("CAP_SYS_NICE", exception.Message); // not silently: where it is refused, the message is the case
            return false;
        }
    }

    private static void NeedsFifo()
    {
        if (!MayBeFifo(1))
        {
            throw new SkipException("needs CAP_SYS_NICE or RLIMIT_RTPRIO; that it says so was checked");
        }
    }
}
