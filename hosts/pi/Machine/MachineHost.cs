using Mainspring.Hosting;
using Mainspring.Hosts;

namespace Mainspring.Pi;

/// <summary>The program with a configuration: one loop, and the machine on it.</summary>
internal sealed class MachineHost : IDisposable
{
    private readonly MachineSettings _settings;
    private readonly BoundedWriter _output = new(new StandardStream(StandardStream.Output));
    private readonly MachineLog _log;
    private readonly MainLoop _loop;
    private readonly SystemdNotifier? _manager = SystemdNotifier.FromEnvironment();
    private IMachineDevices? _devices;
    private Machine? _machine;

    private MachineHost(MachineSettings settings)
    {
        _settings = settings;
        LoopConfig config = settings.Config.Loop;
        double hz = settings.Hz ?? config.Hz;
        _log = new MachineLog(_output, settings.Json, settings.Quiet || settings.Monitor, Journal.Reads(StandardStream.Output));
        _loop = new MainLoop(new LoopOptions
        {
            Name = "pi",
            FrameRate = hz > 0 ? hz : null,
            Precision = config.Precision,
            WatchdogThreshold = config.Watchdog,
            RealTime = config.RealTime,
            Log = _log,
        });
    }

    /// <summary>Runs until the time is over, a signal comes, or nobody reads the output any more.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(MachineSettings settings)
    {
        try
        {
            using var host = new MachineHost(settings);
            return host.Run();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return HostEnd.Refuse("mainspring-pi", PlainMessage.Of(exception));
        }
    }

    public void Dispose()
    {
        _loop.Dispose(); // outputs take their safe levels
        _machine?.Dispose();
        _devices?.Dispose();
        _log.Dispose();
        _output.Dispose();
        _manager?.Dispose();
    }

    private int Run()
    {
        _devices = _settings.Simulate ? new SimulatedDevices(_loop, _log, _settings.Backend) : new SystemDevices(_loop, _settings.Backend);
        _machine = new Machine(_settings.Config, _devices, _loop, _log);
        using var report = new MachineReport(_machine, _loop, _output, _settings.Json);
        using var signals = new EndSignals(_loop.Stop);
        _machine.Start();
        if (_settings.Monitor)
        {
            var view = new LiveView(_machine, _loop, _output);
            _loop.CallEvery(LiveView.Period, () => Print(view.Draw), "monitor");
        }
        else if (_settings.Config.Loop.Status is { } period && !_settings.Quiet)
        {
            _loop.CallEvery(period, () => Print(report.Status), "status");
        }

        _manager?.FeedFrom(_loop);
        _loop.CallSoon(SayReady);
        _loop.CallLater(Report.WarmUp, report.CountAllocations, "warm-up is over");
        _loop.Run(new Mainspring.RunOptions { For = _settings.For });
        _manager?.Stopping();
        if (_settings.Monitor)
        {
            _output.TryWrite(LiveView.Leave);
        }

        return HostEnd.After(report.Summary(), _output);
    }

    private void SayReady()
    {
        _manager?.Ready();
        _manager?.Status($"{_machine!.Ports.Count} ports, {_machine.Lines.Count} lines, {_machine.Acting.Count + _machine.Holding.Count} rules");
    }

    // Who prints for nobody goes on all the same: the devices matter more than the lines. But not a terminal's view.
    private void Print(Action print)
    {
        if (_output.Failure is null)
        {
            print();
        }
        else if (_settings.Monitor)
        {
            _loop.Stop();
        }
    }
}
