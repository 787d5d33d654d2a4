using System.Text;
using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Pi.Tests;

/// <summary>Rules on a chip in memory and a virtual clock: every time is exact.</summary>
public sealed class MachineTests
{
    private const string Lines = """
        "lines": {
          "led": { "chip": "c", "line": 17, "direction": "output", "safe": "low" },
          "fan": { "chip": "c", "line": 27, "direction": "output", "initial": "high", "safe": "high" },
          "button": { "chip": "c", "line": 4, "direction": "input", "bias": "pull-up", "debounce": "5ms" },
          "door": { "chip": "c", "line": 5, "direction": "input", "activeLow": true, "bias": "pull-up" }
        },
        """;

    [Fact]
    public void While_a_line_is_active_an_output_blinks_on_a_grid_and_is_low_afterwards()
    {
        using var bench = new Bench($$"""{ {{Lines}} "rules": [ { "while": { "line": "door" }, "blink": { "line": "led", "hz": 2, "duty": 0.2 } } ] }""");
        bench.Chip.At(Ms(1000), 5, false);
        bench.Chip.At(Ms(2250), 5, true);
        bench.RunFor(Ms(4000));

        Assert.Equal([(Ms(1000), true), (Ms(1100), false), (Ms(1500), true), (Ms(1600), false), (Ms(2000), true), (Ms(2100), false)], bench.Changes(17));
        Assert.Equal((false, 1L), (bench.Machine.Holding[0].Holds, bench.Machine.Holding[0].Times));
    }

    [Fact]
    public void A_falling_edge_that_is_debounced_acts_once_and_its_deadline_counts_from_the_edge()
    {
        using var bench = new Bench($$"""{ {{Lines}} "rules": [ { "on": { "edge": "button", "falling": true }, "pulse": { "line": "led", "for": "50ms" }, "within": "1ms" } ] }""");
        bench.Chip.Press(Ms(100), 4, Ms(200), bounces: 3, bounceTime: Ms(1));
        bench.RunFor(Ms(1000));

        (TimeSpan When, bool High)[] changes = bench.Changes(17);
        Assert.Equal([true, false], changes.Select(static change => change.High));
        Assert.Equal(Ms(50), changes[1].When - changes[0].When);
        ActingRule rule = bench.Machine.Acting[0];
        Assert.Equal((1L, 0L, 0L), (rule.Runs, rule.Failures, rule.Misses));
    }

    [Fact]
    public void Every_period_an_output_changes()
    {
        using var bench = new Bench($$"""{ {{Lines}} "rules": [ { "on": { "every": "100ms" }, "toggle": { "line": "led" } } ] }""");
        bench.RunFor(Ms(350));
        Assert.Equal([(Ms(100), true), (Ms(200), false), (Ms(300), true)], bench.Changes(17));
    }

    [Fact]
    public void Conditions_are_joined_and_negated_and_one_rule_may_stand_on_the_output_of_another()
    {
        using var bench = new Bench($$"""
            { {{Lines}} "rules": [
              { "while": { "line": "led" }, "set": { "line": "fan", "to": "low" } },
              { "while": { "line": "door", "not": { "line": "button" } }, "set": { "line": "led" } }
            ] }
            """);
        bench.Chip.Drive(4, true);
        bench.Chip.At(Ms(100), 5, false); // the door is open
        bench.Chip.At(Ms(200), 4, false);
        bench.Chip.At(Ms(300), 5, true);
        bench.RunFor(Ms(1000));

        Assert.Equal([(Ms(205), true), (Ms(300), false)], bench.Changes(17));
        Assert.Equal([(Ms(205), false), (Ms(300), true)], bench.Changes(27));
    }

