using Iot.Device.Bmxx80;
using Iot.Device.Bmxx80.ReadResult;
using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Samples;

namespace Mainspring.Adapters.Iot;

/// <summary>A binding of Iot.Device.Bindings as a sensor of a loop, on a simulated device with the calibration of the data sheet's example.</summary>
public sealed class Bme280Cases
{
    private static readonly SensorOptions s_often = new() { Period = TimeSpan.FromMilliseconds(50) };

    [Case]
    public void Values_AreThoseOfTheDataSheet()
    {
        using MainLoop loop = Loops.New();
        using var device = new SimulatedBme280();
        Bme280ReadResult? result = null;
        loop.Add(Sensor(device, s_often)).On((in SensorValue<Bme280ReadResult> e, in EventInfo _) => result = e.Value);
        Pump.Until(loop, () => result is not null);
        Near(25.08, result!.Temperature!.Value.DegreesCelsius, 0.01);
        Near(100653, result.Pressure!.Value.Pascals, 1);
        Near(Humidity(adcTemperature: 519888, adcHumidity: 30000), result.Humidity!.Value.Percent, 0.1);
        Check.True(device.Measurements > 0, "it measures when it is asked to");
    }

    [Case]
    public void NewMeasurements_AreNewValues()
    {
        using MainLoop loop = Loops.New();
        using var device = new SimulatedBme280();
        double celsius = 0;
        loop.Add(Sensor(device, s_often)).On((in SensorValue<Bme280ReadResult> e, in EventInfo _) => celsius = e.Value.Temperature!.Value.DegreesCelsius);
        Pump.Until(loop, () => celsius > 25);
        device.Set(500000, 415148, 30000);
        Pump.Until(loop, () => celsius is > 0 and < 20);
        Near(18.84, celsius, 0.05);
    }

    [Case]
    public void Transfers_NeverComeOnTheLoopsThread_AndFramesGoOnWhileOneWaits()
    {
        using MainLoop loop = Loops.New(static options => options with { FrameRate = 60 });
        using var device = new SimulatedBme280();
        using var gate = new ManualResetEventSlim();
        int loopThread = Environment.CurrentManagedThreadId, transfers = 0, onLoop = 0, frames = 0;
        device.Transferring = () =>
        {
            Interlocked.Increment(ref transfers);
            Interlocked.Add(ref onLoop, Environment.CurrentManagedThreadId == loopThread ? 1 : 0);
            gate.Wait();
        };
        bool came = false;
        loop.OnFrame(FramePhase.Update, _ =>
        {
            if (Volatile.Read(ref transfers) == 1 && ++frames == 30)
            {
                gate.Set(); // half a second of frames with a read that hangs
            }
        });
        loop.Add(Sensor(device, s_often)).On((in SensorValue<Bme280ReadResult> _, in EventInfo _) => came = true);
        Pump.Until(loop, () => came);
        Check.True(frames >= 30);
        Check.Equal(0, onLoop);
    }

    [Case]
    public void SensorThatStopsAnswering_IsOpenedAnew_WhenItDoes()
    {
        using MainLoop loop = Loops.New();
        using var device = new SimulatedBme280();
        var trace = new List<string>();
        SensorSource<Bme280ReadResult> sensor = Sensor(device, s_often with { FailuresUntilGone = 2 });
        SourceHandle source = loop.Add(sensor, new RetryPolicy { InitialDelay = TimeSpan.FromMilliseconds(5) })
            .On((in SensorConnected _, in EventInfo _) => trace.Add("connected"))
            .On((in SensorFailed e, in EventInfo _) => trace.Add($"failed {e.InARow}"))
            .On((in SensorDisconnected e, in EventInfo _) =>
            {
                trace.Add(e.Reason);
                device.Transferring = null;
            });
        Pump.Until(loop, () => trace.Count == 1);
        device.Transferring = static () => throw new IOException("Error 121. Remote I/O error");
        Pump.Until(loop, () => trace.Count >= 5);
        Check.Sequence(["connected", "failed 1", "failed 2", "Error 121. Remote I/O error", "connected"], trace);
        Check.Equal(2L, source.Counters.Attaches);
    }

    [Case]
    public void AnotherChip_IsRefusedByTheBinding_AndReported()
    {
        using MainLoop loop = Loops.New();
        string? reason = null;
        loop.Add(SensorSource.Open("bme280", static () => new Bme280(new EmptyDevice()), static bme => bme.Read(), s_often with { FailuresUntilGone = 1 }), RetryPolicy.Never)
            .On((in SensorDisconnected e, in EventInfo _) => reason = e.Reason);
        Pump.Until(loop, () => reason is not null);
        Check.Contains("Unable to find a chip with id 96", reason);
    }

    private static SensorSource<Bme280ReadResult> Sensor(SimulatedBme280 device, SensorOptions options) =>
        SensorSource.Open("bme280", () => new Bme280(device), static bme => bme.Read(), options);

    private static void Near(double expected, double actual, double tolerance) => Check.True(Math.Abs(expected - actual) <= tolerance, $"{expected} expected, {actual} read");

    // The data sheet's compensation in integers (4.2.3), independent of the binding's in floating point.
    private static double Humidity(int adcTemperature, int adcHumidity)
    {
        int temperature1 = ((adcTemperature >> 3) - (27504 << 1)) * 26435 >> 11;
        int temperature2 = ((((adcTemperature >> 4) - 27504) * ((adcTemperature >> 4) - 27504)) >> 12) * -1000 >> 14;
        int fine = temperature1 + temperature2;
        int v = fine - 76800;
        v = (((adcHumidity << 14) - (313 << 20) - (50 * v) + 16384) >> 15)
            * ((((((v * 30 >> 10) * ((v * 0 >> 11) + 32768)) >> 10) + 2097152) * 370 + 8192) >> 14);
        v -= ((((v >> 15) * (v >> 15)) >> 7) * 75) >> 4;
        return Math.Clamp(v, 0, 419430400) / 4096 / 1024.0;
    }

    private sealed class EmptyDevice : System.Device.I2c.I2cDevice
    {
        public override System.Device.I2c.I2cConnectionSettings ConnectionSettings { get; } = new(1, 0x76);

        public override void Read(Span<byte> buffer) => buffer.Clear();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
        }

        public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer) => readBuffer.Clear();
    }
}
