using Mainspring.Perf.Measurements;

namespace Mainspring.Perf;

/// <summary>All workloads, with what is asked of them.</summary>
internal static class Suite
{
    private const long Megabyte = 1_000_000;

    private const string ThenATickBegins = "The rows after it say when the loop read the clock after its wait, which is where C stores a number and is done; what lies between is the beginning of a tick.";

    /// <summary>The packages that are measured where they can be restored, and could not be.</summary>
    public static IReadOnlyList<string> NotBuilt { get; } =
    [
#if !HAS_SILK
        "Silk.NET",
#endif
#if !HAS_PORTS
        "System.IO.Ports",
#endif
#if !HAS_IOT
        "System.Device.Gpio",
#endif
    ];

    public static List<Workload> Workloads(bool quick)
    {
        long Scaled(long full) => quick ? full / 4 : full;
        return
        [
            new("callbacks", "schedule and run a callback, 1,000 in flight", "callbacks", "callbacks", [Scaled(100_000_000)],
            [
                new("CallSoon(Action)", "action", "ring", Target.Ratio(3)) { IsFree = true },
                new("CallSoon(Action<T>, T)", "state", "ring", Target.Ratio(3)) { IsFree = true },
            ]),
            Timers("timers-100k", "100 k", 100_000, Scaled(8_000_000), accepted: 10),
            Timers("timers-1m", "1 M", 1_000_000, quick ? 1_000_000 : 8_000_000, accepted: 40),
            new("expiry", "1 M timers expire on a virtual clock", "expiry", "expiry", [1_000_000],
            [
                new("per timer", "expiry", Comparison.None, Target.Value(60).But(120, "Nanoseconds are those of this machine in this hour: a million timers lie in no cache. C's wheel beside it is the row after it.")),
                new("per timer; C: wheel", "expiry", "wheel", Target.Ratio(1)),
                new("per timer; C: 4-ary heap", "expiry", "heap"),
            ]),
            new("posts-1", "posts from 1 thread, flat out", "posts", "posts", [1, Scaled(10_000_000)],
            [
                new("Post(Action), 1 producer", "post", "ring", Target.Ratio(1.5).But(2.5,
                    "The C program knows that there is one producer: its ring is of fixed size, and no place in it has to be claimed. With a ring into which any thread may post it needs more, as the row after it says.")),
                new("Post(Action), 1 producer; C: any thread may post", "post", "from_any", Target.Ratio(1.5)),
            ]),
            new("posts-4", "posts from 4 threads, flat out", "posts", "posts", [4, Scaled(10_000_000)],
                [new("Post(Action), 4 producers", "post", "ring", Target.Ratio(1.5))]),
            new("group", "two loops of a group send each other messages, 1,000 under way", "group", "group", [Scaled(10_000_000)],
            [
                new("message from loop to loop", "message", "message", Target.Ratio(1.3).But(2.5,
                    "C's ring is of a fixed size, and what it carries are no objects: the collector is told of a callback and its state where they are queued, and again where they are taken. That any thread may post to a loop is not what it costs, as the row after it says.")),
                new("message from loop to loop; C: any thread may post", "message", "from_any"),
            ]),
            new("group-busy", "callbacks of one loop of a group, alone and beside the other one", "group-busy", "hello", [Scaled(100_000_000)],
                [new("callback, both loops busy; one alone", "together", InCSharp("alone"), Target.Ratio(1.1))]),
            new("latency", "a post to a loop that sleeps", "latency", "latency", [Scaled(4_000)],
            [
                new("post to callback, p50", "p50", "p50", Target.Ratio(1.5)),
                new("post to callback, p99", "p99", "p99"),
            ])
            {
                IsPinned = true,
            },
            new("descriptors-pipes", "a byte goes back and forth over two pipes", "descriptors", "descriptors", [0, quick ? 40_000 : 400_000],
                RoundTrips("round trip, 2 pipes")),
            new("descriptors-sockets", "a byte goes back and forth over a socket pair", "descriptors", "descriptors", [1, quick ? 40_000 : 400_000],
                RoundTrips("round trip, socket pair")),
            Echo("echo", "protocols", "protocol", quick ? 20_000 : 100_000),
            Echo("echo-awaits", "awaits", "await", quick ? 20_000 : 100_000),
            new("serial", "a byte at a pseudo-terminal, to a loop that sleeps", "serial", "serial", [Scaled(4_000)],
            [
                new("serial byte to callback, p50", "p50", "p50", Target.Ratio(1.15)),
                new("serial byte to callback, p99", "p99", "p99"),
            ]),
            .. Windows(Scaled(4_000)),
            .. Adapters(quick ? 300 : 1_000),
            Waits("waits-1ms", "1 ms", 1_000_000, Scaled(400)),
            Waits("waits-16.7ms", "16.7 ms", 16_666_667, Scaled(60)),
            Waits("waits-100ms", "100 ms", 100_000_000, Scaled(12)),
            .. quick ? (Workload[])[] : [Waits("waits-2s", "2 s", 2_000_000_000, 3)],
            .. ((int[])(quick ? [60, 1000] : [60, 240, 1000])).SelectMany(hz => FrameStarts(hz, quick ? hz / 2 : hz * 3)),
            new("idle-10k", "bytes go back and forth over ten socket pairs, beside 10 k sources that are silent", "idle", "idle", [10_000, quick ? 40_000 : 400_000],
            [
                new("round trip, 10 k silent sources; none", "beside", InCSharp("alone"), Target.Ratio(1.1)),
                new("round trip, 10 k silent sources", "beside", "beside", Target.Ratio(1.3)),
            ]),
            new("memory", "what the loop holds", "memory", "hello", [],
            [
                new("memory of a timer, 1 M of them", "timer", Comparison.None, Target.Value(64), Unit.SmallBytes),
                new("memory of a job, 100 k of them", "job", Comparison.None, Target.Value(200), Unit.SmallBytes),
                new("memory of a source, 10 k of them", "source", Comparison.None, Target.Value(300), Unit.SmallBytes),
            ]),
            new("budget", "60 Hz, 6 ms of work a frame, without and with twice as much background work as fits", "budget", "hello", [quick ? 60 : 300],
            [
                new("frames late without background work", "late_alone", Comparison.None, Unit: Unit.Count),
                new("frames late with it", "late_together", Comparison.None, Unit: Unit.Count),
                new("frame start without it, p50", "start_alone", Comparison.None),
                new("frame start with it, p50", "start_together", Comparison.None),
                new("free time that it did not get", "unused", Comparison.None, Target.Value(10), Unit.Percent),
            ]),
            new("embed", "1 M calls soon from C, through mainspring.h", "c:embed", "soon", [1_000_000],
            [
                new("ms_call_soon, 1 M and then run", "at_once", "at_once", Target.Ratio(3)),
                new("ms_call_soon, 1,000 in flight", "in_flight", "in_flight", Target.Ratio(3)),
            ]),
            new("awaits", "100 k jobs and methods wait for the next frame again and again", "awaits", "awaits", [100_000, Scaled(400)],
            [
                new("step of a job; a bare MoveNext list", "job", InCSharp("list"), Target.Ratio(3)) { IsFree = true },
                // Asked for in nanoseconds, 6 and 17, where the list took 1.8 and 1.9.
                new("resume of an async LoopTask method; the list", "loop_task", InCSharp("list"), Target.Ratio(6 / 1.8)) { IsFree = true },
                new("resume of an async Task method; the list", "task", InCSharp("list"), Target.Ratio(17 / 1.9)),
                new("the list; one in C", "list", "list"),
            ]),
            new("awaits-plain", "100 k jobs that yield null", "awaits-plain", "awaits", [100_000, Scaled(400)],
                [new("step of a job that yields null; the list", "job", InCSharp("list"), Target.Ratio(3)) { IsFree = true }]),
            new("awaits-ten", "100 k jobs of ten kinds in turns", "awaits-ten", "awaits", [100_000, Scaled(400)],
                [new("step of one of ten kinds of jobs; a list of ten", "job", InCSharp("list"), Target.Ratio(3))]),
            new("hello", "the smallest program with a loop: its start", Workload.ProgramBeside + "mainspring-hello", "hello", [],
            [
                new("exec to first tick", "tick_at", "tick_at", Target.Value(3 * Megabyte)),
                new("resident memory at the first tick", "resident", "resident", Target.Value(6 * Megabyte), Unit.Bytes),
                new("size of the file", "size", "size", Target.Value(2 * Megabyte), Unit.Bytes),
            ]),
        ];
    }

