using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Mainspring.Pi;

/// <summary>The command line. Exit codes: 0 done, 1 the device or the system refuses or the summary could not be written, 2 bad arguments.</summary>
internal static class RunCommand
{
    private const int BadArguments = 2;

    public static int Invoke(string[] args)
    {
        ParseResult result = Build().Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (ParseError error in result.Errors)
            {
                Console.Error.WriteLine($"mainspring-pi: {error.Message}");
            }

            Console.Error.WriteLine("Try 'mainspring-pi run --help'.");
            return BadArguments;
        }

        return result.Invoke();
    }

    private static RootCommand Build()
    {
        var serial = new Option<SerialAddress?>("--serial")
        {
            Description = "The serial line that a receiver of NMEA 0183 is on, such as /dev/ttyUSB0:115200. Without a baud rate: 9600.",
            HelpName = "DEVICE[:BAUD]",
            CustomParser = static argument => Parse(argument, SerialAddress.Parse),
        };
        var simulate = new Option<bool>("--simulate") { Description = "Make a pseudo-terminal pair and feed it, instead of a device." };
        var hz = new Option<double>("--hz")
        {
            Description = "Frames per second; 0 is event-driven.",
            HelpName = "N",
            CustomParser = static argument => Parse(argument, static text => Number(text, static n => n == 0 || n is >= 0.001 and <= 1_000_000, "0, or from 0.001 to 1000000")),
        };
        var duration = new Option<double?>("--for")
        {
            Description = "Stop after so many seconds. Without it: until SIGINT or SIGTERM.",
            HelpName = "SECONDS",
            CustomParser = static argument => Parse<double?>(argument, static text => Number(text, static n => n is >= 0 and <= 1e9, "a number of seconds up to 1e9")),
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object per line; the last one is the summary." };
        var quiet = new Option<bool>("--quiet") { Description = "Print no status lines, only the summary." };

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

    private static double Number(string text, Func<double, bool> isRight, string range) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && isRight(number)
            ? number
            : throw new FormatException($"'{text}' is not {range}.");

    private static T? Parse<T>(ArgumentResult argument, Func<string, T> parse)
    {
        try
        {
            return parse(argument.Tokens.Count == 1 ? argument.Tokens[0].Value : "");
        }
        catch (FormatException exception)
        {
            argument.AddError(exception.Message);
            return default;
        }
    }
}
