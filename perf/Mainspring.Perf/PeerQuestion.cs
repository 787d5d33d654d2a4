using System.Globalization;

namespace Mainspring.Perf;

/// <summary>What all loops are asked, each in its own way.</summary>
/// <param name="Name">What <c>--only</c> selects.</param>
/// <param name="Title">What is done.</param>
/// <param name="Workload">The name by which the peers know it.</param>
/// <param name="Numbers">Its numbers; the last one is how often.</param>
/// <param name="Ours">Our measurement, and the name of its result.</param>
/// <param name="Result">The name of the peers' result.</param>
/// <param name="Idioms">The measurement of what .NET has, or null; each of its results is one more peer.</param>
/// <param name="IsScaled">Slow peers do it less often: it is the cost of one that is compared.</param>
internal sealed record PeerQuestion(
    string Name, string Title, string Workload, long[] Numbers, (string Measurement, string Result) Ours, string Result, string? Idioms = null, bool IsScaled = true)
{
    /// <summary>The peers that have nothing of the kind.</summary>
    public string[] IsUnknownTo { get; init; } = [];

    /// <summary>As <see cref="Perf.Workload.IsPinned"/>.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Whether nobody may be ahead of us.</summary>
    public bool IsRace { get; init; } = true;

    /// <summary>Whether percentiles are known, to be drawn as a curve.</summary>
    public bool IsLateness => Result == "p50";

    /// <summary>Its numbers as arguments, the last one multiplied.</summary>
    public string[] Times(double share) =>
        [.. Numbers.Select((number, at) => (at < Numbers.Length - 1 ? number : Math.Max(1, (long)(number * share))).ToString(CultureInfo.InvariantCulture))];

    public static PeerQuestion[] All(bool quick)
    {
        long Scaled(long full) => quick ? full / 4 : full;
        return
        [
            new("callbacks", "schedule and run a callback, 1,000 in flight", "callbacks", [Scaled(20_000_000)], ("callbacks", "action"), "callback", "idioms-callbacks"),
            new("timers-100k", "cancel a timer and schedule another, 100 k outstanding", "timers", [100_000, Scaled(4_000_000)], ("timers", "at"), "pair", "idioms-timers"),
            .. quick
                ? (PeerQuestion[])[]
                : [new("timers-1m", "the same, 1 M outstanding", "timers", [1_000_000, 1_000_000], ("timers", "at"), "pair", "idioms-timers") { IsRace = false }], // asked for beside C; what .NET has keeps each timer that was cancelled until its time
            new("expiry", $"{(quick ? "250 k" : "1 M")} timers expire", "expiry", [Scaled(1_000_000)], ("expiry", "expiry"), "expiry", IsScaled: false),
            new("latency", "a post to a loop that sleeps, p50", "latency", [Scaled(2_000)], ("latency", "p50"), "p50", IsScaled: false) { IsPinned = true },
            new("posts-1", "posts from 1 thread, flat out", "posts", [1, Scaled(5_000_000)], ("posts", "post"), "post", "idioms-posts"),
            new("posts-4", "posts from 4 threads, flat out", "posts", [4, Scaled(5_000_000)], ("posts", "post"), "post", "idioms-posts"),
            new("descriptors-sockets", "a byte goes back and forth over a socket pair", "descriptors", [1, Scaled(200_000)], ("descriptors", "epoll"), "round", "idioms-descriptors") { IsRace = false }, // asked for beside C
            new("awaits", "resume 100 k awaits", "awaits", [100_000, Scaled(160)], ("awaits", "loop_task"), "resume", "idioms-awaits") { IsUnknownTo = ["libuv", "GLib"] },
            new("frames-60", "a frame starts late, 60 Hz, p50", "frames", [60, quick ? 60 : 120], ("frames", "p50"), "p50", IsScaled: false),
            new("frames-1000", "a frame starts late, 1,000 Hz, p50", "frames", [1000, Scaled(2_000)], ("frames", "p50"), "p50", IsScaled: false),
            new("hello", "exec to first tick", "hello", [], (Perf.Workload.ProgramBeside + "mainspring-hello", "tick_at"), "tick_at", IsScaled: false) { IsRace = false }, // what .NET itself needs to start is asked for in milliseconds
        ];
    }
}