    /// <summary>A published program: it is run as <c>PROGRAM run --simulate --for 0</c>, and its whole life is measured.</summary>
    public static Workload Host(string path) => new("host", "a published program's start", path, "hello", [],
    [
        new("exec to first output", "first_output", "first_output", Target.Value(10 * Megabyte)),
        new("resident memory after it", "host_resident", "resident", Target.Value(12 * Megabyte), Unit.Bytes),
        new("size of the file", "size", "size", Target.Value(5 * Megabyte), Unit.Bytes),
    ]);

    private static string InCSharp(string name) => Comparison.InOurs + name;

    private static Workload Timers(string name, string outstanding, long count, long operations, double accepted) =>
        new(name, $"cancel a timer and schedule another, {outstanding} outstanding", "timers", "timers", [count, operations],
        [
            new($"Cancel + CallAt, {outstanding}; C: 1 ms wheel", "at", "wheel", Target.Ratio(3).But(accepted,
                "That wheel knows a number and a millisecond of a timer, 12 bytes, so that more of it stays in a cache. One that promises what ours does costs C more, too, as two rows after it.")) { IsFree = true },
            new($"Cancel + CallAt, {outstanding}; C: 4-ary heap", "at", "heap"),
            new($"Cancel + CallAt, {outstanding}; C: a wheel that promises the same", "at", "records", Target.Ratio(3)),
            new($"Cancel + CallLater, {outstanding}; C: 1 ms wheel", "later", "wheel"),
        ]);

