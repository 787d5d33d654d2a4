using System.Globalization;

namespace Mainspring.Pi;

/// <summary>A value of a configuration file, which knows where it stands.</summary>
/// <param name="kind">What it is.</param>
/// <param name="path">The keys that lead to it, such as <c>rules[1].send.port</c>; empty for the whole file.</param>
/// <param name="line">Its line in the file, from 1.</param>
internal sealed class ConfigNode(ConfigKind kind, string path, int line)
{
    public ConfigKind Kind { get; } = kind;

    public string Path { get; } = path;

    public int Line { get; } = line;

    /// <summary>Of an object, in the file's order.</summary>
    public List<(string Key, ConfigNode Value)> Members { get; } = [];

    /// <summary>Of a list.</summary>
    public List<ConfigNode> Items { get; } = [];

    public string Text { get; init; } = "";

    public double Number { get; init; }

    public bool Flag { get; init; }

    public ConfigNode? Find(string key)
    {
        foreach ((string candidate, ConfigNode value) in Members)
        {
            if (candidate == key)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>What it is, for messages.</summary>
    public string Describe() => Kind switch
    {
        ConfigKind.Object => "an object",
        ConfigKind.List => "a list",
        ConfigKind.Text => Text.Length <= 40 ? $"the text '{Text}'" : $"the text '{Text[..40]}…'",
        ConfigKind.Number => $"the number {Number.ToString(CultureInfo.InvariantCulture)}",
        ConfigKind.Flag => Flag ? "true" : "false",
        _ => "null",
    };
}
