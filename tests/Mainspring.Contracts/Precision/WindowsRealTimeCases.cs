using System.Runtime.Versioning;
using Mainspring.Windows;

namespace Mainspring.Contracts;

/// <summary><see cref="RealTimeOptions"/> on Windows.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsRealTimeCases
{
    public WindowsRealTimeCases() => Sys.NeedsWindows();

    [Case]
    public void Priority_IsTheThreads_WhileItRuns()
    {
        int before = Kernel32.PriorityOf(Kernel32.CurrentThread()), within = 0;
        using MainLoop loop = Loops.New(static options => options with { RealTime = new RealTimeOptions() });
        loop.CallSoon(() =>
        {
            within = Kernel32.PriorityOf(Kernel32.CurrentThread());
            loop.Stop();
        });
        loop.Run();
        Check.Equal(Kernel32.TimeCritical, within);
        Check.Equal(before, Kernel32.PriorityOf(Kernel32.CurrentThread()));
    }

    [Case]
    public unsafe void Cpus_AreTheThreads_WhileItRuns()
    {
        nuint found, system;
        Check.True(Kernel32.AffinityOf(Kernel32.CurrentProcess(), &found, &system));
        nuint process = found;
        int cpu = (int)nuint.TrailingZeroCount(process);
        nuint within = 0;
        using MainLoop loop = Loops.New(options => options with { RealTime = new RealTimeOptions { Policy = SchedulingPolicy.Unchanged, CpuAffinity = [cpu] } });
        loop.CallSoon(() =>
        {
            within = Kernel32.SetAffinity(Kernel32.CurrentThread(), process); // says what it was
            loop.Stop();
        });
        loop.Run();
        Check.Equal((nuint)1 << cpu, within);
        Check.Equal(process, Kernel32.SetAffinity(Kernel32.CurrentThread(), process));
    }

    [Case]
    public void Cpus_ThatAreNotThere_AreRefused_AndNamed()
    {
        using MainLoop loop = Loops.New(static options => options with { RealTime = new RealTimeOptions { CpuAffinity = [77] } });
        Check.Contains("77 (SetThreadAffinityMask): the process may use 0", Check.Throws<IOException>(loop.Run).Message);
    }

    [Case]
    public void Memory_CannotBeLocked_AndIsLoggedWhenItIsNotRequired()
    {
        var log = new SilentLog();
        using MainLoop loop = Loops.New(options => options with { Log = log, RealTime = new RealTimeOptions { LockMemory = true, Required = false } });
        loop.Run(new RunOptions { For = TimeSpan.Zero });
        Check.Contains("The loop runs without it.", log.Messages[0]);
        using MainLoop strict = Loops.New(static options => options with { RealTime = new RealTimeOptions { LockMemory = true } });
        Check.Contains("LockMemory off here", Check.Throws<IOException>(strict.Run).Message);
    }
}
