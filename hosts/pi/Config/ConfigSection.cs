using System.Globalization;

namespace Mainspring.Pi;

/// <summary>
/// An object of a configuration file that is read key by key. What is missing or wrong goes to the problems, and reading goes on, so that one run tells them all; <see cref="End"/> refuses the keys that nobody has asked for.
/// </summary>
internal sealed class ConfigSection
{
    public const string NameWanted = "a name has 1 to 64 characters, and no control characters";

    private const int LongestName = 64;

    private readonly ConfigProblems _problems;
    private readonly List<string> _known = [];

    /// <summary>Begins to read an object; if it is something else, that is a problem, and it is read as an empty one.</summary>
    public ConfigSection(ConfigNode node, ConfigProblems problems)
    {
        Node = node;
        _problems = problems;
        if (!IsObject)
        {
            problems.Add(node, $"has to be an object, {{ … }}, and is {node.Describe()}");
        }
    }

    public ConfigNode Node { get; }

    private bool IsObject => Node.Kind == ConfigKind.Object;

    /// <summary>Something is wrong with one of its values, or with the whole.</summary>
    public void Wrong(string? key, string message) => _problems.Add((key is null ? null : Node.Find(key)) ?? Node, message);

    public bool Has(string key)
    {
        Know(key);
        return Node.Find(key) is not null;
    }

    /// <summary>A value of any kind.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="wanted">What is missing when it is not there; null: it may be missing.</param>
    public ConfigNode? Find(string key, string? wanted = null)
    {
        Know(key);
        ConfigNode? node = Node.Find(key);
        if (node is null && wanted is not null && IsObject)
        {
            _problems.Add(Node, $"'{key}' is missing: {wanted}");
        }

        return node;
    }

    public string? Text(string key, string? wanted = null)
    {
        if (Find(key, wanted) is not { } node)
        {
            return null;
        }

        if (node.Kind == ConfigKind.Text && node.Text.Length > 0)
        {
            return node.Text;
        }

        _problems.Add(node, $"has to be a text, and is {(node.Kind == ConfigKind.Text ? "empty" : node.Describe())}");
        return null;
    }

    /// <summary>Whether a name can stand in a line of a log or of the record.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= LongestName && !name.AsSpan().ContainsAnyInRange('\0', '\u001F') && !name.AsSpan().ContainsAnyInRange('\u007F', '\u009F');

    /// <summary>An I2C bus, by its number or path; its path.</summary>
    public string? Bus(string key, string wanted)
    {
        if (Find(key, wanted) is not { } node)
        {
            return null;
        }

        if (node.Kind == ConfigKind.Number && node.Number is >= 0 and <= 1_000_000 && node.Number == Math.Floor(node.Number))
        {
            return string.Create(CultureInfo.InvariantCulture, $"/dev/i2c-{(int)node.Number}");
        }

        string text = node.Kind == ConfigKind.Text ? node.Text : "";
        string path = text.StartsWith("i2c-", StringComparison.Ordinal) ? $"/dev/{text}" : text;
        if (path.StartsWith('/'))
        {
            return path;
        }

        _problems.Add(node, $"has to be a bus's number or path, such as 1 or \"/dev/i2c-1\", and is {node.Describe()}");
        return null;
    }

    public bool? Flag(string key)
    {
        if (Find(key) is not { } node)
        {
            return null;
        }

        if (node.Kind == ConfigKind.Flag)
        {
            return node.Flag;
        }

        _problems.Add(node, $"has to be true or false, and is {node.Describe()}");
        return null;
    }

    public double? Number(string key, double least, double most, string unit, string? wanted = null)
    {
        if (Find(key, wanted) is not { } node)
        {
            return null;
        }

        if (node.Kind == ConfigKind.Number && node.Number >= least && node.Number <= most)
        {
            return node.Number;
        }

        string range = $"{least.ToString(CultureInfo.InvariantCulture)} to {most.ToString(CultureInfo.InvariantCulture)}{(unit.Length == 0 ? "" : $" {unit}")}";
        _problems.Add(node, node.Kind == ConfigKind.Text
            ? $"has to be a number from {range}, without quotes and unit, and is {node.Describe()}"
            : $"has to be a number from {range}, and is {node.Describe()}");
        return null;
    }

    public int? Integer(string key, int least, int most, string unit, string? wanted = null)
    {
        if (Number(key, least, most, unit, wanted) is not { } number)
        {
            return null;
        }

        if (number == Math.Floor(number))
        {
            return (int)number;
        }

        Wrong(key, $"has to be a whole number, and is {number.ToString(CultureInfo.InvariantCulture)}");
        return null;
    }

