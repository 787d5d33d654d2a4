namespace Mainspring.Perf;

/// <summary>What was measured of everybody for one question: all in turns, in processes of their own.</summary>
internal sealed class PeerAnswers(PeerQuestion question, IReadOnlyList<PeerAnswers.Answer> answers, IReadOnlyList<string> silent)
{
    public PeerQuestion Question => question;

    /// <summary>Who gave no answer: not installed, not built, or failed.</summary>
    public IReadOnlyList<string> Silent => silent;

    /// <summary>Ours, then the others, the fastest first.</summary>
    public IReadOnlyList<Answer> All { get; } = [answers[0], .. answers.Skip(1).OrderBy(static answer => answer.Value)];

    /// <summary>Those that are ahead of us, even at the upper quartile of what we are beside them.</summary>
    public IEnumerable<Answer> Ahead => question.IsRace ? All.Skip(1).Where(static answer => answer.IsAhead && !answer.IsReference) : [];

    /// <summary>Asks everybody, so many times in turns.</summary>
    public static PeerAnswers Ask(PeerQuestion question, string baselines, int turns)
    {
        string[] numbers = [.. question.Numbers.Select(static number => number.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        List<Dictionary<string, Sample>?> ours = [], idioms = [], program = [];
        var peers = Peer.All(baselines).Where(peer => !question.IsUnknownTo.Contains(peer.Title)).Select(static peer => (Peer: peer, Runs: new List<Dictionary<string, Sample>?>())).ToList();
        for (int turn = 0; turn < turns; turn++)
        {
            Console.Error.Write($"\r\e[K{question.Name} {turn + 1}/{turns}: Mainspring");
            ours.Add(Rig.MeasureOurs(question.Ours.Measurement, numbers));
            if (question.Idioms is { } measurement)
            {
                Console.Error.Write($"\r\e[K{question.Name} {turn + 1}/{turns}: .NET");
                string[] fewer = [.. numbers.SkipLast(1), (question.Numbers[^1] / 4).ToString(System.Globalization.CultureInfo.InvariantCulture)];
                idioms.Add(Rig.MeasureOurs(measurement, fewer));
            }

            if (question.IsLateness)
            {
                program.Add(Answering(Rig.TryStart(Path.Combine(baselines, question.Workload), numbers)));
            }

            foreach ((Peer peer, List<Dictionary<string, Sample>?> runs) in peers)
            {
                Console.Error.Write($"\r\e[K{question.Name} {turn + 1}/{turns}: {peer.Title}");
                runs.Add(Answering(Rig.TryStart(peer.Program, peer.CommandFor(question))));
            }
        }

        Console.Error.Write("\r\e[K");
        var answers = new List<Answer> { new("Mainspring", ours, question.Ours.Result, ours, question.Ours.Result) };
        if (idioms.Count > 0)
        {
            answers.AddRange(idioms[0]!.Keys.Where(static name => name != Rig.Size).Select(name => new Answer(name, idioms, name, ours, question.Ours.Result)));
        }

        if (program.Any(static run => run is not null))
        {
            answers.Add(new Answer("C", program, question.Result, ours, question.Ours.Result) { IsReference = true });
        }

        answers.AddRange(peers.Where(static peer => peer.Runs.Any(static run => run is not null))
            .Select(peer => new Answer(peer.Peer.Title, peer.Runs, question.Result, ours, question.Ours.Result)));
        return new PeerAnswers(question, answers, [.. peers.Where(static peer => peer.Runs.All(static run => run is null)).Select(static peer => peer.Peer.Title)]);

        Dictionary<string, Sample>? Answering(Dictionary<string, Sample>? run) => run?.ContainsKey(question.Result) == true ? run : null;
    }

    /// <summary>One loop's answer: the median of its runs.</summary>
    internal sealed class Answer
    {
        private static readonly string[] s_percentiles = ["p50", "p90", "p99", "p999"];

        public Answer(string title, List<Dictionary<string, Sample>?> runs, string result, List<Dictionary<string, Sample>?> ours, string ourResult)
        {
            Title = title;
            var pairs = ours.Zip(runs).Where(static pair => pair.Second is not null).Select(static pair => (Ours: pair.First!, Theirs: pair.Second!)).ToList(); // of the same turn
            Value = Median(pairs.Select(pair => pair.Theirs[result].Value));
            double[] ratios = [.. pairs.Select(pair => pair.Ours[ourResult].Value / pair.Theirs[result].Value).Order()];
            Ratio = Row.Quantile(ratios, 0.5);
            IsAhead = Row.Quantile(ratios, 0.25) > 1; // as for targets: only when the lower quartile says so
            Percentiles = pairs[0].Theirs.ContainsKey("p999") ? [.. s_percentiles.Select(name => Median(pairs.Select(pair => pair.Theirs[name].Value)))] : [];
        }

        public string Title { get; }

        public double Value { get; }

        /// <summary>Ours divided by this.</summary>
        public double Ratio { get; }

        public bool IsAhead { get; }

        /// <summary>The C program, which is nobody's rival: it is what the table of ratios is about.</summary>
        public bool IsReference { get; init; }

        /// <summary>p50, p90, p99 and p99.9, where they were measured.</summary>
        public double[] Percentiles { get; }

        private static double Median(IEnumerable<double> values) => Row.Quantile([.. values.Order()], 0.5);
    }
}
