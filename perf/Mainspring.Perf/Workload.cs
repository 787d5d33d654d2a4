namespace Mainspring.Perf;

/// <summary>One question: a measurement of ours and a C program that take the same arguments and are run in turns.</summary>
/// <param name="Name">What <c>--only</c> selects.</param>
/// <param name="Title">What is done.</param>
/// <param name="Ours">The measurement, a name of <see cref="Measurement"/> (or a program's path, for <see cref="Suite.Host"/>; or <see cref="ProgramInC"/> and a C program that calls this library).</param>
/// <param name="Program">The C program.</param>
/// <param name="Arguments">The numbers that both are given.</param>
/// <param name="Comparisons">What of their results stands beside each other.</param>
/// <param name="Peers">Other programs that take the same arguments, in turns with the two; one whose library is not installed prints "missing", and is only named.</param>
internal sealed record Workload(string Name, string Title, string Ours, string Program, long[] Arguments, Comparison[] Comparisons, params string[] Peers)
{
    /// <summary>What <see cref="Ours"/> begins with when a C program measures it.</summary>
    public const string ProgramInC = "c:";

    /// <summary>What it begins with when a small program of its own measures it, which is beside this one.</summary>
    public const string ProgramBeside = "beside:";

    /// <summary>Whether the machine's last processor is kept busy meanwhile.</summary>
    public bool IsLoaded { get; init; }

    /// <summary>Whether both run on the last processor: where the system would choose one, and they differ, its choice would be what is measured.</summary>
    public bool IsPinned { get; init; }
}

/// <summary>One row of the table.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Ours">The result's name in our measurement.</param>
/// <param name="Reference">The result's name in the C program's output; or <see cref="InOurs"/> and its name in our own.</param>
/// <param name="Target">What is asked for, if anything is.</param>
/// <param name="Unit">What the numbers are.</param>
internal sealed record Comparison(string Title, string Ours, string Reference, Target? Target = null, Unit Unit = Unit.Nanoseconds)
{
    /// <summary>There is no reference.</summary>
    public const string None = "none";

    /// <summary>What <see cref="Reference"/> begins with when our own program measures it too, in the same run: the least that C# can do.</summary>
    public const string InOurs = "c#:";

    /// <summary>What <see cref="Reference"/> is made with: its language, or the library of a peer.</summary>
    public string Language => Reference.StartsWith(InOurs, StringComparison.Ordinal) ? "C#" : Peer ?? "C";

    /// <summary>Whether it is to allocate nothing.</summary>
    public bool IsFree { get; init; }

    /// <summary>The library of a peer that gives the reference; null is the C program.</summary>
    public string? Peer { get; init; }

    /// <summary>A row of a peer's, whose result has its name.</summary>
    public static Comparison With(string peer, string title, string ours, Target? target = null) => new(title, ours, peer, target) { Peer = peer };
}

internal enum Unit
{
    Nanoseconds,
    Bytes,
    Count,
    Percent,
    SmallBytes,
}

/// <summary>At most so much: a ratio to the reference, or a value of our own.</summary>
internal sealed record Target(double AtMost, bool IsRatio)
{
    public static Target Ratio(double atMost) => new(atMost, IsRatio: true);

    public static Target Value(double atMost) => new(atMost, IsRatio: false);

    /// <summary>What is accepted where the target is out of reach, and why it is; null where it is not.</summary>
    public Concession? Concession { get; init; }

    /// <summary>The same target, which is known to be out of reach.</summary>
    public Target But(double accepted, string reason) => this with { Concession = new Concession(accepted, reason) };
}

/// <summary>More than a target, and still not a miss: the reason, with the measurement that shows it, is part of the report.</summary>
internal sealed record Concession(double AtMost, string Reason);