    /// <summary>A number of a data sheet: <c>72</c>, or a text with hexadecimal digits, <c>"0x48"</c>.</summary>
    public int? Address(string key, int most, string? wanted = null)
    {
        if (Find(key, wanted) is not { } node)
        {
            return null;
        }

        int number = -1;
        bool isRight = node.Kind == ConfigKind.Number
            ? node.Number >= 0 && node.Number <= most && node.Number == Math.Floor(node.Number)
            : node is { Kind: ConfigKind.Text, Text: ['0', 'x' or 'X', ..] } && int.TryParse(node.Text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) && number >= 0 && number <= most;
        if (isRight)
        {
            return node.Kind == ConfigKind.Number ? (int)node.Number : number;
        }

        _problems.Add(node, $"has to be a number from 0 to {most}, or from \"0x0\" to \"0x{most:X}\", and is {node.Describe()}");
        return null;
    }

    public TimeSpan? Duration(string key, TimeSpan least, TimeSpan most, string? wanted = null)
    {
        if (Find(key, wanted) is not { } node)
        {
            return null;
        }

        if (node.Kind != ConfigKind.Text)
        {
            _problems.Add(node, $"has to be a duration in quotes, and is {node.Describe()}; {Pi.Duration.Wanted}");
            return null;
        }

        if (Pi.Duration.Parse(node.Text, out TimeSpan duration) is { } wrong)
        {
            _problems.Add(node, wrong);
            return null;
        }

        if (duration >= least && duration <= most)
        {
            return duration;
        }

        _problems.Add(node, $"'{node.Text}' is out of range; give {Pi.Duration.Format(least)} to {Pi.Duration.Format(most)}");
        return null;
    }

    /// <summary>One of several words.</summary>
    public T? Choice<T>(string key, ReadOnlySpan<(string Word, T Value)> choices, string? wanted = null)
        where T : struct
    {
        if (Find(key, wanted) is not { } node)
        {
            return null;
        }

        var words = new List<string>();
        foreach ((string word, T value) in choices)
        {
            if (node.Kind == ConfigKind.Text && node.Text == word)
            {
                return value;
            }

            words.Add(word);
        }

        string hint = node.Kind == ConfigKind.Text ? Similar.Hint(node.Text, words) : "";
        _problems.Add(node, $"has to be {List(words, " or ")}, and is {node.Describe()}{hint}");
        return null;
    }

    public ConfigSection? Section(string key, string? wanted = null) => Find(key, wanted) is { } node ? new ConfigSection(node, _problems) : null;

    /// <summary>The named parts of an object of objects: <c>"ports": { "A": { … } }</c>.</summary>
    public IEnumerable<(string Name, ConfigSection Section)> Named(string key)
    {
        if (Find(key) is not { } node)
        {
            yield break;
        }

        if (node.Kind != ConfigKind.Object)
        {
            _problems.Add(node, $"has to be an object of names, {{ \"name\": {{ … }} }}, and is {node.Describe()}");
            yield break;
        }

        foreach ((string name, ConfigNode value) in node.Members)
        {
            if (!IsName(name))
            {
                _problems.Add(value, NameWanted);
            }

            yield return (name, new ConfigSection(value, _problems));
        }
    }

    /// <summary>The items of a list.</summary>
    public IEnumerable<ConfigNode> Items(string key)
    {
        if (Find(key) is not { } node)
        {
            return [];
        }

        if (node.Kind == ConfigKind.List)
        {
            return node.Items;
        }

        _problems.Add(node, $"has to be a list, [ … ], and is {node.Describe()}");
        return [];
    }

    /// <summary>A name that has to be one of those that are defined.</summary>
    public string? Reference(string key, string kind, string plural, List<string> names, string? wanted = null)
    {
        if (Text(key, wanted) is not { } name)
        {
            return null;
        }

        if (names.Contains(name))
        {
            return name;
        }

        Wrong(key, names.Count == 0
            ? $"there is no {kind} '{name}'; the file defines no {plural}"
            : $"there is no {kind} '{name}'; {plural} are: {string.Join(", ", names)}");
        return null;
    }

    /// <summary>All keys have been asked for: what else there is, is a mistake.</summary>
    public void End()
    {
        foreach ((string key, ConfigNode value) in Node.Members)
        {
            if (!_known.Contains(key))
            {
                _problems.Add(value, $"is no key{Similar.Hint(key, _known)}{(Similar.To(key, _known) is null ? ";" : "")} keys are: {string.Join(", ", _known)}");
            }
        }
    }

    internal static string List(List<string> words, string last) =>
        words.Count == 1 ? words[0] : string.Join(", ", words.GetRange(0, words.Count - 1)) + last + words[^1];

    private void Know(string key)
    {
        if (!_known.Contains(key))
        {
            _known.Add(key);
        }
    }
}
