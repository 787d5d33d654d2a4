using System.Runtime.InteropServices;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Pi;

/// <summary>The program: one loop, one serial line, one receiver.</summary>
internal sealed class PiHost : IDisposable
{
    private const int Done = 0;
    private const int Refused = 1;
    private const int LongestLine = 1024;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1.5);

    private readonly PiSettings _settings;
    private readonly BoundedWriter _output = new(Console.OpenStandardOutput());
    private readonly MainLoop _loop;
    private readonly NmeaReader _reader = new();
    private readonly Report _report;
    private SimulatedReceiver? _simulated;
    private int _signals;

    private PiHost(PiSettings settings)
    {
        _settings = settings;
        _loop = new MainLoop(new LoopOptions { Name = "pi", FrameRate = settings.Hz > 0 ? settings.Hz : null });
        _report = new Report(settings, _loop, _reader, _output);
    }

    /// <summary>Runs until the time is over or a signal comes.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(PiSettings settings)
    {
        try
        {
            using var host = new PiHost(settings);
            return host.Run();
        }
        catch (IOException exception)
        {
            Console.Error.WriteLine($"mainspring-pi: {exception.Message}");
            return Refused;
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
        var port = new LinuxSerialPort(address.Device, new SerialOptions
        {
            BaudRate = address.BaudRate,
            Framing = new LineFraming(LongestLine),
        });
        _report.Source = _loop.Add(port)
            .On<SerialLine>((in SerialLine line, in EventInfo _) => _reader.Accept(line.Bytes))
            .On<SerialLineTooLong>((in SerialLineTooLong _, in EventInfo _) => _reader.AcceptTooLong())
            .On<SerialConnected>((in SerialConnected e, in EventInfo _) => _report.Connected(e.Device))
            .On<SerialDisconnected>((in SerialDisconnected e, in EventInfo _) => _report.Disconnected(e.Device, e.Reason));
        if (!_settings.Quiet)
        {
            _loop.CallEvery(TimeSpan.FromSeconds(1), static report => report.Status(), _report, "status");
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        _report.CountAllocations();
        _loop.CallLater(s_warmUp, static report => report.CountAllocations(), _report, "warm-up is over");
        _loop.Run(new Mainspring.RunOptions { For = _settings.For });
        _report.Summary();
        return Done;
    }

    private SerialAddress Simulate()
    {
        _simulated = new SimulatedReceiver(_loop);
        return new SerialAddress(_simulated.Path, SerialAddress.DefaultBaudRate);
    }

    // The first signal ends the run cleanly; the second is left to the system, which ends the process.
    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = Interlocked.Increment(ref _signals) == 1;
        _loop.Stop();
    }
}
