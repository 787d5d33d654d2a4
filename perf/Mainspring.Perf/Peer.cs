namespace Mainspring.Perf;

/// <summary>Another loop that is asked the same.</summary>
/// <param name="Title">Its name.</param>
/// <param name="Program">What is started.</param>
/// <param name="Arguments">Its first arguments; the workload and its numbers follow.</param>
/// <param name="Slowness">By how much less often it is asked to do what is done many times.</param>
internal sealed record Peer(string Title, string Program, string[] Arguments, long Slowness)
{
    /// <summary>All of them. Those that are not installed say so when they are run.</summary>
    public static Peer[] All(string baselines) =>
    [
        new("libuv", Path.Combine(baselines, "peers", "libuv"), [], 1),
        new("GLib", Path.Combine(baselines, "peers", "glib"), [], 20),
        new("tokio", Path.Combine(baselines, "peers", "tokio"), [], 8),
        new("asyncio", "/usr/bin/python3", [Path.Combine("perf", "peers", "asyncio_peer.py"), "asyncio"], 50),
        new("uvloop", "/usr/bin/python3", [Path.Combine("perf", "peers", "asyncio_peer.py"), "uvloop"], 50),
        new("node", "node", [Path.Combine("perf", "peers", "node_peer.mjs")], 20),
    ];

    public string[] CommandFor(PeerQuestion question) => [.. Arguments, question.Workload, .. question.Times(question.IsScaled ? 1.0 / Slowness : 1)];
}
