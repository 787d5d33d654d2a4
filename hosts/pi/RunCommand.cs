using System.CommandLine;
using Mainspring.Hosts;

namespace Mainspring.Pi;

/// <summary><c>run</c>: a receiver on a serial line, or a whole machine by a configuration.</summary>
internal static class RunCommand
{
    private const string HzWanted = "give frames per second, from 0.001 to 1000000, or 0 for event-driven";
    private const string ForWanted = "give seconds, from 0 to 1e9, such as 0.5 or 10";

    public const string SimulateConfig = "Simulate all devices: ports are pseudo-terminals, whose names are printed, and a receiver sends; inputs change twice a second; sensors go up and down.";

    /// <summary>How long to run.</summary>
    public static Option<double?> For() => new("--for", "--seconds")
    {
        Description = "Stop after so many seconds. Without it: until SIGINT, SIGTERM or SIGHUP.",
        HelpName = "SECONDS",
        CustomParser = static argument => HostCommand.Parse<double?>(argument, static text => HostCommand.Number(text, static n => n is >= 0 and <= 1e9, ForWanted)),
    };

    /// <summary>Whose code drives the devices.</summary>
    public static Option<string?> Backend() => new("--backend")
    {
        Description = "Whose code drives the devices: native (this project's own: on Linux all, on Windows serial ports), ports (serial ports over System.IO.Ports), iot (lines over System.Device.Gpio), or two of them, as in ports,iot; "
            + "the packages where this program was built with them. What is not named keeps its default: native where there is one, the packages elsewhere.",
        HelpName = "NAME[,NAME]",
        CustomParser = static argument => HostCommand.Parse(argument, Backends.Check),
    };

    public static TimeSpan? Seconds(double? seconds) => seconds is { } number ? TimeSpan.FromSeconds(number) : null;

    public static Command Build()
    {
        var file = new Option<string?>("--config")
        {
            Description = "A configuration of ports, lines, sensors and rules, in JSON; 'check' says what is wrong with it.",
            HelpName = "FILE",
        };
        var serial = new Option<SerialAddress?>("--serial")
        {
            Description = "The serial line that a receiver of NMEA 0183 is on, such as " + SerialAddress.Example + ". Without a baud rate: 9600.",
            HelpName = "DEVICE[:BAUD]",
            CustomParser = static argument => HostCommand.Parse(argument, SerialAddress.Parse),
        };
        var simulate = new Option<bool>("--simulate") { Description = $"Make a pseudo-terminal pair and feed it, instead of a device. With --config: {SimulateConfig}" };
        var hz = new Option<double>("--hz")
        {
            Description = "Frames per second; 0, the default, is event-driven: no frames. The summary calls a frame late when its work was over only after the next one was due, and dropped when it did not run because the loop came too late for it.",
            HelpName = "N",
            CustomParser = static argument => HostCommand.Parse(argument, static text => HostCommand.Number(text, static n => n == 0 || n is >= 0.001 and <= 1_000_000, HzWanted)),
        };
        Option<double?> duration = For();
        Option<string?> backend = Backend();
        var json = new Option<bool>("--json") { Description = "Print one JSON object per line; the last one is the summary." };
        var quiet = new Option<bool>("--quiet") { Description = "Print nothing but the summary, and errors." };

        var run = new Command("run", "Read a receiver on a serial line and print its status once a second; or, with --config, run a machine.")
        {
            file, serial, simulate, hz, duration, backend, json, quiet,
        };
        run.Validators.Add(result =>
        {
            bool hasSerial = result.GetResult(serial) is { Implicit: false };
            bool hasFile = result.GetResult(file) is { Implicit: false };
            if (hasSerial && hasFile)
            {
                result.AddError("--serial and --config exclude each other: the configuration names its ports.");
            }
            else if (!hasFile && hasSerial == result.GetValue(simulate))
            {
                result.AddError(hasSerial
                    ? "--serial and --simulate exclude each other: a simulated receiver has a serial line of its own."
                    : "Give it a serial line with --serial DEVICE[:BAUD], or --simulate, or --config FILE.");
            }
        });
        run.SetAction(result => result.GetValue(file) is not { } path
            ? PiHost.Run(new PiSettings(
                result.GetValue(serial), result.GetValue(simulate), result.GetValue(hz), Seconds(result.GetValue(duration)), result.GetValue(json), result.GetValue(quiet), Backends.Of(result.GetValue(backend))))
            : CheckCommand.Load(path, out int code) is { } config
                ? MachineHost.Run(new MachineSettings(
                    config, result.GetValue(simulate), result.GetResult(hz) is { Implicit: false } ? result.GetValue(hz) : null, Seconds(result.GetValue(duration)), result.GetValue(json), result.GetValue(quiet), Monitor: false, Backends.Of(result.GetValue(backend))))
                : code);
        return run;
    }
}
