using System.Globalization;
using Mainspring.Devices.Silk;

namespace Mainspring.Perf.Measurements;

/// <summary>The keys of <see cref="Window"/> through Silk.NET's window; and, in a process of its own as GLFW asks, through <see cref="Devices.Glfw.GlfwWindow"/>.</summary>
internal static class SilkWindow
{
    public static void Measure(int count)
    {
        (long[] samples, double bytes) = Window.Keys(new SilkWindowSource(Window.Options), count);
        Measurement.Percentiles(samples, bytes, "source_");
        foreach ((string name, Sample sample) in Rig.MeasureOurs("window", [count.ToString(CultureInfo.InvariantCulture)]))
        {
            Measurement.Result($"native_{name}", sample.Value, sample.Bytes);
        }
    }
}
