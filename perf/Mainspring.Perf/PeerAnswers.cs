namespace Mainspring.Perf;

/// <summary>What was measured of everybody for one question, all in turns, in processes of their own: there may be more of them later.</summary>
internal sealed class PeerAnswers(PeerQuestion question, string baselines)
{
    private readonly Asked[] _everybody = [.. Everybody(question, baselines)];
    private readonly List<Dictionary<string, Sample>> _ours = [];

    public PeerQuestion Question => question;

    /// <summary>Who gave no answer: not installed, not built, or failed.</summary>
    public IEnumerable<string> Silent => _everybody.Where(static asked => asked.Kind == Kind.Peer && asked.Turns.Count == 0).Select(static asked => asked.Title);

    /// <summary>Ours, then the others, the fastest first.</summary>
    public IReadOnlyList<Answer> All { get; private set; } = [];

    /// <summary>Those that are ahead of us, even at the lower quartile of ours divided by theirs.</summary>
    public IEnumerable<Answer> Ahead => question.IsRace ? All.Skip(1).Where(static answer => answer.IsAhead) : [];

    /// <summary>Whether somebody seems to be ahead. Who does is remembered, since it is asked again.</summary>
    public bool IsToBeAskedAgain()
    {
        foreach (Asked asked in _everybody)
        {
            asked.Again.UnionWith(asked.Answers(question).Where(answer => question.IsRace && answer.IsAhead).Select(static answer => answer.Title));
        }

        return _everybody.Any(static asked => asked.Again.Count > 0);
    }

    /// <summary>One more turn of ours and of everybody; or, when some are asked again, of these.</summary>
    public void Take()
    {
        Say("Mainspring");
        Dictionary<string, Sample> own = Rig.MeasureOurs(question.Ours.Measurement, question.Times(1), question.IsPinned);
        _ = Rig.Result(own, question.Ours.Result, question.Ours.Measurement);
        _ours.Add(own);
        foreach (Asked asked in _everybody.Any(static one => one.Again.Count > 0) ? _everybody.Where(static one => one.Again.Count > 0) : _everybody)
        {
            Say(asked.Title);
            if (asked.Run() is { } run && (asked.Kind == Kind.DotNet || run.ContainsKey(question.Result)))
            {
                asked.Turns.Add((own, run));
            }
        }

        Console.Error.Write("\r\e[K");
        string result = question.Ours.Result;
        All = [new Answer("Mainspring", [.. _ours.Select(static one => (one, one))], result, result), .. _everybody.SelectMany(asked => asked.Answers(question)).OrderBy(static answer => answer.Value)];

        void Say(string who) => Console.Error.Write($"\r\e[K{question.Name} {_ours.Count + 1}: {who}");
    }

    private static IEnumerable<Asked> Everybody(PeerQuestion question, string baselines)
    {
        if (question.Idioms is { } measurement)
        {
            yield return new Asked(".NET", Kind.DotNet, () => Rig.MeasureOurs(measurement, question.Times(0.25)));
        }

        if (question.IsLateness)
        {
            yield return new Asked("C", Kind.Reference, () => Rig.TryStart(Path.Combine(baselines, question.Workload), question.Times(1), question.IsPinned));
        }

        foreach (Peer peer in Peer.All(baselines).Where(peer => !question.IsUnknownTo.Contains(peer.Title)))
        {
            yield return new Asked(peer.Title, Kind.Peer, () => Rig.TryStart(peer.Program, peer.CommandFor(question), question.IsPinned));
        }
    }

    private enum Kind
    {
        Peer,
        DotNet,    // each of its results is a peer
        Reference, // nobody's rival: the table of ratios is about it
    }

    /// <summary>One who is asked, and what was measured beside ours of the same turn.</summary>
    private sealed record Asked(string Title, Kind Kind, Func<Dictionary<string, Sample>?> Run)
    {
        public List<(Dictionary<string, Sample> Ours, Dictionary<string, Sample> Theirs)> Turns { get; } = [];

        /// <summary>The answers that seemed to be ahead, so that it is asked again.</summary>
        public HashSet<string> Again { get; } = [];

        public IEnumerable<Answer> Answers(PeerQuestion question) => Turns.Count == 0
            ? []
            : Kind == Kind.DotNet
            ? Turns[0].Theirs.Keys.Where(static name => name != Rig.Size).Select(name => new Answer(name, Turns, name, question.Ours.Result) { WasAskedAgain = Again.Contains(name) })
            : [new Answer(Title, Turns, question.Result, question.Ours.Result) { IsReference = Kind == Kind.Reference, WasAskedAgain = Again.Count > 0 }];
    }

    /// <summary>One loop's answer: the median of its runs.</summary>
    internal sealed class Answer
    {
        private static readonly string[] s_percentiles = ["p50", "p90", "p99", "p999"];

        private readonly bool _isFaster;

        public Answer(string title, IReadOnlyList<(Dictionary<string, Sample> Ours, Dictionary<string, Sample> Theirs)> turns, string result, string ourResult)
        {
            Title = title;
            Turns = turns.Count;
            Value = Row.Median(turns.Select(turn => turn.Theirs[result].Value));
            IsEarly = Row.Quantile([.. turns.Select(turn => turn.Theirs[result].Value).Order()], 0.25) < 0;
            double[] ratios = [.. turns.Select(turn => turn.Ours[ourResult].Value / turn.Theirs[result].Value).Order()];
            Ratio = Row.Quantile(ratios, 0.5);
            _isFaster = Row.Quantile(ratios, 0.25) > 1 && !IsEarly; // as for targets: only when the lower quartile says so. Who is early is not punctual
            Percentiles = turns[0].Theirs.ContainsKey("p999") ? [.. s_percentiles.Select(name => Row.Median(turns.Select(turn => turn.Theirs[name].Value)))] : [];
        }

        public string Title { get; }

        /// <summary>How often it was asked.</summary>
        public int Turns { get; }

        public bool WasAskedAgain { get; init; }

        /// <summary>The median of its turns.</summary>
        public double Value { get; }

        /// <summary>Whether it began before its time, in one turn of four or more: that is no precision, and no ratio.</summary>
        public bool IsEarly { get; }

        /// <summary>Ours divided by this: the median of their turns.</summary>
        public double Ratio { get; }

        /// <summary>Whether it is faster than ours, and a rival.</summary>
        public bool IsAhead => _isFaster && !IsReference;

        /// <summary>The C program, which is nobody's rival.</summary>
        public bool IsReference { get; init; }

        /// <summary>p50, p90, p99 and p99.9, where they were measured.</summary>
        public double[] Percentiles { get; }
    }
}
