using System.Text;

namespace Mainspring.Pi.Tests;

public sealed class MachineReaderTests
{
    private const string Devices = """
        "ports": { "A": { "device": "/dev/ttyUSB0", "reads": "nmea" }, "B": { "device": "/dev/ttyS1", "reads": "lines" }, "C": { "device": "/dev/ttyS2" } },
        "lines": {
          "led": { "chip": "gpiochip0", "line": 17, "direction": "output", "safe": "low" },
          "fan": { "chip": "gpiochip0", "line": 27, "direction": "output" },
          "button": { "chip": "gpiochip0", "line": 4, "direction": "input", "edges": "falling" }
        },
        "sensors": { "board": { "bus": "i2c-1", "address": "0x48", "register": 0, "type": "i16be" } },
        "record": { "file": "record" },
        """;

    [Fact]
    public void The_example_is_right_and_says_what_the_issue_says()
    {
        MachineConfig? config = Parse(File.ReadAllText(Repository.Find("hosts/pi/example.json")), out string problems);

        Assert.Equal("", problems);
        RuleConfig blink = config!.Rules[0], ping = config.Rules[2];
        Assert.Equal(new ConditionConfig.Fix("A"), blink.While);
        Assert.Equal(new ActionConfig.Blink("led", TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(250)), Assert.Single(blink.Actions));
        Assert.Equal(new TriggerConfig.Edge("button", Rising: false, Falling: true), ping.On);
        Assert.Equal("PING\n"u8.ToArray(), Assert.IsType<ActionConfig.Send>(Assert.Single(ping.Actions)).Bytes);
        Assert.Equal(TimeSpan.FromMilliseconds(1), ping.Within);
        LineConfig button = config.Lines.Single(static line => line.Name == "button");
        Assert.Equal((4, TimeSpan.FromMilliseconds(5), Mainspring.Devices.GpioBias.PullUp), (button.Line.Offset, button.Line.Debounce, button.Line.Bias));
        Assert.Equal(4800, config.Ports[0].Options.BaudRate);
    }

    [Fact]
    public void A_section_of_an_appsettings_file_is_a_configuration()
    {
        MachineConfig? config = Parse("""{ "Logging": { "LogLevel": {} }, "Machine": { "ports": { "A": { "device": "/dev/x" } } } }""", out string problems);
        Assert.Equal("", problems);
        Assert.Equal("A", Assert.Single(config!.Ports).Name);
        Assert.Null(Parse("""{ "Machine": { "ports": { "A": { "device": 5 } } } }""", out problems));
        Assert.Equal("pi.json:1: Machine.ports.A.device: has to be a text, and is the number 5", problems);
    }

    [Fact]
    public void All_problems_are_told_at_once_each_with_its_line_and_key()
    {
        Parse("""
            {
              "ports": { "A": { "device": "/dev/ttyUSB0", "baud": "fast" } },
              "lines": {
                "led": { "chip": "gpiochip0", "line": 17, "direction": "output", "sefe": "low" },
                "button": { "chip": "gpiochip0", "line": 4, "direction": "input", "edges": "falling", "debounce": "5 sec" },
                "door": { "chip": "/dev/gpiochip0", "line": 4, "direction": "in" }
              },
              "rules": [
                { "while": { "fix": "A" }, "blink": { "line": "led", "hz": "2Hz" } },
                { "on": { "edge": "button", "rising": true },
                  "send": { "port": "B", "text": "PING\n" }, "within": 1 },
                { "on": { "every": "10s" } }
              ]
            }
            """, out string problems);

        Assert.Equal(
            """
            pi.json:2: ports.A.baud: has to be a number from 1 to 2147483647 bits per second, without quotes and unit, and is the text 'fast'
            pi.json:4: lines.led.sefe: is no key; did you mean 'safe'? keys are: chip, line, direction, activeLow, bias, edges, debounce, drive, initial, safe
            pi.json:5: lines.button.debounce: 'sec' is no unit of time; give a number and its unit (us, ms, s, m, h), such as "5ms"
            pi.json:6: lines.door.direction: has to be input or output, and is the text 'in'
            pi.json:6: lines.door.line: is 'button' already: a line has one user
            pi.json:9: rules[0].while.fix: port 'A' reads nothing: it needs "reads": "nmea"
            pi.json:9: rules[0].blink.hz: has to be a number from 0.001 to 1000 times per second, without quotes and unit, and is the text '2Hz'
            pi.json:10: rules[1].on.rising: 'button' has no rising edges: its "edges" have to be "rising" or "both"
            pi.json:11: rules[1].send.port: there is no port 'B'; ports are: A
            pi.json:11: rules[1].within: has to be a duration in quotes, and is the number 1; give a number and its unit (us, ms, s, m, h), such as "5ms"
            pi.json:12: rules[2]: does nothing: give it 'send', 'set', 'toggle', 'pulse' or 'log'
            """.ReplaceLineEndings("\n"),
            problems);
    }

