using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Mainspring.Perf.Measurements;

namespace Mainspring.Perf;

/// <summary>What one process measures. Its results are lines "NAME VALUE [BYTES]", as those of the C programs.</summary>
internal static class Measurement
{
    public static int Run(string name, string[] arguments)
    {
        long[] numbers = [.. arguments.Select(argument => long.Parse(argument, CultureInfo.InvariantCulture))];
        switch (name, numbers)
        {
            case ("callbacks", [long operations]):
                Callbacks.Measure(operations, 1000);
                return 0;
            case ("callbacks", [long operations, long inFlight]):
                Callbacks.Measure(operations, (int)inFlight);
                return 0;
            case ("idle", [long idle, long rounds]):
                IdleSources.Measure((int)idle, rounds);
                return 0;
            case ("wakes", [long sources, long wakes]):
                Wakes.Measure((int)sources, wakes);
                return 0;
            case ("memory", []):
                Memory.Measure();
                return 0;
            case ("timers", [long outstanding, long operations]):
                Timers.Measure((int)outstanding, operations);
                return 0;
            case ("expiry", [long timers]):
                Expiry.Measure((int)timers);
                return 0;
            case ("posts", [long producers, long posts]):
                Posts.Measure((int)producers, posts);
                return 0;
            case ("posts-in-turn", [long posts]):
                Posts.MeasureInTurn(posts);
                return 0;
            case ("latency", [long posts]):
                PostLatency.Measure((int)posts);
                return 0;
            case ("descriptors", [long useSockets, long rounds]):
                Descriptors.Measure(useSockets != 0, rounds);
                return 0;
            case ("echo", [long connections, long rounds]):
                Echo.MeasureProtocols(connections, rounds);
                return 0;
            case ("echo-awaits", [long connections, long rounds]):
                Echo.MeasureAwaits(connections, rounds);
                return 0;
            case ("serial", [long bytes]):
                Serial.Measure((int)bytes);
                return 0;
#if HAS_PORTS
            case ("adapter-ports", [long bytes]):
                AdapterPorts.Measure((int)bytes);
                return 0;
#endif
#if HAS_IOT
            case ("adapter-iot", [long edges]):
                AdapterIot.Measure((int)edges);
                return 0;
#endif
            case ("window", [long keys]):
                Window.Measure((int)keys);
                return 0;
#if HAS_SILK
            case ("adapter-silk", [long keys]):
                SilkWindow.Measure((int)keys);
                return 0;
#endif
            case ("waits", [long delayNs, long count]):
                Waits.Measure(delayNs, (int)count);
                return 0;
            case ("frames", [long hz, long count]):
                Frames.Measure((int)hz, (int)count, Precision.Sleep);
                return 0;
            case ("frames-hybrid", [long hz, long count, ..]):
                Frames.Measure((int)hz, (int)count, Precision.Hybrid);
                return 0;
            case ("frames-periodic", [long hz, long count]):
                Frames.MeasurePeriodicTimer((int)hz, (int)count);
                return 0;
            case ("frames-thread", [long hz, long count]):
                Frames.MeasureThreadSleep((int)hz, (int)count);
                return 0;
            case ("budget", [long frames]):
                Budget.Measure((int)frames);
                return 0;
            case ("awaits", [long methods, long frames]):
                Awaits.Measure((int)methods, (int)frames);
                return 0;
            case ("awaits-plain", [long jobs, long frames]):
                Awaits.MeasurePlain((int)jobs, (int)frames);
                return 0;
            case ("awaits-ten", [long jobs, long frames]):
                Awaits.MeasureTen((int)jobs, (int)frames);
                return 0;
            case ("idioms-callbacks", [long operations]):
                Idioms.MeasureCallbacks(operations);
                return 0;
            case ("idioms-timers", [long outstanding, long operations]):
                Idioms.MeasureTimers((int)outstanding, operations);
                return 0;
            case ("idioms-posts", [long producers, long posts]):
                Idioms.MeasurePosts((int)producers, posts);
                return 0;
            case ("idioms-descriptors", [long useSockets, long rounds]):
                Idioms.MeasureSockets(rounds);
                return 0;
            case ("idioms-awaits", [long methods, long frames]):
                Idioms.MeasureYields((int)methods, (int)frames);
                return 0;
            case ("group", [long messages]):
                Groups.MeasureMessages(messages);
                return 0;
            case ("group-busy", [long callbacks]):
                Groups.MeasureBusy(callbacks);
                return 0;
            case ("runtime", []):
                Console.WriteLine(RuntimeInformation.FrameworkDescription);
                return 0;
            default:
                Console.Error.WriteLine($"There is no measurement '{name}' with {numbers.Length} arguments.");
                return 2;
        }
    }

    /// <summary>CLOCK_MONOTONIC in nanoseconds, as the C programs read it: not through the loop that is measured.</summary>
    public static long NowNs() => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    public static void Result(string name, double value, double bytes = double.NaN)
    {
        string line = double.IsNaN(bytes) ? $"{name} {value:F4}" : $"{name} {value:F4} {bytes:F4}";
        Console.WriteLine(line);
    }

    /// <summary>Percentiles of samples, which are sorted here, by the same places as in C.</summary>
    public static void Percentiles(long[] samples, double bytes, string prefix = "")
    {
        Array.Sort(samples);
        long last = samples.Length - 1;
        Result($"{prefix}p50", samples[samples.Length / 2], bytes);
        Result($"{prefix}p90", samples[last * 9 / 10]);
        Result($"{prefix}p99", samples[last * 99 / 100]);
        Result($"{prefix}p999", samples[last * 999 / 1000]);
        Result($"{prefix}max", samples[last]);
    }

    /// <summary>As frame_results in C: percentiles, and how much later frames got in a second.</summary>
    public static void FrameResults(long[] samples, double seconds, double bytes)
    {
        int tenth = Math.Max(1, samples.Length / 10);
        long first = Median(samples.AsSpan(0, tenth)), last = Median(samples.AsSpan(samples.Length - tenth));
        Result("drift", (last - first) / (seconds * 0.9));
        Percentiles(samples, bytes);

        static long Median(ReadOnlySpan<long> part)
        {
            long[] sorted = part.ToArray();
            Array.Sort(sorted);
            return sorted[sorted.Length / 2];
        }
    }

    /// <summary>Time and bytes of an action of this thread, per operation.</summary>
    public static void Time(string name, long operations, Action action)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long startNs = NowNs();
        action();
        double ns = NowNs() - startNs;
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        Result(name, ns / operations, (double)bytes / operations);
    }
}
