using System.Diagnostics;

namespace Mainspring.Perf;

/// <summary>A published program, seen from outside: <c>PROGRAM run --simulate</c>.</summary>
internal static class HostProgram
{
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(1);

    public static Dictionary<string, Sample> Measure(string path) => new()
    {
        ["first_output"] = new(FirstOutputNs(path), double.NaN),
        ["host_resident"] = new(ResidentBytes(path), double.NaN),
        ["size"] = new(new FileInfo(path).Length, double.NaN),
    };

    // Runs for no time: its loop makes one turn, and its summary is the first output.
    private static double FirstOutputNs(string path)
    {
        long startNs = Measurement.NowNs();
        using Process process = Start(path, "0");
        string? line = process.StandardOutput.ReadLine();
        double ns = Measurement.NowNs() - startNs;
        process.WaitForExit();
        return line is not null ? ns : throw new InvalidOperationException($"{path} printed nothing.");
    }

    private static double ResidentBytes(string path)
    {
        using Process process = Start(path, "10");
        Thread.Sleep(s_settled);
        double bytes = process.WorkingSet64;
        process.Kill();
        process.WaitForExit();
        return bytes;
    }

    private static Process Start(string path, string seconds) =>
        Process.Start(new ProcessStartInfo(path, ["run", "--simulate", "--json", "--hz", "60", "--for", seconds]) { RedirectStandardOutput = true })!;
}
