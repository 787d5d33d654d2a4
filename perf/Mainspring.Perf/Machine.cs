using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Mainspring.Perf;

/// <summary>What the numbers depend on, besides the code.</summary>
internal static class Machine
{
    public static IReadOnlyList<(string Name, string Value)> Facts() =>
    [
        ("processor", FirstValue("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString()),
        ("cores", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)),
        ("kernel", Text("/proc/sys/kernel/osrelease") ?? RuntimeInformation.OSDescription),
        ("clock source", Text("/sys/devices/system/clocksource/clocksource0/current_clocksource") ?? "unknown"),
        ("runtime", RuntimeInformation.FrameworkDescription + ", NativeAOT"),
        ("commit", Git("describe", "--always", "--dirty") ?? "unknown"),
        ("load average at the start", Text("/proc/loadavg") ?? "unknown"),
        ("time", DateTimeOffset.UtcNow.ToString("u", CultureInfo.InvariantCulture)),
    ];

    private static string? Text(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (IOException)
        {
            return null; // not this kind of system
        }
    }

    private static string? FirstValue(string path, string key) => Text(path)?
        .Split('\n')
        .FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?
        .Split(':', 2)[1].Trim();

    private static string? Git(params string[] arguments)
    {
        try
        {
            using Process git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string text = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? text : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // no git here
        }
    }
}
