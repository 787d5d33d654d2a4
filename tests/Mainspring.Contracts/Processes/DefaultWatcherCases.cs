using Mainspring.Processes;

namespace Mainspring.Contracts;

/// <summary>Which watcher is taken by default: tests/seccomp runs these where the kernel refuses pidfd_open.</summary>
public sealed class DefaultWatcherCases : IDisposable
{
    private static readonly bool s_isRefused = Environment.GetEnvironmentVariable("MAINSPRING_REFUSED") is not null;

    private readonly MainLoop _loop = Loops.New();

    /// <summary>Skips elsewhere.</summary>
    public DefaultWatcherCases() => Sys.NeedsLinux();

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();

    /// <summary>A descriptor, or a thread where it is refused.</summary>
    [Case]
    public void A_child_is_watched_by_pidfd_or_else_by_a_thread()
    {
        using ChildProcess child = _loop.StartProcess(new ProcessOptions("sleep", "1000"));
        Check.Equal(!s_isRefused, IsWatchedByPidfd());
        Check.True(child.Kill());
        ChildExit exit = _loop.Run(async () => await child.Exited);
        Check.Equal("SIGKILL", exit.ToString());
        Check.False(child.Kill());
    }

    /// <summary>Who insists is told.</summary>
    [Case]
    public void A_watcher_that_is_refused_is_an_error_when_it_was_asked_for()
    {
        var options = new ProcessOptions("/bin/true") { Watcher = ChildWatcher.Pidfd };
        if (s_isRefused)
        {
            Check.Contains("pidfd_open", Check.Throws<IOException>(() => _loop.StartProcess(options)).Message);
        }
        else
        {
            using ChildProcess child = _loop.StartProcess(options);
            Check.True(_loop.Run(async () => await child.Exited).IsSuccess);
        }

        Check.Equal(0, _loop.Counters.Sources);
    }

    private static bool IsWatchedByPidfd() => Directory.EnumerateFiles("/proc/self/fd").Any(static path =>
    {
        try
        {
            return new FileInfo(path).LinkTarget?.Contains("pidfd", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            return false; // closed meanwhile
        }
    });
}
