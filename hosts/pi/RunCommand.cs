using System.CommandLine;
using Mainspring.Hosts;

namespace Mainspring.Pi;

/// <summary>The command line. Exit codes: 0 done, 1 the device or the system refuses or the summary could not be written, 2 bad arguments, 141 nobody reads the output any more.</summary>
internal static class RunCommand
{
    private const string HzWanted = "give frames per second, from 0.001 to 1000000, or 0 for event-driven";
    private const string ForWanted = "give seconds, from 0 to 1e9, such as 0.5 or 10";

    public static int Invoke(string[] args) => HostCommand.Invoke("mainspring-pi", Build(), args);

    private static RootCommand Build()
    {
        var serial = new Option<SerialAddress?>("--serial")
        {
            Description = "The serial line that a receiver of NMEA 0183 is on, such as /dev/ttyUSB0:115200. Without a baud rate: 9600.",
            HelpName = "DEVICE[:BAUD]",
            CustomParser = static argument => HostCommand.Parse(argument, SerialAddress.Parse),
        };
        var simulate = new Option<bool>("--simulate") { Description = "Make a pseudo-terminal pair and feed it, instead of a device." };
        var hz = new Option<double>("--hz")
        {
            Description = "Frames per second; 0, the default, is event-driven: no frames. The summary calls a frame late when its work was over only after the next one was due, and dropped when it did not run because the loop came too late for it.",
            HelpName = "N",
            CustomParser = static argument => HostCommand.Parse(argument, static text => HostCommand.Number(text, static n => n == 0 || n is >= 0.001 and <= 1_000_000, HzWanted)),
        };
        var duration = new Option<double?>("--for", "--seconds")
        {
            Description = "Stop after so many seconds. Without it: until SIGINT, SIGTERM or SIGHUP.",
            HelpName = "SECONDS",
            CustomParser = static argument => HostCommand.Parse<double?>(argument, static text => HostCommand.Number(text, static n => n is >= 0 and <= 1e9, ForWanted)),
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object per line; the last one is the summary." };
        var quiet = new Option<bool>("--quiet") { Description = "Print nothing but the summary, and errors." };

        var run = new Command("run", "Read a receiver on a serial line and print its status once a second.")
        {
            serial, simulate, hz, duration, json, quiet,
        };
        run.Validators.Add(result =>
        {
            bool hasSerial = result.GetResult(serial) is { Implicit: false };
            if (hasSerial == result.GetValue(simulate))
            {
                result.AddError(hasSerial
                    ? "--serial and --simulate exclude each other: a simulated receiver has a serial line of its own."
                    : "Give it a serial line with --serial DEVICE[:BAUD], or --simulate.");
            }
        });
        run.SetAction(result => PiHost.Run(new PiSettings(
            result.GetValue(serial),
            result.GetValue(simulate),
            result.GetValue(hz),
            result.GetValue(duration) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            result.GetValue(json),
            result.GetValue(quiet))));
        return new RootCommand("Mainspring on a Raspberry Pi: one loop that drives a machine's devices.") { run };
    }
}
