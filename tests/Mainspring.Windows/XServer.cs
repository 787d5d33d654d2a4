using System.Diagnostics;
using System.Globalization;
using Mainspring.Contracts;

namespace Mainspring.Windows;

/// <summary>An X server of a case's own, which it may end.</summary>
internal sealed class XServer : IDisposable
{
    private readonly Process _process;

    public XServer()
    {
        var start = new ProcessStartInfo("Xvfb", "-displayfd 1 -screen 0 800x600x24 -nolisten tcp -noreset") { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        string? line = _process.StandardOutput.ReadLine();
        if (!int.TryParse(line, CultureInfo.InvariantCulture, out int number))
        {
            throw new SkipException($"Xvfb does not start: {line}");
        }

        Display = $":{number}";
    }

    public string Display { get; }

    /// <summary>Ends it as a crash does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
        File.Delete($"/tmp/.X{Display[1..]}-lock"); // which a server that was killed leaves behind
        File.Delete($"/tmp/.X11-unix/X{Display[1..]}");
    }
}
