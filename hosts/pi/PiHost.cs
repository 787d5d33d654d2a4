using Mainspring.Devices;
using Mainspring.Hosts;

namespace Mainspring.Pi;

/// <summary>The program: one loop, one serial line, one receiver.</summary>
internal sealed class PiHost : IDisposable
{
    private const int LongestLine = 1024;

    private readonly PiSettings _settings;
    private readonly BoundedWriter _output = new(new StandardStream(StandardStream.Output));
    private readonly MainLoop _loop;
    private readonly NmeaReader _reader = new();
    private readonly Report _report;
    private SimulatedReceiver? _simulated;

    private PiHost(PiSettings settings)
    {
        _settings = settings;
        _loop = new MainLoop(new LoopOptions { Name = "pi", FrameRate = settings.Hz > 0 ? settings.Hz : null });
        _report = new Report(settings, _loop, _reader, _output);
    }

    /// <summary>Runs until the time is over, a signal comes, or nobody reads the output any more.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(PiSettings settings)
    {
        try
        {
            using var host = new PiHost(settings);
            return host.Run();
        }
        catch (Exception exception) when (exception is IOException or PlatformNotSupportedException)
        {
            return HostEnd.Refuse("mainspring-pi", exception.Message);
        }
    }

    public void Dispose()
    {
        _loop.Dispose();
        _simulated?.Dispose();
        _report.Dispose();
        _output.Dispose();
    }

    private int Run()
    {
        SerialAddress address = _settings.Serial ?? Simulate();
        ISerialPort port = Backends.Port(_settings.Backend, address.Device, new SerialOptions
        {
            BaudRate = address.BaudRate,
            Framing = new LineFraming(LongestLine),
        });
        _report.Source = _loop.Add(port)
            .On<SerialLine>((in SerialLine line, in EventInfo _) => _reader.Accept(line.Bytes))
            .On<SerialLineTooLong>((in SerialLineTooLong _, in EventInfo _) => _reader.AcceptTooLong())
            .On<SerialConnected>((in SerialConnected e, in EventInfo _) => _report.Connected(e.Device))
            .On<SerialDisconnected>((in SerialDisconnected e, in EventInfo _) => Lost(e));
        if (!_settings.Quiet)
        {
            _loop.CallEvery(TimeSpan.FromSeconds(1), static host => host.Status(), this, "status");
        }

        using var signals = new EndSignals(_loop.Stop);
        _loop.CallLater(Report.WarmUp, static report => report.CountAllocations(), _report, "warm-up is over");
        _loop.Run(new Mainspring.RunOptions { For = _settings.For });
        return HostEnd.After(_report.Summary(), _output);
    }

    // Who prints for nobody need not go on.
    private void Status()
    {
        if (_output.Failure is null)
        {
            _report.Status();
        }
        else
        {
            _loop.Stop();
        }
    }

    private void Lost(in SerialDisconnected e)
    {
        _reader.State.LoseFix(); // what it said last is no longer so
        _report.Disconnected(e.Device, e.Reason);
    }

    private SerialAddress Simulate()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("--simulate: the simulated receiver is a pseudo-terminal, and so for Linux only; give a real one here (--serial)");
        }

        _simulated = new SimulatedReceiver(_loop);
        return new SerialAddress(_simulated.Path, SerialAddress.DefaultBaudRate);
    }
}
