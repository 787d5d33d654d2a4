namespace Mainspring.Perf;

/// <summary>What was measured of everybody for one question: all in turns, in processes of their own.</summary>
internal sealed class PeerAnswers(PeerQuestion question, IReadOnlyList<PeerAnswers.Answer> answers)
{
    public PeerQuestion Question => question;

    /// <summary>Ours, then the others, the fastest first.</summary>
    public IReadOnlyList<Answer> All { get; } = [answers[0], .. answers.Skip(1).OrderBy(static answer => answer.Value)];

    /// <summary>Those that are ahead of us, even at the upper quartile of what we are beside them.</summary>
    public IEnumerable<Answer> Ahead => All.Skip(1).Where(static answer => answer.IsAhead);

    /// <summary>Asks everybody, so many times in turns.</summary>
    public static PeerAnswers Ask(PeerQuestion question, string baselines, int turns)
    {
        string[] numbers = [.. question.Numbers.Select(static number => number.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        List<Dictionary<string, Sample>> ours = [], idioms = [];
        var peers = Peer.All(baselines).Select(static peer => (Peer: peer, Runs: new List<Dictionary<string, Sample>>())).ToList();
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

            foreach ((Peer peer, List<Dictionary<string, Sample>> runs) in peers)
            {
                Console.Error.Write($"\r\e[K{question.Name} {turn + 1}/{turns}: {peer.Title}");
                if (Rig.TryStart(peer.Program, peer.CommandFor(question)) is { } run && run.ContainsKey(question.Result))
                {
                    runs.Add(run);
                }
            }
        }

        Console.Error.Write("\r\e[K");
        var answers = new List<Answer> { new("Mainspring", ours, question.Ours.Result, ours, question.Ours.Result) };
        if (idioms.Count > 0)
        {
            answers.AddRange(idioms[0].Keys.Select(name => new Answer(name, idioms, name, ours, question.Ours.Result)));
        }

        answers.AddRange(peers.Where(static peer => peer.Runs.Count > 0)
            .Select(peer => new Answer(peer.Peer.Title, peer.Runs, question.Result, ours, question.Ours.Result)));
        return new PeerAnswers(question, answers);
    }

    /// <summary>One loop's answer: the median of its runs.</summary>
    internal sealed class Answer
    {
        private static readonly string[] s_percentiles = ["p50", "p90", "p99", "p999"];

        public Answer(string title, List<Dictionary<string, Sample>> runs, string result, List<Dictionary<string, Sample>> ours, string ourResult)
        {
            Title = title;
            Value = Median(runs.Select(run => run[result].Value));
            double[] ratios = [.. ours.Zip(runs, (a, b) => a[ourResult].Value / b[result].Value).Order()];
            Ratio = ratios[ratios.Length / 2];
            IsAhead = ratios[ratios.Length / 4] > 1; // as for targets: only when the lower quartile says so
            Percentiles = runs[0].ContainsKey("p999") ? [.. s_percentiles.Select(name => Median(runs.Select(run => run[name].Value)))] : [];
        }

        public string Title { get; }

        public double Value { get; }

        /// <summary>Ours divided by this.</summary>
        public double Ratio { get; }

        public bool IsAhead { get; }

        /// <summary>p50, p90, p99 and p99.9, where they were measured.</summary>
        public double[] Percentiles { get; }

        private static double Median(IEnumerable<double> values)
        {
            double[] sorted = [.. values.Order()];
            return sorted[sorted.Length / 2];
        }
    }
}