    // Only on a display that is there for this.
    private static Workload[] Windows(long keys) => Window.IsPossible
        ?
        [
            new("window", "a key at the display, to a loop that sleeps", "window", "window", [keys],
            [
                new("key to callback, p50", "p50", "p50", Target.Ratio(1.3)),
                new("key to callback, p99", "p99", "p99"),
            ]),
#if HAS_SILK
            new("adapter-silk", "a key at the display, natively and through Silk.NET", "adapter-silk", "window", [keys],
            [
                new("GlfwWindow, p50; C: GLFW and poll", "native_p50", "p50"),
                new("SilkWindowSource, p50; GlfwWindow", "source_p50", InCSharp("native_p50")),
                new("SilkWindowSource, p99; GlfwWindow", "source_p99", InCSharp("native_p99")),
            ]),
#endif
        ]
        : [];

    // The packages' ways beside our own: the reference is the native path in the same process, so that the ratio is what a package costs. Those that this program was built with.
    private static Workload[] Adapters(long events) =>
    [
#if HAS_PORTS
        new("adapter-ports", "a byte at a pseudo-terminal, natively and through System.IO.Ports", "adapter-ports", "serial", [events],
        [
            new("LinuxSerialPort, p50; C: epoll", "native_p50", "p50"),
            new("SerialPortSource, p50; LinuxSerialPort", "source_p50", InCSharp("native_p50")),
            new("SerialPortSource, p99; LinuxSerialPort", "source_p99", InCSharp("native_p99")),
            new("SerialPort.DataReceived alone, p50; LinuxSerialPort", "alone_p50", InCSharp("native_p50")),
            new("SerialPort.DataReceived alone, p99; LinuxSerialPort", "alone_p99", InCSharp("native_p99")),
        ]),
#endif
#if HAS_IOT
        new("adapter-iot", "an edge of a driver of System.Device.Gpio, which calls back on a thread of its own", "adapter-iot", "latency", [events],
        [
            new("a bare Post to the loop, p50; C: eventfd and epoll", "bare_p50", "p50"),
            new("GpioControllerSource, p50; the bare Post", "source_p50", InCSharp("bare_p50")),
            new("GpioControllerSource, p99; the bare Post", "source_p99", InCSharp("bare_p99")),
            new("GpioController alone, on the driver's thread, p50; the bare Post", "alone_p50", InCSharp("bare_p50")),
        ]),
#endif
    ];

