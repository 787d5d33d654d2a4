using System.IO.Ports;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Ports;

namespace Mainspring.Perf.Measurements;

/// <summary>As <see cref="Serial"/>, three ways: this project's own port, the package's port as a source of the loop, and the package alone, whose DataReceived comes on the thread pool.</summary>
internal static class AdapterPorts
{
    public static void Measure(int count)
    {
        Serial.Measure(count, "native_", static path => new LinuxSerialPort(path));
        Serial.Measure(count, "source_", static path => new SerialPortSource(path));
        MeasureAlone(count);
    }

    private static void MeasureAlone(int count)
    {
        using var feeder = new SerialFeeder(count);
        using var port = new SerialPort(feeder.Path);
        using var isOver = new ManualResetEventSlim();
        var gate = new Lock(); // the package does not promise that its events come one at a time
        byte[] buffer = new byte[16];
        port.DataReceived += (_, _) =>
        {
            lock (gate)
            {
                if (port.IsOpen && port.BytesToRead > 0 && port.Read(buffer, 0, buffer.Length) > 0 && feeder.Receive())
                {
                    isOver.Set();
                }
            }
        };
        port.Open();
        feeder.Open();
        feeder.Feed(isOver.Wait);
        feeder.Print("alone_", double.NaN);
    }
}