    [Fact]
    public void What_is_sent_to_a_port_that_goes_away_is_a_failure_of_its_rule()
    {
        using var bench = new Bench("""{ "ports": { "A": { "device": "a" } }, "rules": [ { "on": { "disconnected": "A" }, "send": { "port": "A", "text": "BYE" } } ] }""");
        bench.RunFor(Ms(100));
        bench.Serial!.Peer.Unplug();
        bench.RunFor(Ms(100));
        Assert.Equal((1L, 1L), (bench.Machine.Acting[0].Runs, bench.Machine.Acting[0].Failures));
        Assert.Contains("port 'A' is not open", bench.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_that_contradict_each_other_do_not_hold_the_loop()
    {
        using var bench = new Bench($$"""
            { {{Lines}} "rules": [
              { "while": { "not": { "line": "led" } }, "set": { "line": "fan" } },
              { "while": { "line": "fan" }, "set": { "line": "led" } }
            ] }
            """);
        bench.RunFor(Ms(1000));
        Assert.Equal(Ms(1000), bench.Loop.Now);
    }

    [Fact]
    public void Outputs_take_their_safe_levels_when_the_machine_ends()
    {
        var bench = new Bench($$"""{ {{Lines}} "rules": [ { "on": { "start": true }, "set": { "line": "led", "to": "high" } }, { "on": { "every": "10ms" }, "set": { "line": "fan", "to": "low" } } ] }""");
        bench.RunFor(Ms(100));
        Assert.Equal((true, false), (bench.Chip.Level(17), bench.Chip.Level(27)));
        bench.Dispose();
        Assert.Equal((false, true), (bench.Chip.Level(17), bench.Chip.Level(27)));
    }

    [Fact]
    public void A_chip_that_goes_and_returns_gets_the_levels_that_the_rules_want()
    {
        using var bench = new Bench($$"""{ {{Lines}} "rules": [ { "on": { "every": "900ms" }, "set": { "line": "led", "to": "high" } } ] }""");
        bench.Loop.CallAt(Ms(500), bench.Chip.Remove);
        bench.Loop.CallAt(Ms(1500), bench.Chip.Restore);
        bench.RunFor(Ms(2500)); // it is looked for 100, 300, 700 and 1500 ms after it went
        Assert.True(bench.Chip.Level(17));
        Assert.Equal((2L, 2L), (bench.Machine.Acting[0].Runs, bench.Machine.Acting[0].Failures));
        Assert.Contains("disconnected: chip c:", bench.Log, StringComparison.Ordinal);
        Assert.Contains("'led' cannot be set now: its chip is away", bench.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SensorType.U8, 0xFF)]
    [InlineData(SensorType.I8, -1)]
    [InlineData(SensorType.U16BigEndian, 0xFF02)]
    [InlineData(SensorType.I16BigEndian, -254)]
    [InlineData(SensorType.U16LittleEndian, 0x02FF)]
    [InlineData(SensorType.I16LittleEndian, 0x02FF)]
    public void The_bytes_of_a_register_are_a_number_by_their_type(object type, int number)
    {
        Assert.Equal(number, MachineSensor.NumberOf((SensorType)type, [0xFF, 0x02]));
    }

    [Theory]
    [InlineData("8:1234", "socket:[1234]", true)]
    [InlineData("8:1234", "socket:[12345]", false)]
    [InlineData("8:1234", "/dev/pts/1", false)]
    [InlineData("8:1234", null, false)]
    [InlineData(null, "socket:[1234]", false)]
    public void The_journal_is_known_by_its_socket(string? stream, string? target, bool isJournal)
    {
        Assert.Equal(isJournal, Journal.Reads(stream, target));
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private sealed class Bench : IMachineDevices
    {
        private readonly MemoryStream _logged = new();
        private readonly BoundedWriter _writer;
        private readonly List<(int Line, TimeSpan When, bool High)> _changes = [];

        public Bench(string json)
        {
            var problems = new ConfigProblems("test");
            MachineConfig? config = MachineReader.Parse(Encoding.UTF8.GetBytes(json), problems);
            Assert.Equal("", string.Join('\n', problems.Messages));
            _writer = new BoundedWriter(_logged);
            var log = new MachineLog(_writer, isJson: false, isQuiet: false, forJournal: false);
            Loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), Log = log });
            Machine = new Machine(config!, this, Loop, log);
            Machine.Start();
            Chip.OutputChanged += (line, high, when) => _changes.Add((line, when, high));
        }

        public MainLoop Loop { get; }

        public Machine Machine { get; }

        public SimulatedGpioChip Chip { get; } = new(32, "c");

        public string Log
        {
            get
            {
                _writer.Flush(TimeSpan.FromSeconds(30));
                return Encoding.UTF8.GetString(_logged.ToArray());
            }
        }

        public void RunFor(TimeSpan time) => Loop.Run(new Mainspring.RunOptions { For = time });

        public (TimeSpan When, bool High)[] Changes(int line) => [.. _changes.Where(change => change.Line == line).Select(static change => (change.When, change.High))];

        public SimulatedSerialPort? Serial { get; private set; }

        public ISerialPort Port(PortConfig config) => Serial = new SimulatedSerialPort(config.Device, config.Options);

        IGpioLines IMachineDevices.Lines(string chip, GpioOptions options) => Chip.CreateLines(options);

        public LoopTask ReadAsync(SensorConfig sensor, byte[] bytes) => throw new NotSupportedException("These tests have no sensors.");

        public void Dispose()
        {
            Loop.Dispose();
            Machine.Dispose();
            _writer.Dispose();
        }
    }
}
