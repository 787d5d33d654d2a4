// A BME280, read every second in a loop of 60 frames a second. A read takes more than a frame's time; no frame waits for it.
//
//   mainspring-bme280-frame [--bus 1] [--seconds 10] [--simulate]
using System.Device.I2c;
using System.Runtime.InteropServices;
using Iot.Device.Bmxx80;
using Iot.Device.Bmxx80.ReadResult;
using Mainspring;
using Mainspring.Devices;
using Mainspring.Samples;

int Number(string name, int otherwise) => Array.IndexOf(args, name) is >= 0 and int at ? int.Parse(args[at + 1]) : otherwise;
bool isSimulated = args.Contains("--simulate");
int bus = Number("--bus", 1);

// Opening it blocks, and so does reading: both run on another thread, one at a time.
SensorSource<Bme280ReadResult> sensor = SensorSource.Open(
    "bme280",
    () => new Bme280(isSimulated ? new SimulatedBme280() : I2cDevice.Create(new I2cConnectionSettings(bus, Bmx280Base.SecondaryI2cAddress))),
    static bme => bme.Read());

using var loop = new MainLoop(new LoopOptions { FrameRate = 60 });
loop.Add(sensor)
    .On((in SensorValue<Bme280ReadResult> e, in EventInfo _) => Console.WriteLine(
        $"{e.Time.TotalSeconds:0.0} s: {e.Value.Temperature?.DegreesCelsius:0.00} °C, {e.Value.Pressure?.Hectopascals:0.00} hPa, {e.Value.Humidity?.Percent:0.0} %, read in {e.Duration.TotalMilliseconds:0} ms"))
    .On((in SensorOverdue e, in EventInfo _) => Console.WriteLine($"the sensor has not answered for {e.Timeout.TotalSeconds:0} s"))
    .On((in SensorFailed e, in EventInfo _) => Console.WriteLine($"reading has failed: {e.Exception.Message}"));

// What a frame shows; it looks at the last value whenever it likes.
double celsius = double.NaN;
loop.OnFrame(FramePhase.Update, _ => celsius = sensor.IsStale ? double.NaN : sensor.LastValue?.Temperature?.DegreesCelsius ?? double.NaN);

loop.AddSignalHandler(PosixSignal.SIGINT, loop.Stop);
loop.Run(new RunOptions { For = TimeSpan.FromSeconds(Number("--seconds", 10)) });
FrameStats stats = loop.FrameStats;
Console.WriteLine($"{stats.Frames} frames, {stats.Late} late, {stats.Dropped} dropped; {sensor.Counters.Values} values; the last frame showed {celsius:0.00} °C");
