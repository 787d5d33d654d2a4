namespace Mainspring.Pi;

/// <summary>All that is wrong in a configuration file: each with its line, the key that it is about, and what to do.</summary>
/// <param name="file">The file's name, for messages.</param>
internal sealed class ConfigProblems(string file)
{
    private const int Most = 100;

    private readonly List<(int Line, string Text)> _problems = [];

    public bool IsEmpty => _problems.Count == 0;

    /// <summary>The messages, in the file's order.</summary>
    public IEnumerable<string> Messages
    {
        get
        {
            foreach ((int line, string text) in _problems.OrderBy(static problem => problem.Line).Take(Most))
            {
                yield return line > 0 ? $"{file}:{line}: {text}" : $"{file}: {text}";
            }

            if (_problems.Count > Most)
            {
                yield return $"{file}: and {_problems.Count - Most} more";
            }
        }
    }

    /// <summary>Something is wrong with a value.</summary>
    public void Add(ConfigNode node, string message) => Add(node.Line, node.Path.Length == 0 ? message : $"{node.Path}: {message}");

    /// <summary>Something is wrong at a line, or, with 0, with the file.</summary>
    public void Add(int line, string message) => _problems.Add((line, message));
}
