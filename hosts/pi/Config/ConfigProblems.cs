namespace Mainspring.Pi;

/// <summary>All that is wrong in a configuration file: each with its line, the key that it is about, and what to do.</summary>
/// <param name="file">The file's name, for messages.</param>
internal sealed class ConfigProblems(string file)
{
    private const int Most = 100;
    private const int LongestText = 2000;

    private readonly List<Problem> _problems = [];

    public bool IsEmpty => _problems.Count == 0;

    /// <summary>The messages, in the file's order.</summary>
    public IEnumerable<string> Messages
    {
        get
        {
            Problem[] sorted = [.. _problems];
            Array.Sort(sorted, static (a, b) => a.Line != b.Line ? a.Line - b.Line : a.Number - b.Number);
            for (int i = 0; i < Math.Min(sorted.Length, Most); i++)
            {
                yield return sorted[i].Line > 0 ? $"{file}:{sorted[i].Line}: {sorted[i].Text}" : $"{file}: {sorted[i].Text}";
            }

            if (sorted.Length > Most)
            {
                yield return $"{file}: and {sorted.Length - Most} more";
            }
        }
    }

    /// <summary>Something is wrong with a value.</summary>
    public void Add(ConfigNode node, string message) => Add(node.Line, node.Path.Length == 0 ? message : $"{node.Path}: {message}");

    /// <summary>Something is wrong at a line, or, with 0, with the file.</summary>
    public void Add(int line, string message) => _problems.Add(new Problem(line, _problems.Count, message.Length <= LongestText ? message : $"{message[..(LongestText / 2)]} … {message[^(LongestText / 2)..]}"));

    private sealed record Problem(int Line, int Number, string Text);
}
