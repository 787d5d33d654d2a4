using System.CommandLine;
using System.Globalization;
using Mainspring.Hosts;

namespace Mainspring.Scheduler;

/// <summary>The command line. Exit codes: 0 done, 1 the summary could not be written, 2 bad arguments, 141 nobody reads the output any more.</summary>
internal static class SchedulerCommands
{
    private const double DefaultHz = 60;
    private const int DefaultJobs = 1_000;
    private const double DefaultSeconds = 10;
    private const string HzWanted = "give frames per second, from 1 to 100000";
    private const string BudgetWanted = "give a time with its unit, such as 4ms or 800us";
    private const string JobsWanted = "give a whole number from 0 to 1000000";
    private const string SecondsWanted = "give seconds, from 0.1 to 1e9";
    private const string PrecisionWanted = "give sleep, hybrid or spin";

    private const string LoadLanguage = """
        A part of the load, KIND:COUNTxWORK[@RATEhz][,priority=PRIORITY]; may be given again and again. COUNT items of WORK each come once in every
        frame, or RATE times a second. WORK is a time such as 200us, for which the item keeps the processor busy, measured by the clock. KIND is
          frame       work of the frame itself, in its Update phase
          background  work in the time that the budget leaves; what does not fit waits
          timer       COUNT periodic timers, each RATE times a second
          callback    callbacks of a PRIORITY: urgent, high, normal, low or idle
          post        callbacks that another thread posts
        """;

    public static int Invoke(string[] args) => HostCommand.Invoke("mainspring-scheduler", Build(), args);

    /// <summary>The commands; separate, so that tests can parse without running.</summary>
    internal static RootCommand Build()
    {
        var root = new RootCommand("Mainspring as a scheduler with a budget for each frame: a load that you describe, and how late its frames are.");
        root.Subcommands.Add(Command("run", "Run a load with a budget, and show its frames: a status line a second, then a histogram and percentiles.", SchedulerHost.Run));
        root.Subcommands.Add(Command("compare", "Run the same load three times, without background work, with the budget, and with the background work as plain callbacks: what is the budget good for?", SchedulerHost.Compare));
        return root;
    }

    private static Command Command(string name, string description, Func<SchedulerSettings, int> run)
    {
        var hz = new Option<double?>("--hz")
        {
            Description = "Frames per second; 60 by default. A frame is late when its work is over only after the next one was due.",
            HelpName = "N",
            CustomParser = static argument => HostCommand.Parse<double?>(argument, static text => HostCommand.Number(text, static n => n is >= 1 and <= 100_000, HzWanted)),
        };
        var budget = new Option<long?>("--budget")
        {
            Description = "How long after a frame's start background work may run, such as 800us; by default 4ms, or half a frame when that is less. What is left of the frame stays free.",
            HelpName = "TIME",
            CustomParser = static argument => HostCommand.Parse<long?>(argument, static text => Quantity.Nanoseconds(text) switch
            {
                null => throw new FormatException($"'{text}' is not a time; {BudgetWanted}"),
                < 1_000 => throw new FormatException($"'{text}' is less than a microsecond; {BudgetWanted}"),
                { } ns => ns,
            }),
        };
        var jobs = new Option<int?>("--jobs")
        {
            Description = "Jobs that wait for the next frame, in every frame; 1000 by default.",
            HelpName = "N",
            CustomParser = static argument => HostCommand.Parse<int?>(argument, static text => (int)HostCommand.Number(text, static n => n is >= 0 and <= 1_000_000 && Math.Floor(n) == n, JobsWanted)),
        };
        var seconds = new Option<double?>("--seconds", "--for")
        {
            Description = "How long a run takes; 10 by default. SIGINT, SIGTERM and SIGHUP end it earlier, with its summary.",
            HelpName = "S",
            CustomParser = static argument => HostCommand.Parse<double?>(argument, static text => HostCommand.Number(text, static n => n is >= 0.1 and <= 1e9, SecondsWanted)),
        };
        var load = new Option<LoadSpec[]>("--load")
        {
            Description = $"{LoadLanguage}\nWithout it: {string.Join(' ', SchedulerSettings.DefaultLoads)}.",
            HelpName = "SPEC",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = static argument => HostCommand.ParseAll(argument, LoadSpec.Parse),
        };
        var precision = new Option<Precision>("--precision")
        {
            Description = "How the loop waits for a deadline: sleep, hybrid (sleep, then spin for the last microseconds) or spin; sleep by default.",
            HelpName = "HOW",
            CustomParser = static argument => HostCommand.Parse(argument, static text =>
                Enum.TryParse(text, ignoreCase: true, out Precision how) && text.All(char.IsAsciiLetter) ? how : throw new FormatException($"'{text}' is no precision; {PrecisionWanted}")),
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object per line; the last one is the summary." };
        var command = new Command(name, description) { hz, budget, jobs, seconds, load, precision, json };
        command.Validators.Add(result =>
        {
            try
            {
                double framesPerSecond = result.GetValue(hz) ?? DefaultHz;
                long budgetNs = result.GetValue(budget) ?? DefaultBudgetNs(framesPerSecond);
                if (budgetNs > 1e9 / framesPerSecond)
                {
                    result.AddError(string.Create(
                        CultureInfo.InvariantCulture,
                        $"--budget: {Quantity.Text(budgetNs)} is longer than a frame, which is {Quantity.Text(1e9 / framesPerSecond)} at --hz {framesPerSecond}; give less"));
                }
            }
            catch (InvalidOperationException)
            {
                return; // what was refused has no value, and a message of its own
            }
        });
        command.SetAction(result => run(new SchedulerSettings(
            result.GetValue(hz) ?? DefaultHz,
            result.GetValue(budget) ?? DefaultBudgetNs(result.GetValue(hz) ?? DefaultHz),
            result.GetValue(jobs) ?? DefaultJobs,
            TimeSpan.FromSeconds(result.GetValue(seconds) ?? DefaultSeconds),
            result.GetValue(load) is { Length: > 0 } loads ? loads : [.. SchedulerSettings.DefaultLoads.Select(LoadSpec.Parse)],
            result.GetValue(precision),
            result.GetValue(json))));
        return command;
    }

    private static long DefaultBudgetNs(double hz) => (long)Math.Min(4_000_000, 0.5e9 / hz);
}
