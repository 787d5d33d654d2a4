using System.Buffers;
using System.Text;
using Mainspring.Devices;

namespace Mainspring.Pi;

/// <summary>Reads the rules, which stand on the devices that are defined.</summary>
internal sealed class RuleReader(
    ConfigProblems problems, List<PortConfig> ports, List<LineConfig> lines, List<string> portNames, List<string> lineNames, List<string> sensorNames, bool hasRecord)
{
    /// <summary>Logical levels: "high" is active, also of a line that is active when its voltage is low.</summary>
    public static readonly (string Word, bool Value)[] Levels = [("low", false), ("high", true)];

    private const int LongestText = 4096;

    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_microsecond = TimeSpan.FromMicroseconds(1);

    private readonly List<(string Line, string Rule)> _driven = []; // by conditions: for as long as they hold

    public List<RuleConfig> Read(ConfigSection root)
    {
        var rules = new List<RuleConfig>();
        foreach (ConfigNode node in root.Items("rules"))
        {
            if (Rule(new ConfigSection(node, problems)) is { } rule)
            {
                if (rules.Exists(other => other.Name == rule.Name))
                {
                    problems.Add(node.Find("name") ?? node, $"another rule is called '{rule.Name}' already");
                }

                rules.Add(rule);
            }
        }

        return rules;
    }

    private RuleConfig? Rule(ConfigSection section)
    {
        string name = section.Text("name") ?? section.Node.Path[(section.Node.Path.IndexOf("rules[", StringComparison.Ordinal) is var at and >= 0 ? at : 0)..];
        if (section.Has("name") && !ConfigSection.IsName(name))
        {
            section.Wrong("name", ConfigSection.NameWanted);
        }

        ConfigSection? condition = section.Section("while");
        ConfigSection? trigger = section.Section("on");
        if (section.Node.Kind == ConfigKind.Object && (condition is null) == (trigger is null))
        {
            section.Wrong(condition is null ? null : "on", condition is null
                ? "has neither 'while' nor 'on': say while what it holds, or on what it acts"
                : "stands beside 'while': a rule has one of them; make two rules");
        }

        var actions = new List<ActionConfig>();
        bool isWhile = condition is not null;
        ConditionConfig? holds = condition is null ? null : Condition(condition);
        TriggerConfig? happens = trigger is null ? null : Trigger(trigger);
        Add(actions, Blink(section, isWhile, name));
        Add(actions, Set(section, isWhile, name));
        Add(actions, Toggle(section, isWhile));
        Add(actions, Pulse(section, isWhile));
        Add(actions, Send(section, isWhile));
        Add(actions, Log(section, isWhile));
        TimeSpan? within = section.Duration("within", s_microsecond, s_day);
        if (within is not null && isWhile)
        {
            section.Wrong("within", "is a deadline of an 'on' rule: what holds for a time has none");
        }

        section.End();
        if (actions.Count == 0 && !HasAction(section.Node))
        {
            section.Wrong(null, isWhile ? "does nothing: give it 'blink' or 'set'" : "does nothing: give it 'send', 'set', 'toggle', 'pulse' or 'log'");
        }

        return actions.Count > 0 && (holds is not null || happens is not null) ? new RuleConfig(name, holds, happens, [.. actions], within) : null;
    }

    private static bool HasAction(ConfigNode node) =>
        node.Kind != ConfigKind.Object || node.Members.Exists(static member => member.Key is "blink" or "set" or "toggle" or "pulse" or "send" or "log");

    private static void Add(List<ActionConfig> actions, ActionConfig? action)
    {
        if (action is not null)
        {
            actions.Add(action);
        }
    }

    private ConditionConfig? Condition(ConfigSection section)
    {
        var parts = new List<ConditionConfig>();
        if (section.Has("fix") && Port(section, "fix", PortReads.Nmea) is { } receiver)
        {
            parts.Add(new ConditionConfig.Fix(receiver));
        }

        if (section.Has("connected") && Port(section, "connected", PortReads.Nothing) is { } port)
        {
            parts.Add(new ConditionConfig.Connected(port));
        }

        if (section.Has("line") && Line(section, "line", null) is { } line)
        {
            parts.Add(new ConditionConfig.Line(line.Name));
            if (!line.IsOutput && line.Line.Edges != GpioEdges.Both)
            {
                section.Wrong("line", $"'{line.Name}' does not tell all its changes: it needs \"edges\": \"both\"");
            }
        }

        double? above = section.Number("above", double.MinValue, double.MaxValue, "");
        double? below = section.Number("below", double.MinValue, double.MaxValue, "");
        string? sensor = section.Has("sensor") ? section.Reference("sensor", "sensor", "sensors", sensorNames) : null;
        if (sensor is not null)
        {
            parts.Add(new ConditionConfig.Sensor(sensor, above, below));
        }

        if (section.Has("sensor") ? above is null && below is null : above is not null || below is not null)
        {
            section.Wrong(section.Has("sensor") ? "sensor" : above is not null ? "above" : "below", section.Has("sensor") ? "needs 'above' or 'below', a limit" : "is a limit of a 'sensor'");
        }

        if (above >= below)
        {
            section.Wrong("above", "is not less than 'below': no value is between them");
        }

        if (section.Section("not") is { } inner && Condition(inner) is { } negated)
        {
            parts.Add(new ConditionConfig.Not(negated));
        }

        section.End();
        if (section.Node.Members.Count == 0)
        {
            section.Wrong(null, "is empty: give it 'fix', 'connected', 'line', 'sensor' or 'not'");
        }

        return parts.Count switch
        {
            0 => null,
            1 => parts[0],
            _ => new ConditionConfig.All([.. parts]),
        };
    }

    private TriggerConfig? Trigger(ConfigSection section)
    {
        string[] kinds = ["edge", "received", "every", "connected", "disconnected", "start"];
        string[] given = Array.FindAll(kinds, section.Has);
        TriggerConfig? trigger = null;
        if (section.Node.Kind == ConfigKind.Object && given.Length != 1)
        {
            section.Wrong(null, given.Length == 0 ? $"has to be one of {string.Join(", ", kinds)}" : $"has {string.Join(" and ", given)}: a rule acts on one thing; make two rules");
        }
        else if (given is ["edge"])
        {
            trigger = Edge(section);
        }
        else if (given is ["received"])
        {
            string? port = Port(section, "received", PortReads.Lines);
            string? text = section.Text("text");
            trigger = port is null ? null : new TriggerConfig.Received(port, text is null ? null : Encoding.UTF8.GetBytes(text));
        }
        else if (given is ["every"])
        {
            trigger = section.Duration("every", TimeSpan.FromMilliseconds(1), s_day) is { } period ? new TriggerConfig.Every(period) : null;
        }
        else if (given is ["connected" or "disconnected"])
        {
            trigger = Port(section, given[0], PortReads.Nothing) is { } port ? new TriggerConfig.Connection(port, given[0] == "connected") : null;
        }
        else if (given is ["start"])
        {
            trigger = new TriggerConfig.Start();
            if (section.Flag("start") == false)
            {
                section.Wrong("start", "has to be true");
            }
        }

        section.End();
        return trigger;
    }

    private TriggerConfig.Edge? Edge(ConfigSection section)
    {
        bool? rising = section.Flag("rising"), falling = section.Flag("falling");
        LineConfig? line = Line(section, "edge", isOutput: false);
        if (rising is null && falling is null)
        {
            (rising, falling) = (line?.Line.Edges.HasFlag(GpioEdges.Rising), line?.Line.Edges.HasFlag(GpioEdges.Falling));
        }

        if (line is null)
        {
            return null;
        }

        Missing("rising", rising is true, GpioEdges.Rising);
        Missing("falling", falling is true, GpioEdges.Falling);
        if (rising is not true && falling is not true)
        {
            section.Wrong("edge", $"no edge of '{line.Name}' is wanted: give \"rising\": true or \"falling\": true, and let the line's \"edges\" be the same or \"both\"");
        }

        return new TriggerConfig.Edge(line.Name, rising is true, falling is true);

        void Missing(string word, bool isWanted, GpioEdges edge)
        {
            if (isWanted && !line.Line.Edges.HasFlag(edge))
            {
                section.Wrong(section.Has(word) ? word : "edge", $"'{line.Name}' has no {word} edges: its \"edges\" have to be \"{word}\" or \"both\"");
            }
        }
    }

    private ActionConfig.Blink? Blink(ConfigSection rule, bool isWhile, string name)
    {
        if (Action(rule, "blink", isWhile, forWhile: true) is not { } section)
        {
            return null;
        }

        LineConfig? line = Driven(section, rule, name);
        double? hz = section.Number("hz", 0.001, 1000, "times per second", "give how many times a second");
        double duty = section.Number("duty", 0.01, 0.99, "of the period") ?? 0.5;
        section.End();
        return line is null || hz is not { } rate ? null : new ActionConfig.Blink(line.Name, TimeSpan.FromSeconds(1 / rate), TimeSpan.FromSeconds(duty / rate));
    }

    private ActionConfig.Set? Set(ConfigSection rule, bool isWhile, string name)
    {
        if (rule.Section("set") is not { } section)
        {
            return null;
        }

        LineConfig? line = isWhile ? Driven(section, rule, name) : Line(section, "line", isOutput: true);
        bool? level = section.Choice("to", Levels, isWhile ? null : "give \"high\" or \"low\"");
        section.End();
        return line is null ? null : new ActionConfig.Set(line.Name, level ?? true);
    }

    private ActionConfig.Toggle? Toggle(ConfigSection rule, bool isWhile)
    {
        if (Action(rule, "toggle", isWhile, forWhile: false) is not { } section)
        {
            return null;
        }

        LineConfig? line = Line(section, "line", isOutput: true);
        section.End();
        return line is null ? null : new ActionConfig.Toggle(line.Name);
    }

    private ActionConfig.Pulse? Pulse(ConfigSection rule, bool isWhile)
    {
        if (Action(rule, "pulse", isWhile, forWhile: false) is not { } section)
        {
            return null;
        }

        LineConfig? line = Line(section, "line", isOutput: true);
        TimeSpan? duration = section.Duration("for", s_microsecond, s_day, "give how long, such as \"50ms\"");
        section.End();
        return line is null || duration is not { } time ? null : new ActionConfig.Pulse(line.Name, time);
    }

    private ActionConfig.Send? Send(ConfigSection rule, bool isWhile)
    {
        if (Action(rule, "send", isWhile, forWhile: false) is not { } section)
        {
            return null;
        }

        string? port = Port(section, "port", PortReads.Nothing);
        string? text = section.Text("text");
        string? hex = section.Text("bytes");
        section.End();
        if (section.Node.Kind == ConfigKind.Object && section.Has("text") == section.Has("bytes"))
        {
            section.Wrong(null, section.Has("text") ? "has both 'text' and 'bytes': give one" : "has nothing to send: give 'text', or 'bytes' as hexadecimal digits");
        }

        byte[]? bytes = text is not null ? Encoding.UTF8.GetBytes(text) : hex is not null ? Bytes(section, hex) : null;
        if (bytes is { Length: > LongestText })
        {
            section.Wrong(null, $"has {bytes.Length} bytes to send; the most is {LongestText}");
        }

        return port is null || bytes is null ? null : new ActionConfig.Send(port, bytes);
    }

    private ActionConfig.Log? Log(ConfigSection rule, bool isWhile)
    {
        if (Action(rule, "log", isWhile, forWhile: false) is not { } section)
        {
            return null;
        }

        string? text = section.Text("text", "give what to write into the record");
        if (text is not null && (text.AsSpan().ContainsAnyInRange('\0', '\u001F') || text.Length > LongestText))
        {
            section.Wrong("text", $"has to be one line of at most {LongestText} characters, without control characters");
        }

        string? port = null, acknowledgement = null;
        if (section.Section("acknowledge") is { } acknowledge)
        {
            port = Port(acknowledge, "port", PortReads.Nothing);
            acknowledgement = acknowledge.Text("text", "give what to send once it is on the disk, such as \"OK {n}\\n\"");
            acknowledge.End();
            if (acknowledgement?.Length > LongestText)
            {
                acknowledge.Wrong("text", $"has {acknowledgement.Length} characters to send; the most is {LongestText}");
            }
        }

        section.End();
        if (!hasRecord)
        {
            rule.Wrong("log", "there is no record to write to: give the file \"record\": { \"file\": … }");
        }

        return text is null ? null : new ActionConfig.Log(text, port, acknowledgement);
    }

    private static byte[]? Bytes(ConfigSection section, string hex)
    {
        string digits = hex.Replace(" ", "", StringComparison.Ordinal);
        if (digits.Length % 2 == 0 && !digits.AsSpan().ContainsAnyExcept(s_hexDigits))
        {
            return Convert.FromHexString(digits);
        }

        section.Wrong("bytes", $"has to be pairs of hexadecimal digits, such as \"50 49 0A\", and is '{hex}'");
        return null;
    }

    private static ConfigSection? Action(ConfigSection rule, string key, bool isWhile, bool forWhile)
    {
        if (rule.Section(key) is not { } section)
        {
            return null;
        }

        if (isWhile != forWhile && rule.Has(isWhile ? "while" : "on"))
        {
            rule.Wrong(key, forWhile ? "goes on for as long as a 'while' holds; an 'on' rule acts once: use 'set', 'toggle' or 'pulse'" : "acts once, on something; a 'while' rule uses 'blink' or 'set'");
        }

        return section;
    }

    // An output that a condition drives has no other such rule: the two would fight.
    private LineConfig? Driven(ConfigSection section, ConfigSection rule, string name)
    {
        LineConfig? line = Line(section, "line", isOutput: true);
        if (line is not null)
        {
            if (_driven.Find(other => other.Line == line.Name) is { Rule: { } other })
            {
                section.Wrong("line", $"'{line.Name}' is driven by {(other == name ? "this rule" : $"the rule '{other}'")} already; give each rule an output of its own");
            }

            _driven.Add((line.Name, name));
        }

        return line;
    }

    private string? Port(ConfigSection section, string key, PortReads atLeast)
    {
        if (section.Reference(key, "port", "ports", portNames, "give the port's name") is not { } name)
        {
            return null;
        }

        if (ports.Find(port => port.Name == name) is { } found && found.Reads < atLeast)
        {
            section.Wrong(key, $"port '{name}' reads {(found.Reads == PortReads.Nothing ? "nothing" : "lines")}: it needs \"reads\": \"{(atLeast == PortReads.Nmea ? "nmea" : "lines")}\"");
        }

        return name;
    }

    private LineConfig? Line(ConfigSection section, string key, bool? isOutput)
    {
        if (section.Reference(key, "line", "lines", lineNames, "give the line's name") is not { } name || lines.Find(line => line.Name == name) is not { } found)
        {
            return null;
        }

        if (isOutput is { } wanted && found.IsOutput != wanted)
        {
            section.Wrong(key, wanted ? $"'{name}' is an input, and an output is needed" : $"'{name}' is an output, and an input is needed");
            return null;
        }

        return found;
    }
}
