using System.Diagnostics;
using Mainspring.Contracts;

namespace Mainspring.Hardware.Guest;

/// <summary>A program of others that looks at, or drives, the same device as the case.</summary>
internal sealed class Tool : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];

    private Tool(string program, string[] arguments)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has said up to now, errors too.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Whether one of its descriptors is what /proc calls by a name that contains this: that of a device, or such as <c>gpio-event</c>.</summary>
    public bool HasOpen(string name) =>
        Directory.EnumerateFiles($"/proc/{_process.Id}/fd").Any(file => new FileInfo(file).LinkTarget?.Contains(name, StringComparison.Ordinal) == true);

    /// <summary>Starts it.</summary>
    public static Tool Start(string program, params string[] arguments) => new(program, arguments);

    /// <summary>Runs it to its end; returns what it said.</summary>
    /// <exception cref="CheckException">It ended with another code than 0.</exception>
    public static string Run(string program, params string[] arguments)
    {
        using Tool tool = Start(program, arguments);
        int code = tool.Finish();
        string said = string.Join('\n', tool.Lines);
        return code == 0 ? said : throw new CheckException($"{program} {string.Join(' ', arguments)} ended with {code}: {said}");
    }

    /// <summary>Asks it to end.</summary>
    public void Terminate() => Run("kill", "-TERM", $"{_process.Id}");

    /// <summary>Waits for its end; returns its exit code.</summary>
    public int Finish()
    {
        Check.True(_process.WaitForExit(Patience.Long), $"{_process.StartInfo.FileName} ends");
        _process.WaitForExit(); // for the last lines
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_lines)
            {
                _lines.Add(line);
            }
        }
    }
}
