using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Mainspring.Game;

/// <summary>Scores as JSON: the one place that knows what the file looks like.</summary>
internal static class ScoreText
{
    private const int Version = 1;

    private static readonly JsonWriterOptions s_options = new() { Indented = true };

    public static byte[] Write(IReadOnlyList<ScoreEntry> entries)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteNumber("version"u8, Version);
            json.WriteStartArray("scores"u8);
            foreach (ScoreEntry entry in entries)
            {
                json.WriteStartObject();
                json.WriteNumber("score"u8, entry.Score);
                json.WriteString("name"u8, entry.Name);
                json.WriteNumber("hour"u8, entry.Hour);
                json.WriteNumber("kills"u8, entry.Kills);
                json.WriteString("seed"u8, entry.Seed.ToString(CultureInfo.InvariantCulture)); // more than numbers of JSON can hold everywhere
                json.WriteString("at"u8, entry.At);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">These are no scores; the message says why.</exception>
    public static List<ScoreEntry> Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            int version = document.RootElement.GetProperty("version").GetInt32();
            return version == Version
                ? [.. document.RootElement.GetProperty("scores").EnumerateArray().Select(Entry)]
                : throw new InvalidDataException($"its version is {version}, and this program knows {Version}");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new InvalidDataException("it holds no scores", exception);
        }
    }

    private static ScoreEntry Entry(JsonElement json) => new(
        json.GetProperty("score").GetInt64(),
        json.GetProperty("name").GetString() ?? "",
        json.GetProperty("hour").GetInt32(),
        json.GetProperty("kills").GetInt32(),
        ulong.Parse(json.GetProperty("seed").GetString() ?? "", NumberStyles.None, CultureInfo.InvariantCulture),
        json.GetProperty("at").GetDateTimeOffset());
}
