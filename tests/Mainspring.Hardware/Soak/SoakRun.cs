using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Mainspring.Hardware.Soak;

/// <summary>
/// All kinds of traffic at once for a time. Memory, descriptors and threads are taken at rest, after a warm-up and at the end. The report is one line of JSON; the exit code is 0 when nothing has
/// grown and every count adds up.
/// </summary>
internal static class SoakRun
{
    // What one full collection and the next differ by without any leak.
    private const long HeapTolerance = 64 << 10, ResidentTolerance = 1 << 20;

    public static int Run(string seconds)
    {
        TimeSpan length = TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture));
        TimeSpan warmUp = TimeSpan.FromSeconds(Math.Clamp(length.TotalSeconds / 3, 5, 60));
        using var loop = new MainLoop(new LoopOptions { Name = "soak", Log = new NoLog() });
        List<string> problems = [];
        loop.UnhandledException += context => problems.Add($"{context.Name}: {context.Exception.Message}");
        Traffic[] all = [new EdgeTraffic(loop), new SerialTraffic(loop), new ChipTraffic(loop, length), new InputTraffic(loop)];
        Footprint before = default, after = default;
        loop.Run(async () =>
        {
            await Load(loop, all, warmUp);
            before = Footprint.Take();
            await Load(loop, all, length - warmUp);
            after = Footprint.Take();
        });

        string report = Report(length, all, before, after, problems);
        Array.ForEach(all, static traffic => traffic.Dispose());
        Console.WriteLine(report);
        return problems.Count == 0 ? 0 : 1;
    }

    private static async LoopTask Load(MainLoop loop, Traffic[] all, TimeSpan time)
    {
        foreach (Traffic traffic in all)
        {
            traffic.Start();
        }

        await loop.Delay(time);
        foreach (Traffic traffic in all)
        {
            await traffic.PauseAsync();
        }
    }

    private static string Report(TimeSpan length, Traffic[] all, Footprint before, Footprint after, List<string> problems)
    {
        Compare("heap", before.Heap, after.Heap, HeapTolerance);
        Compare("resident memory", before.Resident, after.Resident, ResidentTolerance);
        Compare("descriptors", before.Descriptors, after.Descriptors, 0);
        Compare("threads", before.Threads, after.Threads, 0);
        using var buffer = new MemoryStream();
        using (var report = new Utf8JsonWriter(buffer))
        {
            report.WriteStartObject();
            report.WriteNumber("seconds", length.TotalSeconds);
            foreach (Traffic traffic in all)
            {
                report.WriteStartObject(traffic.Name);
                traffic.Report(report);
                report.WriteEndObject();
                problems.AddRange(traffic.Problems);
            }

            WritePair("heap_bytes", before.Heap, after.Heap);
            WritePair("resident_bytes", before.Resident, after.Resident);
            WritePair("descriptors", before.Descriptors, after.Descriptors);
            WritePair("threads", before.Threads, after.Threads);
            report.WriteStartArray("problems");
            problems.ForEach(report.WriteStringValue);
            report.WriteEndArray();
            report.WriteEndObject();

            // After the warm-up, and at the end.
            void WritePair(string name, long one, long other)
            {
                report.WriteStartArray(name);
                report.WriteNumberValue(one);
                report.WriteNumberValue(other);
                report.WriteEndArray();
            }
        }

        return Encoding.UTF8.GetString(buffer.ToArray());

        void Compare(string what, long one, long other, long tolerance)
        {
            if (other - one > tolerance)
            {
                problems.Add($"{what} has grown from {one} to {other}");
            }
        }
    }
}
