using System.Runtime.CompilerServices;
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

    /// <summary>As nohup(1), and shells for what they start in the background, do it. The framework leaves those of the terminal alone then.</summary>
    [Case]
    public void Signals_that_were_ignored_at_the_start_stay_ignored()
    {
        Sys.NeedsLinux();
        using MainLoop loop = Loops.New();
        const string Name = nameof(Signals_that_were_ignored_at_the_start_stay_ignored);
        if (Environment.GetEnvironmentVariable(Victim) == Name)
        {
            foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP, PosixSignal.SIGTERM])
            {
                bool isHandled = false, isOver = false;
                loop.AddSignalHandler(signal, () => isHandled = true);
                loop.AddSignalHandler(Signals.User1, () => isOver = true);
                Sys.Raise(Signals.NumberOf(signal));
                Sys.Raise((int)Signals.User1); // told after the other
                Pump.Until(loop, () => isOver);
                loop.RemoveSignalHandler(signal);
                Sys.Raise(Signals.NumberOf(signal)); // ignored again, or this is the end
                Console.WriteLine($"{signal} {isHandled}");
            }

            return;
        }

        Sys.NeedsOwnProgram();
        ProcessResult result = loop.Run(() => loop.RunProcess(
            new ProcessOptions("env", "--ignore-signal=INT", "--ignore-signal=QUIT", "--ignore-signal=HUP", "--ignore-signal=TERM", $"{Victim}={Name}", Environment.ProcessPath!, $"{nameof(InterruptCases)}.{Name}"), timeout: Patience.Long));
        string term = $"SIGTERM {RuntimeFeature.IsDynamicCodeSupported}"; // on the JIT the runtime takes that one over; native programs leave it, too
        Check.Sequence(["SIGINT False", "SIGQUIT False", "SIGHUP False", term], result.OutputText.Split('\n').Where(static line => line.StartsWith("SIG", StringComparison.Ordinal)));
        Check.True(result.Exit.IsSuccess, result.OutputText);
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
