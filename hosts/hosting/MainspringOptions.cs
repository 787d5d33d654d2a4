namespace Mainspring.Hosting;

/// <summary>
/// How the host's loop is built and run: the values of <see cref="LoopOptions"/> that make sense in a configuration file, under the same names. Durations are <c>hh:mm:ss.fffffff</c> there. What is not
/// here is set by <see cref="Configure"/>.
/// </summary>
public sealed class MainspringOptions
{
    /// <summary><see cref="LoopOptions.Name"/>; also the end of the logger's category, <c>Mainspring.Loop.main</c>.</summary>
    public string Name { get; set; } = "main";

    /// <summary><see cref="LoopOptions.FrameRate"/>: frames per second; null has no frames.</summary>
    public double? FrameRate { get; set; }

    /// <summary><see cref="LoopOptions.FrameBudget"/>.</summary>
    public TimeSpan? FrameBudget { get; set; }

    /// <summary><see cref="LoopOptions.FixedStep"/>.</summary>
    public TimeSpan? FixedStep { get; set; }

    /// <summary><see cref="LoopOptions.Precision"/>.</summary>
    public Precision Precision { get; set; }

    /// <summary><see cref="LoopOptions.GcPolicy"/>.</summary>
    public GcPolicy GcPolicy { get; set; }

    /// <summary><see cref="LoopOptions.WatchdogThreshold"/>: the watchdog within the process, which names what holds the loop. systemd's is another: it restarts the service.</summary>
    public TimeSpan? WatchdogThreshold { get; set; }

    /// <summary><see cref="LoopOptions.ErrorPolicy"/>. With <see cref="ErrorPolicy.Stop"/> an unhandled exception ends the application with <see cref="FailureExitCode"/>.</summary>
    public ErrorPolicy ErrorPolicy { get; set; }

    /// <summary><see cref="LoopOptions.Debug"/>.</summary>
    public bool Debug { get; set; }

    /// <summary><see cref="LoopOptions.Profile"/>.</summary>
    public bool Profile { get; set; }

    /// <summary><see cref="LoopOptions.RealTime"/>; null changes nothing of the loop's thread.</summary>
    public RealTimeSettings? RealTime { get; set; }

    /// <summary><see cref="RunOptions.UntilIdle"/>: the loop, and with it the application, ends when nothing keeps the loop alive.</summary>
    public bool UntilIdle { get; set; }

    /// <summary>Whether the end of the loop ends the application: also when somebody calls <see cref="MainLoop.Stop"/>.</summary>
    public bool StopsApplication { get; set; } = true;

    /// <summary>What <see cref="Environment.ExitCode"/> becomes when the loop ends with an exception. A <c>Main</c> that returns a number of its own overrides it.</summary>
    public int FailureExitCode { get; set; } = 1;

    /// <summary>How many log messages may wait for the logger before more are dropped, and counted.</summary>
    public int LogQueue { get; set; } = 1024;

    /// <summary>Changes the loop's options last, after all of the above: a clock, a trace, whatever is not bound from a configuration.</summary>
    public Func<LoopOptions, LoopOptions>? Configure { get; set; }

    internal LoopOptions ToLoopOptions(LoopLog log)
    {
        var options = new LoopOptions
        {
            Name = Name,
            FrameRate = FrameRate,
            FrameBudget = FrameBudget,
            FixedStep = FixedStep,
            Precision = Precision,
            GcPolicy = GcPolicy,
            WatchdogThreshold = WatchdogThreshold,
            ErrorPolicy = ErrorPolicy,
            Debug = Debug,
            Profile = Profile,
            RealTime = RealTime?.ToOptions(),
            Log = log,
        };
        return Configure?.Invoke(options) ?? options;
    }
}
