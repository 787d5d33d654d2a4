using System.CommandLine;
using Mainspring.Perf;

// Measures in a process of its own are what the rig starts: `mainspring-perf measure NAME ARGUMENTS`, like a C program of that name.
if (args is ["measure", var name, .. var numbers])
{
    return Measurement.Run(name, numbers);
}

var quick = new Option<bool>("--quick") { Description = "Fewer pairs of runs, shorter ones." };
var only = new Option<string[]>("--only") { Description = "Only workloads whose name begins so; may be given several times." };
var pairs = new Option<int?>("--pairs") { Description = "How many times ours and the C program (3) and the other loops (2; quick: 1) run in turns." };
var peers = new Option<bool>("--peers") { Description = "Only what libuv, GLib, tokio, asyncio, uvloop, node and .NET answer to the same questions." };
var alone = new Option<bool>("--alone") { Description = "Without them." };
var frameTable = new Option<bool>("--frames") { Description = "Only the table of frame starts: this loop, C, PeriodicTimer, Thread.Sleep, libuv; 10 s each at 60, 240 and 1,000 Hz (quick: 2 s)." };
var list = new Option<bool>("--list") { Description = "Name the workloads." };
var check = new Option<bool>("--check") { Description = "Exit with 1 when a target is missed, or a peer is not installed." };
var allowMissing = new Option<bool>("--allow-missing") { Description = "With --check: a peer that is not installed is no miss." };
var hello = new Option<FileInfo?>("--hello") { Description = "A published program of which to measure size, start and memory." };
var results = new Option<DirectoryInfo>("--results")
{
    Description = "The folder for latest.md and latest.html.",
    DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("perf", "results")),
};

pairs.Validators.Add(static given =>
{
    if (given.GetValueOrDefault<int?>() < 1)
    {
        given.AddError("--pairs is 1 at least.");
    }
});
var command = new RootCommand("Measures Mainspring beside C programs that do the same.") { quick, only, peers, alone, frameTable, pairs, list, check, allowMissing, hello, results };
command.SetAction(arguments =>
{
    List<Workload> workloads = Suite.Workloads(arguments.GetValue(quick));
    if (arguments.GetValue(hello) is { } program)
    {
        workloads.Add(Suite.Host(program.FullName));
    }

    string[] prefixes = arguments.GetValue(only) ?? [];
    workloads.RemoveAll(one => prefixes.Length > 0 && !prefixes.Any(prefix => one.Name.StartsWith(prefix, StringComparison.Ordinal)));
    Growth[] growths = [.. Growth.All(arguments.GetValue(quick)).Where(one => prefixes.Length == 0 || prefixes.Any(prefix => one.Name.StartsWith(prefix, StringComparison.Ordinal)))];
    if (arguments.GetValue(list))
    {
        workloads.ForEach(one => Console.WriteLine($"{one.Name,-24} {one.Title}"));
        Array.ForEach(growths, one => Console.WriteLine($"{one.Name,-24} {one.Title}"));
        return 0;
    }

    if (Environment.GetEnvironmentVariable("MAINSPRING_C_BASELINES") is not { Length: > 0 } baselines)
    {
        Console.Error.WriteLine("MAINSPRING_C_BASELINES has to name the folder of the compiled C programs; ./build.sh perf compiles them and sets it.");
        return 2;
    }

    PeerQuestion[] questions = arguments.GetValue(alone)
        ? []
        : [.. PeerQuestion.All(arguments.GetValue(quick)).Where(one => prefixes.Length == 0 || prefixes.Any(prefix => one.Name.StartsWith(prefix, StringComparison.Ordinal)))];
    if (arguments.GetValue(peers))
    {
        workloads.Clear();
        growths = [];
    }

    if (workloads.Count + questions.Length + growths.Length == 0)
    {
        Console.Error.WriteLine("No workload has such a name; --list names them.");
        return 2;
    }

    if (arguments.GetValue(frameTable) && arguments.GetValue(check))
    {
        Console.Error.WriteLine("--check does not judge the table of frame starts, which names its targets itself: leave one of --frames and --check out, or check --only frames.");
        return 2;
    }

    var report = new Report([.. Machine.Facts(), ("asked for", args.Length == 0 ? "everything" : string.Join(' ', args))]) { NotBuilt = prefixes.Length == 0 && !arguments.GetValue(peers) ? Suite.NotBuilt : [] };
    Console.WriteLine(report.Heading);
    var rig = new Rig(baselines, arguments.GetValue(pairs) ?? 3);
    int turns = arguments.GetValue(pairs) ?? (arguments.GetValue(quick) ? 1 : 2);
    if (arguments.GetValue(frameTable))
    {
        Console.WriteLine(new FrameTable(rig, arguments.GetValue(quick)).Run(arguments.GetValue(pairs) ?? (arguments.GetValue(quick) ? 1 : 3)));
        return 0;
    }

    foreach (Workload workload in workloads)
    {
        report.Try(() => report.Add(rig.Run(workload)));
    }

    foreach (PeerQuestion question in questions)
    {
        report.Try(() => report.Add(Asked(question, baselines, turns)));
    }

    foreach (Growth growth in growths)
    {
        report.Try(() => report.Add(growth.Measure(rig, turns)));
    }

    // What seems to be missed is asked again at the end, all of it in turns: in other minutes, when the machine may do something else.
    WorkloadPairs[] missed = [.. report.Workloads.Where(static one => one.IsToBeAskedAgain())];
    PeerAnswers[] behind = [.. report.Answers.Where(static one => one.IsToBeAskedAgain())];
    for (int left = arguments.GetValue(quick) ? 4 : 10; left > 0; left--)
    {
        Array.ForEach(missed, one => report.Try(one.Take));
        Array.ForEach(behind, one => report.Try(one.Take));
    }

    Console.WriteLine(report.Text());
    report.WriteTo(arguments.GetValue(results)!);
    return report.Failures.Count > 0 || (arguments.GetValue(check) && (report.Missed > 0 || (report.Silent > 0 && !arguments.GetValue(allowMissing)))) ? 1 : 0;
});
return command.Parse(args).Invoke();

static PeerAnswers Asked(PeerQuestion question, string baselines, int turns)
{
    var answers = new PeerAnswers(question, baselines);
    for (int turn = 0; turn < turns; turn++)
    {
        answers.Take();
    }

    return answers;
}
