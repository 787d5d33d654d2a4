using System.Text;
using System.Text.Json;

namespace Mainspring.Pi;

/// <summary>Reads a JSON text, which may have comments and commas too many, into values that know their lines.</summary>
internal static class ConfigParser
{
    private const int MaxDepth = 32;

    private static readonly JsonReaderOptions s_options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = MaxDepth };

    /// <summary>Parses a file's contents.</summary>
    /// <returns>The whole, or null when it is no JSON; then the problems say where not.</returns>
    public static ConfigNode? Parse(ReadOnlySpan<byte> json, ConfigProblems problems)
    {
        json = json.StartsWith("\uFEFF"u8) ? json[3..] : json;
        var reader = new Utf8JsonReader(json, s_options);
        var lines = new LineCounter(json);
        try
        {
            reader.Read();
            ConfigNode root = Value(ref reader, ref lines, "", problems);
            while (reader.Read()) // what follows the value is an error, unless it is a comment
            {
            }

            return root;
        }
        catch (JsonException exception)
        {
            problems.Add((int)(exception.LineNumber ?? 0) + 1, Say(json, exception, reader.BytesConsumed, reader.CurrentDepth));
        }
        catch (InvalidOperationException)
        {
            problems.Add(lines.At(reader.TokenStartIndex), "a text is not valid UTF-8, or has half of a surrogate pair; save the file as UTF-8");
        }

        return null;
    }

    private static ConfigNode Value(ref Utf8JsonReader reader, ref LineCounter lines, string path, ConfigProblems problems)
    {
        int line = lines.At(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new ConfigNode(ConfigKind.Object, path, line);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    string key = reader.GetString()!;
                    int keyLine = lines.At(reader.TokenStartIndex);
                    reader.Read();
                    ConfigNode value = Value(ref reader, ref lines, path.Length == 0 ? key : $"{path}.{key}", problems);
                    if (members.Find(key) is { } first)
                    {
                        problems.Add(keyLine, $"{value.Path}: is there already, in line {first.Line}; a name is given once");
                    }

                    members.Members.Add((key, value));
                }

                return members;
            case JsonTokenType.StartArray:
                var items = new ConfigNode(ConfigKind.List, path, line);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Items.Add(Value(ref reader, ref lines, $"{path}[{items.Items.Count}]", problems));
                }

                return items;
            case JsonTokenType.String:
                return new ConfigNode(ConfigKind.Text, path, line) { Text = reader.GetString()! };
            case JsonTokenType.Number:
                return new ConfigNode(ConfigKind.Number, path, line) { Number = reader.TryGetDouble(out double number) ? number : double.NaN };
            case JsonTokenType.True or JsonTokenType.False:
                return new ConfigNode(ConfigKind.Flag, path, line) { Flag = reader.TokenType == JsonTokenType.True };
            default:
                return new ConfigNode(ConfigKind.Null, path, line);
        }
    }

    // The exception's own words are not in the program.
    private static string Say(ReadOnlySpan<byte> json, JsonException exception, long consumed, int depth)
    {
        if (json.Trim(" \t\r\n"u8).IsEmpty)
        {
            return "is empty; it has to be a JSON object: { \"ports\": …, \"lines\": …, \"rules\": … }";
        }

        ReadOnlySpan<byte> rest = json[(int)Math.Min(consumed, json.Length)..].TrimStart(" \t\r\n"u8);
        if (depth >= MaxDepth && !rest.IsEmpty && rest[0] is (byte)'{' or (byte)'[')
        {
            return $"column {(exception.BytePositionInLine ?? 0) + 1}: this is nested deeper than {MaxDepth} levels";
        }

        int end = rest.IndexOfAny((byte)'\n', (byte)'\r');
        rest = rest[..Math.Min(end < 0 ? rest.Length : end, 30)];
        string near = rest.IsEmpty ? "the file ends too early: a } or ] is missing" : $"near '{Encoding.UTF8.GetString(rest)}'";
        return $"column {(exception.BytePositionInLine ?? 0) + 1}: this is no JSON, {near}; look for a missing comma, quote or brace here or just before";
    }

    // Lines of places that only go forward.
    private ref struct LineCounter(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _line = 1;
        private int _at;

        public int At(long index)
        {
            int end = (int)Math.Min(index, _text.Length);
            if (end > _at)
            {
                _line += _text[_at..end].Count((byte)'\n');
                _at = end;
            }

            return _line;
        }
    }
}
