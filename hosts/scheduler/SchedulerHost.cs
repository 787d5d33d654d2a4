using Mainspring.Hosts;

namespace Mainspring.Scheduler;

/// <summary>The program: loops under load, one after the other.</summary>
internal sealed class SchedulerHost : IDisposable
{
    private readonly BoundedWriter _output = new(new StandardStream(StandardStream.Output));
    private readonly Report _report;
    private readonly SchedulerSettings _settings;
    private readonly EndSignals _signals;
    private volatile MainLoop? _loop;

    private SchedulerHost(SchedulerSettings settings)
    {
        _settings = settings;
        _report = new Report(settings, _output, Screen.Detect());
        _signals = new EndSignals(() => _loop?.Stop());
    }

    /// <summary>Runs the load once, with the budget.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(SchedulerSettings settings) => Guard(settings, static host => host._report.Summary(host.Run(BackgroundMode.Budgeted)));

    /// <summary>Runs the load without background work, with the budget, and without it; a signal leaves out what has not begun.</summary>
    /// <returns>The exit code.</returns>
    public static int Compare(SchedulerSettings settings) => Guard(settings, static host =>
    {
        var results = new List<RunResult>();
        foreach (BackgroundMode mode in (ReadOnlySpan<BackgroundMode>)[BackgroundMode.None, BackgroundMode.Budgeted, BackgroundMode.Callbacks])
        {
            if (!host._signals.HasCome && host._output.Failure is null)
            {
                results.Add(host.Run(mode));
            }
        }

        return host._report.Comparison(results);
    });

    public void Dispose()
    {
        _signals.Dispose();
        _report.Dispose();
        _output.Dispose();
    }

    private static int Guard(SchedulerSettings settings, Func<SchedulerHost, bool> run)
    {
        try
        {
            using var host = new SchedulerHost(settings);
            return HostEnd.After(run(host), host._output);
        }
        catch (IOException exception)
        {
            return HostEnd.Refuse("mainspring-scheduler", exception.Message);
        }
    }

    private RunResult Run(BackgroundMode mode)
    {
        using var run = new LoadRun(_settings, mode);
        _report.Begin(mode);
        run.Loop.CallEvery(TimeSpan.FromSeconds(1), () => Status(run, mode), "status");
        _loop = run.Loop;
        if (_signals.HasCome)
        {
            run.Loop.Stop(); // it came before there was a loop to stop
        }

        RunResult result = run.Run();
        _loop = null;
        return result;
    }

    // Who prints for nobody need not go on.
    private void Status(LoadRun run, BackgroundMode mode)
    {
        if (_output.Failure is null)
        {
            _report.Status(run, mode);
        }
        else
        {
            run.Loop.Stop();
        }
    }
}
