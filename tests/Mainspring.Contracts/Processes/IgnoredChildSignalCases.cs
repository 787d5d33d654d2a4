using Mainspring.Processes;

namespace Mainspring.Contracts;

/// <summary>A program that was started with SIGCHLD ignored, so that the kernel reaps every child of it: the case starts its own program again in that way.</summary>
public sealed class IgnoredChildSignalCases
{
    private const string Victim = "MAINSPRING_VICTIM";

    /// <summary>Nothing hangs, nothing is guessed, and nobody else gets a signal.</summary>
    [Case]
    public void An_end_that_nobody_can_know_is_told_as_such()
    {
        Sys.NeedsLinux();
        using MainLoop loop = Loops.New();
        if (Environment.GetEnvironmentVariable(Victim) == nameof(IgnoredChildSignalCases))
        {
            int reported = 0;
            loop.UnhandledException += e =>
            {
                Check.Contains("somebody else has reaped it", e.Exception.Message);
                e.Handled = true;
                reported++;
            };
            foreach (ChildWatcher watcher in Enum.GetValues<ChildWatcher>())
            {
                using ChildProcess child = loop.StartProcess(ProcessOptions.Shell("exit 3") with { Watcher = watcher });
                ChildExit exit = loop.Run(async () => await child.Exited);
                Check.False(exit.IsKnown);
                Check.False(exit.IsSuccess);
                Check.Equal(255, exit.Code);
                Check.False(child.Kill());
            }

            Check.Equal(3, reported);
            return;
        }

        if (Path.GetFileName(Environment.ProcessPath) != "mainspring-contracts")
        {
            throw new SkipException("needs the native program, which it starts again");
        }

        // env(1) ignores it before it becomes the program; shells need SIGCHLD themselves.
        ProcessResult result = loop.Run(() => loop.RunProcess(
            new ProcessOptions("env", "--ignore-signal=CHLD", $"{Victim}={nameof(IgnoredChildSignalCases)}", Environment.ProcessPath!, nameof(IgnoredChildSignalCases)), timeout: Patience.Long));
        Check.True(result.Exit.IsSuccess, result.OutputText);
    }
}
