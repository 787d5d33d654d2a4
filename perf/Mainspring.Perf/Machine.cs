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
        ("others", Output("dpkg-query", "-W", "-f", "${Package} ${Version}, ", "gcc", "libc6", "libuv1", "libglib2.0-0", "librust-tokio-dev", "python3", "python3-uvloop", "nodejs")?.TrimEnd(',', ' ') ?? "unknown"),
        ("commit", Output("git", "describe", "--always", "--dirty") ?? "unknown"),
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

    private static string? Output(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string text = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return text.Length > 0 ? text : null; // dpkg-query fails when one of many is not installed, and names the others
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // not installed here
        }
    }
}
