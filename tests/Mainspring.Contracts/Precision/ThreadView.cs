using System.Globalization;

namespace Mainspring.Contracts;

/// <summary>How a thread of this process is scheduled, as /proc says.</summary>
internal sealed record ThreadView(int Id, int Policy, int Priority, string Cpus)
{
    public const int Fifo = 1;
    public const int RoundRobin = 2;

    /// <summary>Every thread of the process.</summary>
    public static List<ThreadView> All() =>
    [
        .. Directory.GetDirectories("/proc/self/task")
            .Select(static path => Read(int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)))
            .OfType<ThreadView>(),
    ];

    public static ThreadView Current() => Read(Sys.ThreadId())!;

    // Null: it has ended meanwhile.
    private static ThreadView? Read(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/self/task/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // the first is field 3 of proc(5)
            string cpus = File.ReadLines($"/proc/self/task/{id}/status").First(static line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
            return new ThreadView(id, Number(fields[41 - 3]), Number(fields[40 - 3]), cpus.Split(':')[1].Trim());
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
