using System.Device.Gpio;
using Mainspring.Devices;
using Mainspring.Devices.Iot;
using Mainspring.Samples;

namespace Mainspring.Perf.Measurements;

/// <summary>
/// From an edge on the thread of a simulated driver to its callback, three ways: a bare post to a loop that sleeps, which is the least that a driver with a thread can do; the controller as a source of the loop;
/// and the controller alone, whose callback stays on that thread. Edges come 0.3 to 0.7 ms apart.
/// </summary>
internal static class AdapterIot
{
    private const int Pin = 0;

    public static void Measure(int count)
    {
        MeasureBare(count);
        MeasureSource(count);
        MeasureAlone(count);
    }

    private static void MeasureBare(int count)
    {
        using var loop = new MainLoop();
        var edges = new EdgeFeeder(count);
        Action receive = () =>
        {
            if (edges.Receive())
            {
                loop.Stop();
            }
        };
        loop.CallSoon(edges.Open);
        edges.Feed(_ => loop.Post(receive), loop.Run);
        edges.Print("bare_");
    }

    private static void MeasureSource(int count)
    {
        using var loop = new MainLoop();
        using var driver = new SimulatedGpioDriver(1);
        var edges = new EdgeFeeder(count);
        loop.Add(new GpioControllerSource("simulated", () => new GpioController(driver), new GpioOptions { Lines = [GpioLine.Input(Pin) with { Edges = GpioEdges.Both }] }))
            .On((in GpioConnected _, in EventInfo _) => edges.Open())
            .On((in GpioEdge _, in EventInfo _) =>
            {
                if (edges.Receive())
                {
                    loop.Stop();
                }
            });
        edges.Feed(level => driver.Drive(Pin, level), loop.Run);
        edges.Print("source_");
    }

    private static void MeasureAlone(int count)
    {
        using var driver = new SimulatedGpioDriver(1);
        using var controller = new GpioController(driver);
        using var isOver = new ManualResetEventSlim();
        var edges = new EdgeFeeder(count);
        controller.OpenPin(Pin, PinMode.Input);
        controller.RegisterCallbackForPinValueChangedEvent(Pin, PinEventTypes.Rising | PinEventTypes.Falling, (_, _) =>
        {
            if (edges.Receive())
            {
                isOver.Set();
            }
        });
        edges.Open();
        edges.Feed(level => driver.Drive(Pin, level), isOver.Wait);
        edges.Print("alone_");
    }
}
