using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Mainspring.Game;

/// <summary>The summary of a run: text for people, or a line of JSON.</summary>
internal static class BotReport
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <returns>False when it could not be written.</returns>
    public static bool Write(BoundedWriter output, GameSettings settings, BotResult result) =>
        output.TryWrite(settings.Json ? Json(settings, result) : Encoding.UTF8.GetBytes(Text(result))) && output.Flush(s_patience);

    private static byte[] Json(GameSettings settings, BotResult result)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "summary"u8);
            json.WriteString("state_hash"u8, HashText(result));
            json.WriteNumber("hz"u8, settings.Hz);
            json.WriteNumber("steps"u8, result.Steps);
            json.WriteNumber("frames"u8, result.Frames.Frames);
            json.WriteNumber("late"u8, result.Frames.Late);
            json.WriteNumber("dropped"u8, result.Frames.Dropped);
            json.WriteNumber("dropped_game_ms"u8, Math.Round(result.Frames.DroppedTime.TotalMilliseconds, 3));
            json.WriteNumber("max_frame_lateness_us"u8, Math.Round(result.Frames.MaxLateness.TotalMicroseconds, 1));
            json.WriteNumber("score"u8, result.Score);
            json.WriteNumber("games"u8, result.Games);
            json.WriteNumber("hours"u8, result.Hours);
            json.WriteNumber("kills"u8, result.Kills);
            json.WritePropertyName("allocated_bytes_per_frame"u8);
            if (result.AllocatedBytesPerFrame is { } bytes)
            {
                json.WriteNumberValue(bytes);
            }
            else
            {
                json.WriteNullValue();
            }

            json.WriteNumber("gen0"u8, GC.CollectionCount(0));
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static string Text(BotResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {result.Steps} steps, {result.Games} {(result.Games == 1 ? "game" : "games")}, best score {result.Score}, {result.Kills} enemies broken; the last game came to hour {result.Hours}
        {result.Frames.Frames} frames{(result.IsUnpaced ? ", unpaced" : $", {result.Frames.Late} late, {result.Frames.Dropped} dropped, up to {result.Frames.MaxLateness.TotalMicroseconds:F0} us after their deadline")}
        {(result.AllocatedBytesPerFrame is { } bytes ? $"{bytes} bytes allocated per frame after the first 5 s" : "too short to tell what a frame allocates")}, {GC.CollectionCount(0)} collections
        state {HashText(result)}

        """);

    private static string HashText(BotResult result) => result.Hash.ToString("x16", CultureInfo.InvariantCulture);
}
