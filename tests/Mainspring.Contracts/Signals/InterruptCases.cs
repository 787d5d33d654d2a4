using System.Runtime.InteropServices;
using Mainspring.Processes;

namespace Mainspring.Contracts;

/// <summary>What a signal does to a whole program: the case starts its own program again, which then plays the victim.</summary>
public sealed class InterruptCases
{
    private const string Victim = "MAINSPRING_VICTIM";

    /// <summary>Ctrl-C once, and once more, for a function that does not end.</summary>
    [Case]
    public void The_first_signal_cancels_and_the_second_ends_the_process()
    {
        Sys.NeedsLinux();
        if (Environment.GetEnvironmentVariable(Victim) == nameof(The_first_signal_cancels_and_the_second_ends_the_process))
        {
            using MainLoop victim = Loops.New();
            victim.Run(async token =>
            {
                Console.WriteLine("ready");
                using CancellationTokenRegistration registration = token.Register(static () => Console.WriteLine("cancelled"));
                await new TaskCompletionSource().Task; // never
            });
            return;
        }

        Check.Sequence(["ready", "cancelled"], Play(nameof(The_first_signal_cancels_and_the_second_ends_the_process), signals: 2, out ChildExit exit));
        Check.Equal<PosixSignal?>(PosixSignal.SIGINT, exit.Signal);
    }

    /// <summary>As above, of a program that has named its signals.</summary>
    [Case]
    public void The_second_of_a_programs_signals_ends_the_process()
    {
        Sys.NeedsLinux();
        if (Environment.GetEnvironmentVariable(Victim) == nameof(The_second_of_a_programs_signals_ends_the_process))
        {
            LoopRunner.Run(
                async LoopTask (token) =>
                {
                    Console.WriteLine("ready");
                    using CancellationTokenRegistration registration = token.Register(static () => Console.WriteLine("cancelled"));
                    await new TaskCompletionSource().Task; // never
                },
                null,
                PosixSignal.SIGTERM,
                PosixSignal.SIGINT);
            return;
        }

        Check.Sequence(
            ["ready", "cancelled"], Play(nameof(The_second_of_a_programs_signals_ends_the_process), signals: 2, out ChildExit exit, PosixSignal.SIGTERM));
        Check.Equal<PosixSignal?>(PosixSignal.SIGTERM, exit.Signal);
    }

    /// <summary>The second ends it even so, for a loop that is stuck.</summary>
    [Case]
    public void The_second_signal_ends_a_process_whose_loop_is_stuck()
    {
        Sys.NeedsLinux();
        if (Environment.GetEnvironmentVariable(Victim) == nameof(The_second_signal_ends_a_process_whose_loop_is_stuck))
        {
            using MainLoop victim = Loops.New();
            victim.CallSoon(() =>
            {
                using var registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, static _ => Console.WriteLine("ready"));
                Sys.Raise(2); // the first: the loop has taken it, but will never stop
                new ManualResetEventSlim().Wait(Patience.Long);
            });
            victim.Run(new RunOptions { StopOn = [PosixSignal.SIGINT] });
            return;
        }

        string[] lines = Play(nameof(The_second_signal_ends_a_process_whose_loop_is_stuck), signals: 1, out ChildExit exit);
        Check.Equal("ready", lines[0]);
        Check.Equal<PosixSignal?>(PosixSignal.SIGINT, exit.Signal);
    }

    // One signal for each line that the victim writes; and what it wrote.
    private static string[] Play(string name, int signals, out ChildExit exit, PosixSignal signal = PosixSignal.SIGINT)
    {
        Sys.NeedsOwnProgram();
        using MainLoop loop = Loops.New();
        var options = new ProcessOptions(Environment.ProcessPath!, $"{nameof(InterruptCases)}.{name}")
        {
            StandardOutput = Redirect.Pipe,
            Environment = new Dictionary<string, string?> { [Victim] = name },
        };
        using ChildProcess child = loop.StartProcess(options);
        var lines = new List<string>();
        exit = loop.Run(async () =>
        {
            using var reader = new StreamReader(child.StandardOutput);
            while (await reader.ReadLineAsync() is { } line)
            {
                lines.Add(line);
                if (lines.Count <= signals)
                {
                    child.Send(signal);
                }
            }

            return await child.Exited;
        });
        return [.. lines];
    }
}