    [Theory]
    [InlineData("""{ "while": { "fix": "A" }, "on": { "every": "1s" }, "set": { "line": "led" } }""", "rules[0].on: stands beside 'while': a rule has one of them; make two rules")]
    [InlineData("""{ "set": { "line": "led", "to": "high" } }""", "rules[0]: has neither 'while' nor 'on': say while what it holds, or on what it acts")]
    [InlineData("""{ "while": {}, "set": { "line": "led" } }""", "rules[0].while: is empty: give it 'fix', 'connected', 'line', 'sensor' or 'not'")]
    [InlineData("""{ "while": { "line": "button" }, "set": { "line": "led" } }""", "rules[0].while.line: 'button' does not tell all its changes: it needs \"edges\": \"both\"")]
    [InlineData("""{ "while": { "sensor": "board" }, "set": { "line": "led" } }""", "rules[0].while.sensor: needs 'above' or 'below', a limit")]
    [InlineData("""{ "while": { "fix": "A", "above": 3 }, "set": { "line": "led" } }""", "rules[0].while.above: is a limit of a 'sensor'")]
    [InlineData("""{ "while": { "fix": "A" }, "set": { "line": "button" } }""", "rules[0].set.line: 'button' is an input, and an output is needed")]
    [InlineData("""{ "while": { "fix": "A" }, "set": { "line": "led" }, "within": "1ms" }""", "rules[0].within: is a deadline of an 'on' rule: what holds for a time has none")]
    [InlineData("""{ "while": { "fix": "A" }, "send": { "port": "A", "text": "x" } }""", "rules[0].send: acts once, on something; a 'while' rule uses 'blink' or 'set'")]
    [InlineData("""{ "on": { "start": true }, "blink": { "line": "led", "hz": 1 } }""", "rules[0].blink: goes on for as long as a 'while' holds; an 'on' rule acts once: use 'set', 'toggle' or 'pulse'")]
    [InlineData("""{ "on": { "start": true }, "set": { "line": "led" } }""", "rules[0].set: 'to' is missing: give \"high\" or \"low\"")]
    [InlineData("""{ "on": { "start": true, "every": "1s" }, "toggle": { "line": "led" } }""", "rules[0].on: has every and start: a rule acts on one thing; make two rules")]
    [InlineData("""{ "on": { "edge": "led" }, "toggle": { "line": "fan" } }""", "rules[0].on.edge: 'led' is an output, and an input is needed")]
    [InlineData("""{ "on": { "received": "C" }, "toggle": { "line": "fan" } }""", "rules[0].on.received: port 'C' reads nothing: it needs \"reads\": \"lines\"")]
    [InlineData("""{ "on": { "start": true }, "send": { "port": "A" } }""", "rules[0].send: has nothing to send: give 'text', or 'bytes' as hexadecimal digits")]
    [InlineData("""{ "on": { "start": true }, "send": { "port": "A", "bytes": "5" } }""", "rules[0].send.bytes: has to be pairs of hexadecimal digits, such as \"50 49 0A\", and is '5'")]
    [InlineData("""{ "on": { "start": true }, "log": { "text": "a\nb" } }""", "rules[0].log.text: has to be one line of at most 4096 characters, without control characters")]
    [InlineData("""{ "on": { "strat": true }, "toggle": { "line": "fan" } }""", "rules[0].on: has to be one of edge, received, every, connected, disconnected, start")]
    [InlineData("""{ "name": "a\nb", "on": { "start": true }, "log": { "text": "x" } }""", "rules[0].name: a name has 1 to 64 characters, and no control characters")]
    [InlineData("""5""", "rules[0]: has to be an object, { … }, and is the number 5")]
    public void A_rule_that_makes_no_sense_is_told_by_its_key(string rule, string problem)
    {
        Assert.Null(Parse($"{{ {Devices} \"rules\": [ {rule} ] }}", out string problems));
        Assert.Contains(problem, problems.Split('\n').Select(static line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
    }

    [Fact]
    public void An_output_that_two_conditions_drive_is_refused()
    {
        Parse($$"""{ {{Devices}} "rules": [ { "name": "one", "while": { "fix": "A" }, "set": { "line": "led" } }, { "while": { "connected": "B" }, "blink": { "line": "led", "hz": 1 } } ] }""", out string problems);
        Assert.EndsWith("rules[1].blink.line: 'led' is driven by the rule 'one' already; give each rule an output of its own", problems, StringComparison.Ordinal);
    }

    [Fact]
    public void More_lines_of_a_chip_than_the_kernel_gives_at_once_are_told_before_it_refuses()
    {
        string lines = string.Join(", ", Enumerable.Range(0, 65).Select(static i => $$"""
            "l{{i}}": { "chip": "c", "line": {{i}}, "direction": "input" }
            """));
        Parse($$"""{ "lines": { {{lines}} } }""", out string problems);
        Assert.Contains("lines: chip 'c': ", problems, StringComparison.Ordinal);
        Assert.DoesNotContain("arameter", problems, StringComparison.Ordinal);
        Assert.Contains("65 lines", problems, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty; it has to be a JSON object")]
    [InlineData("{ \"ports\": { }", "the file ends too early: a } or ] is missing")]
    [InlineData("{\n  \"ports\" { } }", "pi.json:2: column 11: this is no JSON, near '{ } }'")]
    [InlineData("{ \"a\": 1 } x", "this is no JSON")]
    [InlineData("[]", "has to be an object, { … }, and is a list")]
    [InlineData("{}", "defines no devices")]
    [InlineData("{ \"ports\": { \"A\": { \"device\": \"/dev/x\" }, \"A\": { \"device\": \"/dev/y\" } } }", "ports.A: is there already, in line 1; a name is given once")]
    public void What_is_no_configuration_is_told_with_its_place(string json, string problem)
    {
        Assert.Null(Parse(json, out string problems));
        Assert.Contains(problem, problems, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_no_UTF8_is_told_and_a_byte_order_mark_is_no_problem()
    {
        var problems = new ConfigProblems("pi.json");
        Assert.Null(MachineReader.Parse([.. "{ \"ports\": { \"A\": { \"device\": \""u8, 0xFF, .. "\" } } }"u8], problems));
        Assert.False(problems.IsEmpty);
        Assert.NotNull(MachineReader.Parse("\uFEFF{ \"ports\": { \"A\": { \"device\": \"x\" } } }"u8, new ConfigProblems("pi.json")));
    }

    [Theory]
    [InlineData("5ms", 5.0)]
    [InlineData("1.5 s", 1500.0)]
    [InlineData("250us", 0.25)]
    [InlineData("2m", 120_000.0)]
    [InlineData("1h", 3_600_000.0)]
    [InlineData("5", null)]
    [InlineData("ms", null)]
    [InlineData("-5ms", null)]
    [InlineData("1e3ms", null)]
    [InlineData("1.2.3s", null)]
    [InlineData("99999999999999h", null)]
    public void Durations_have_units(string text, double? milliseconds)
    {
        string? problem = Duration.Parse(text, out TimeSpan duration);
        Assert.Equal(milliseconds, problem is null ? duration.TotalMilliseconds : null);
    }

    [Fact]
    public void A_name_that_fits_no_line_of_the_record_is_refused()
    {
        Assert.NotNull(Parse($$"""{ "ports": { "{{new string('p', 64)}}": { "device": "/dev/x" } } }""", out _));
        Assert.Null(Parse($$"""{ "ports": { "{{new string('p', 65)}}": { "device": "/dev/x" } } }""", out string problems));
        Assert.EndsWith("a name has 1 to 64 characters, and no control characters", problems, StringComparison.Ordinal);
    }

    [Fact]
    public void An_acknowledgement_that_no_port_can_queue_is_refused()
    {
        Parse($$$"""{ {{{Devices}}} "rules": [ { "on": { "start": true }, "log": { "text": "x", "acknowledge": { "port": "B", "text": "{{{new string('n', 4097)}}}" } } } ] }""", out string problems);
        Assert.EndsWith("rules[0].log.acknowledge.text: has 4097 characters to send; the most is 4096", problems, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_deep_a_nesting_is_told_as_such()
    {
        Parse(string.Concat(Enumerable.Repeat("""{ "a": """, 40)), out string problems);
        Assert.EndsWith("this is nested deeper than 32 levels", problems, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_megabytes_is_refused_soon_and_in_few_words()
    {
        Assert.Null(Parse($$"""{ "ports": { "A": { "device": "/dev/x", "{{new string('k', 4_000_000)}}": 1 } } }""", out string problems));
        Assert.True(problems.Length < 3000, $"{problems.Length} characters");
    }

    private static MachineConfig? Parse(string json, out string problems)
    {
        var found = new ConfigProblems("pi.json");
        MachineConfig? config = MachineReader.Parse(Encoding.UTF8.GetBytes(json), found);
        problems = string.Join('\n', found.Messages);
        Assert.Equal(config is null, problems.Length > 0);
        return config;
    }
}
