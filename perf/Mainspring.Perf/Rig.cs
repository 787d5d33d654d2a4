using System.Diagnostics;
using System.Globalization;

namespace Mainspring.Perf;

/// <summary>Runs ours and the C program in turns, each run a process of its own, so that a slow minute of the machine hits both.</summary>
internal sealed class Rig(string baselines, int pairs)
{
    /// <summary>The result of every run that is its program's length in bytes.</summary>
    public const string Size = "size";

    private static readonly List<string> s_failures = [];

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);
    private static readonly string s_self = Environment.ProcessPath ?? throw new InvalidOperationException("The system does not say where this program is.");

    /// <summary>Programs that were there and failed.</summary>
    public static IReadOnlyList<string> Failures => s_failures;

    /// <summary>Runs the pairs of a workload.</summary>
    public WorkloadPairs Run(Workload workload)
    {
        var measured = new WorkloadPairs(this, workload);
        for (int i = 0; i < pairs; i++)
        {
            measured.Take();
        }

        return measured;
    }

    /// <summary>One run of ours and one of each that it stands beside.</summary>
    public (Dictionary<string, Sample> Ours, Dictionary<string, Sample> Reference) MeasurePair(Workload workload)
    {
        using Process? busy = workload.IsLoaded ? StartBusy() : null;
        try
        {
            return Measure(workload);
        }
        finally
        {
            busy?.Kill();
        }
    }

    /// <summary>One run of one measurement of ours.</summary>
    public static Dictionary<string, Sample> MeasureOurs(string name, string[] arguments, bool isPinned = false) => name.StartsWith(Workload.ProgramBeside, StringComparison.Ordinal)
        ? Start(Path.Combine(Path.GetDirectoryName(s_self)!, name[Workload.ProgramBeside.Length..]), arguments, isPinned)
        : Start(s_self, ["measure", name, .. arguments], isPinned);

    /// <summary>One run of one C program.</summary>
    public Dictionary<string, Sample> MeasureC(string program, string[] arguments, bool isPinned = false) => Start(Path.Combine(baselines, program), arguments, isPinned);

    /// <summary>One run of a program that may not be installed: null then, and when it fails or takes too long, which is one of <see cref="Failures"/>.</summary>
    public static Dictionary<string, Sample>? TryStart(string program, string[] arguments, bool isPinned)
    {
        try
        {
            return Start(program, arguments, isPinned);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // not installed
        }
        catch (InvalidOperationException failed)
        {
            s_failures.Add(failed.Message);
            return null;
        }
    }

    private (Dictionary<string, Sample> Ours, Dictionary<string, Sample> Reference) Measure(Workload workload)
    {
        string[] arguments = [.. workload.Arguments.Select(number => number.ToString(CultureInfo.InvariantCulture))];
        Dictionary<string, Sample> ours = Path.IsPathRooted(workload.Ours)
            ? HostProgram.Measure(workload.Ours)
            : workload.Ours.StartsWith(Workload.ProgramInC, StringComparison.Ordinal)
            ? MeasureC(workload.Ours[Workload.ProgramInC.Length..], arguments)
            : MeasureOurs(workload.Ours, arguments, workload.IsPinned);
        Dictionary<string, Sample> reference = MeasureC(workload.Program, arguments, workload.IsPinned);
        foreach ((string name, Sample sample) in workload.Peers.SelectMany(peer => MeasureC(peer, arguments)))
        {
            reference[name] = sample;
        }

        return (ours, reference);
    }

    // A program that keeps the last processor busy; it ends with us.
    private Process StartBusy()
    {
        Process busy = Process.Start(new ProcessStartInfo(Path.Combine(baselines, "busy")) { RedirectStandardOutput = true })!;
        busy.StandardOutput.ReadLine(); // it is at it
        return busy;
    }

    // The lines "NAME VALUE [BYTES]" that the program prints; and how large its file is.
    private static Dictionary<string, Sample> Start(string program, string[] arguments, bool isPinned)
    {
        var results = new Dictionary<string, Sample>();
        if (File.Exists(program))
        {
            results[Size] = new Sample(new FileInfo(program).Length, double.NaN);
        }

        else if (isPinned && !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))))
        {
            throw new System.ComponentModel.Win32Exception($"{program} is not there."); // as without taskset
        }

        long startNs = Measurement.NowNs();
        ProcessStartInfo start = isPinned
            ? new("taskset", ["-c", (Environment.ProcessorCount - 1).ToString(CultureInfo.InvariantCulture), program, .. arguments])
            : new(program, arguments);
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        using var limit = new Timer(_ => process.Kill(), null, s_limit, Timeout.InfiniteTimeSpan); // one that hangs ends with an error
        while (process.StandardOutput.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            if (words.Length < 2 || !words[1..].All(static word => double.TryParse(word, CultureInfo.InvariantCulture, out _)))
            {
                process.Kill(); // else it would run beside the next ones
                throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} printed '{line}', which is no result.");
            }

            double value = Number(words[1]);
            // A time on the clock that both processes read: what counts is how long after the start it was.
            results[words[0]] = new Sample(words[0] == "tick_at" ? value - startNs : value, words.Length > 2 ? Number(words[2]) : double.NaN);
        }

        process.WaitForExit();
        return process.ExitCode == 0
            ? results
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}.");
    }

    /// <summary>A result that a program has to print.</summary>
    public static Sample Result(Dictionary<string, Sample> results, string name, string program) =>
        results.TryGetValue(name, out Sample sample) ? sample : throw new InvalidOperationException($"{program} gave no result '{name}'.");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>One result of one run; bytes are NaN where none are counted.</summary>
internal readonly record struct Sample(double Value, double Bytes);
