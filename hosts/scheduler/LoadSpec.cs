using System.Globalization;

namespace Mainspring.Scheduler;

/// <summary>A part of the load: <c>KIND:COUNTxWORK[@RATEhz][,priority=PRIORITY]</c>.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Kind">What runs it.</param>
/// <param name="Count">How many items come at a time.</param>
/// <param name="WorkNs">How long each of them works.</param>
/// <param name="RateHz">How many times a second they come; null is once in every frame.</param>
/// <param name="Priority">Of callbacks.</param>
internal sealed record LoadSpec(string Text, LoadKind Kind, int Count, long WorkNs, double? RateHz, Priority Priority)
{
    private const int MaxCount = 1_000_000;
    private const long MaxWorkNs = 10_000_000_000;
    private const double MaxRate = 1_000_000;
    private const string Kinds = "frame, background, timer, callback or post";
    private const string Priorities = "urgent, high, normal, low or idle";
    private const string Example = "such as background:40x200us or callback:100x20us@50hz,priority=low";

    /// <summary>Parses one.</summary>
    /// <exception cref="FormatException">It is none; the message quotes the piece that is wrong.</exception>
    public static LoadSpec Parse(string text)
    {
        string[] pieces = text.Split(',');
        int colon = pieces[0].IndexOf(':');
        string kindText = colon < 0 ? pieces[0] : pieces[0][..colon];
        if (!Enum.TryParse(kindText, ignoreCase: true, out LoadKind kind) || !kindText.All(char.IsAsciiLetter))
        {
            throw Wrong(text, kindText, $"is no kind of work; give {Kinds}");
        }

        string size = colon < 0 ? "" : pieces[0][(colon + 1)..];
        double? rate = null;
        if (size.IndexOf('@') is var at && at >= 0)
        {
            string rateText = size[(at + 1)..];
            rate = Quantity.Rate(rateText) is { } number && number is >= 0.001 and <= MaxRate ? number : throw Wrong(text, rateText, "is no rate; give times a second, from 0.001hz to 1000000hz");
            size = size[..at];
        }

        if (rate is not null && kind == LoadKind.Frame)
        {
            throw Wrong(text, $"@{Number(rate.Value)}hz", "is not for frame work, which runs in every frame; --hz says how many there are");
        }

        int x = size.IndexOf('x', StringComparison.OrdinalIgnoreCase);
        if (x < 0)
        {
            throw Wrong(text, size, "is not COUNTxWORK");
        }

        string countText = size[..x];
        string workText = size[(x + 1)..];
        if (!int.TryParse(countText, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count is < 1 or > MaxCount)
        {
            throw Wrong(text, countText, $"is no count; give a number from 1 to {MaxCount}");
        }

        if (Quantity.Nanoseconds(workText) is not { } workNs || workNs > MaxWorkNs)
        {
            throw Wrong(text, workText, "is no time of work; give up to 10s, with ns, us, ms or s behind the number");
        }

        return new LoadSpec(text, kind, count, workNs, rate, PriorityOf(text, kind, pieces.AsSpan(1)));
    }

    private static Priority PriorityOf(string text, LoadKind kind, ReadOnlySpan<string> attributes)
    {
        const string Name = "priority=";
        Priority priority = Priority.Normal;
        foreach (string attribute in attributes)
        {
            if (!attribute.StartsWith(Name, StringComparison.OrdinalIgnoreCase))
            {
                throw Wrong(text, attribute, "is nothing that a load has; only priority=PRIORITY may stand there");
            }

            string value = attribute[Name.Length..];
            if (!Enum.TryParse(value, ignoreCase: true, out priority) || !value.All(char.IsAsciiLetter))
            {
                throw Wrong(text, value, $"is no priority; give {Priorities}");
            }

            if (kind != LoadKind.Callback)
            {
                throw Wrong(text, attribute, "is for callbacks only");
            }
        }

        return priority;
    }

    private static string Number(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static FormatException Wrong(string text, string piece, string what) => new($"'{piece}' in '{text}' {what}; {Example}");
}