    private static Comparison[] RoundTrips(string title) =>
    [
        new(title, "epoll", "epoll", Target.Ratio(1.15).But(1.5,
            "The C program has one thread and no clock. The kernel counts the users of a descriptor in every call once a process has a second thread, which every .NET program has; and what has timers reads the clock after every wait, as the rows after it do. What is left beside them is a tick, whose instructions `./build.sh gate` counts.")),
        new($"{title}; C with a second thread", "epoll", "threads"),
        new($"{title}; C with a second thread, and a look at the clock", "epoll", "clock"),
    ];

    private static Workload Echo(string name, string style, string result, long rounds) =>
        new(name, $"a message goes to and fro on each of 1,000 TCP connections, by {style}", name, "echo", [1_000, rounds],
            [
                new($"round trip, {style}", result, "echo", Target.Ratio(1.3)),
                Comparison.With("libuv", $"round trip, {style}; libuv", result, style == "awaits"
                    ? Target.Ratio(1).But(1.15, "libuv writes at once here and is called when something came, which is what the row of protocols does. Each await resumes a method besides.")
                    : Target.Ratio(1)),
                Comparison.With("libuv_write", $"round trip, {style}; libuv, by requests", result, Target.Ratio(1)),
                Comparison.With("uvloop", $"round trip, {style}; uvloop", result, Target.Ratio(1)),
            ],
            "echo_libuv",
            "echo_write_libuv",
            "echo_uvloop");

    private static Workload Waits(string name, string delay, long delayNs, long count) =>
        new(name, $"lateness of a timer after {delay}", "waits", "waits", [delayNs, Math.Max(1, count)],
            [
                new($"late after {delay}, p50", "p50", "p50", Target.Ratio(1.2).But(1.6, ThenATickBegins)),
                new($"  when the loop read the clock, p50", "begun_p50", "p50", Target.Ratio(1.2)),
                new($"late after {delay}, p50; C: epoll and a timerfd", "p50", "timerfd"),
            ]);

    // Idle, and with the other processor busy; asleep until the frame, and spinning before it.
    private static Workload[] FrameStarts(int hz, long count) =>
    [
        Frames($"frames-{hz}", $"{hz} Hz", "frames", [hz, count], 1.2, 1.5, isLoaded: false),
        Frames($"frames-{hz}-loaded", $"{hz} Hz, a processor busy", "frames", [hz, count], 1.2, 1.5, isLoaded: true),
        Frames($"frames-{hz}-hybrid", $"{hz} Hz, hybrid", "frames-hybrid", [hz, count, 1], 2, 2, isLoaded: false),
        Frames($"frames-{hz}-hybrid-loaded", $"{hz} Hz, hybrid, a processor busy", "frames-hybrid", [hz, count, 1], 2, 2, isLoaded: true),
    ];

    // The rarer the frame, the less of the loop is in a cache after the sleep: so much more is accepted.
    private static Workload Frames(string name, string what, string ours, long[] arguments, double middle, double late, bool isLoaded)
    {
        double accepted = arguments[0] switch { < 100 => 80, < 1000 => 40, _ => 20 };
        return new(name, $"lateness of a frame's start, {what}", ours, "frames", arguments,
        [
            new($"frame start at {what}, p50", "p50", "p50", Target.Ratio(middle).But(ours == "frames-hybrid" ? accepted : 1.4, ThenATickBegins)),
            new($"frame start at {what}, p99", "p99", "p99", ours == "frames-hybrid" ? Target.Ratio(late).But(accepted, ThenATickBegins) : Target.Ratio(late)),
            .. ours == "frames-hybrid"
                ? (Comparison[])
                [
                    new($"  when the loop read the clock for it (in steps of 100 ns), p50", "begun_p50", "p50", Target.Ratio(middle)),
                    new($"  when the loop read the clock for it (in steps of 100 ns), p99", "begun_p99", "p99", Target.Ratio(late)),
                ]
                : [new("  when the loop read the clock after its wait (in steps of 100 ns), p50", "awake_p50", "p50", Target.Ratio(middle))],
        ])
        {
            IsLoaded = isLoaded,
        };
    }
}
