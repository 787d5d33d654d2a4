// A button between GPIO 4 and ground switches an LED on GPIO 17, through System.Device.Gpio.
//
//   mainspring-button-and-led [--chip gpiochip0] [--presses N] [--simulate]
using System.Device.Gpio;
using System.Runtime.InteropServices;
using Mainspring;
using Mainspring.Devices;
using Mainspring.Devices.Iot;
using Mainspring.Samples;

const int Button = 4, Led = 17;
bool isSimulated = args.Contains("--simulate");
int? presses = Array.IndexOf(args, "--presses") is >= 0 and int at ? int.Parse(args[at + 1]) : null;
int chip = Array.IndexOf(args, "--chip");

var options = new GpioOptions
{
    Lines =
    [
        GpioLine.Input(Button) with { Edges = GpioEdges.Rising, Bias = GpioBias.PullUp, ActiveLow = true, Debounce = TimeSpan.FromMilliseconds(5) },
        GpioLine.Output(Led) with { Safe = false },
    ],
};

// On Linux, `new LinuxGpioLines("gpiochip0", options)` is all that changes for the native way.
using var simulated = new SimulatedGpioDriver(28);
GpioControllerSource lines = isSimulated ? new("simulated", () => new GpioController(simulated), options)
    : chip >= 0 ? new(args[chip + 1], options)
    : new(options);

using var loop = new MainLoop();
int count = 0;
try
{
    loop.Add(lines)
        .On((in GpioConnected _, in EventInfo _) => Console.WriteLine(isSimulated ? "simulated: pressed ten times a second" : $"press the button on GPIO {Button}"))
        .On((in GpioDisconnected e, in EventInfo _) => Console.WriteLine($"the lines are gone: {e.Reason}"))
        .On((in GpioEdge edge, in EventInfo _) =>
        {
            lines.Write(Led, !lines.Read(Led));
            Console.WriteLine($"press {++count} at {edge.Time.TotalSeconds:0.000} s: the LED is {(lines.Read(Led) ? "on" : "off")}");
            if (count == presses)
            {
                loop.Stop();
            }
        });
}
catch (IOException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

if (isSimulated)
{
    loop.CallEvery(TimeSpan.FromMilliseconds(50), () => simulated.Drive(Button, !simulated.IsHigh(Button)));
}

loop.AddSignalHandler(PosixSignal.SIGINT, loop.Stop);
loop.Run();
return 0;
