using System.Numerics;

namespace Mainspring.Devices;

/// <summary>The lines of a request as bits: which are outputs, which have equal settings. Checked when it is made.</summary>
internal sealed class GpioLineSet
{
    /// <summary>The most attributes that a request may have (GPIO_V2_LINE_NUM_ATTRS_MAX).</summary>
    public const int MaxAttributes = 10;

    /// <exception cref="ArgumentException">The options contradict each other, or need more than a request can hold.</exception>
    public GpioLineSet(GpioOptions options)
    {
        Options = options;
        if (options.Lines.Count is 0 or > GpioOptions.MaxLines)
        {
            throw new ArgumentException($"GpioOptions.Lines has {options.Lines.Count} lines; a request has 1 to {GpioOptions.MaxLines}. Spread more over several sources.", nameof(options));
        }

        if (options.EventClock is < GpioEventClock.Monotonic or > GpioEventClock.Hardware)
        {
            throw new ArgumentException("GpioOptions.EventClock is no value of the enum.", nameof(options));
        }

        var settings = new List<(GpioSettings Settings, ulong Mask)>();
        var debounces = new List<(uint Microseconds, ulong Mask)>();
        for (int i = 0; i < options.Lines.Count; i++)
        {
            GpioLine line = options.Lines[i];
            ArgumentNullException.ThrowIfNull(line, nameof(options));
            line.Check();
            for (int j = 0; j < i; j++)
            {
                if (options.Lines[j].IsSameLine(line))
                {
                    throw new ArgumentException($"GpioOptions.Lines has {line.Label} twice.", nameof(options));
                }
            }

            ulong bit = 1UL << i;
            Join(settings, GpioSettings.Of(line), bit);
            Outputs |= line.Direction == GpioDirection.Output ? bit : 0;
            Watched |= line.Edges != GpioEdges.None ? bit : 0;
            Initial |= line.Initial ? bit : 0;
            Safe |= line.Safe is not null ? bit : 0;
            SafeValues |= line.Safe is true ? bit : 0;
            if (line.DebounceMicroseconds > 0)
            {
                Join(debounces, line.DebounceMicroseconds, bit);
            }
        }

        settings.Sort(static (a, b) => BitOperations.PopCount(b.Mask) - BitOperations.PopCount(a.Mask)); // the commonest ones need no attribute
        (Settings, Debounces) = (settings, debounces);
        int others = settings.Count - 1, levels = Outputs == 0 ? 0 : 1; // the levels always, since a reconfiguration sets them anew
        if (others + debounces.Count + levels > MaxAttributes)
        {
            throw new ArgumentException(
                $"These GPIO lines need {others + debounces.Count + levels} attributes, and a request has at most {MaxAttributes}: {others} for settings other than the commonest ones, {debounces.Count} for " +
                $"debounce times, {levels} for the outputs' levels. Give more lines equal settings and times, or spread them over several sources.",
                nameof(options));
        }
    }

    public GpioOptions Options { get; }

    public int Count => Options.Lines.Count;

    public ulong All => Count == 64 ? ulong.MaxValue : (1UL << Count) - 1;

    public ulong Outputs { get; }

    /// <summary>Those whose edges are events.</summary>
    public ulong Watched { get; }

    public ulong Initial { get; }

    /// <summary>Those with a safe level.</summary>
    public ulong Safe { get; }

    public ulong SafeValues { get; }

    /// <summary>The commonest ones first.</summary>
    public IReadOnlyList<(GpioSettings Settings, ulong Mask)> Settings { get; }

    public IReadOnlyList<(uint Microseconds, ulong Mask)> Debounces { get; }

    /// <summary>The same lines, one of them with other settings.</summary>
    /// <exception cref="ArgumentException">It is not one of them, or does not fit.</exception>
    public GpioLineSet With(GpioLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        GpioLine[] lines = [.. Options.Lines];
        int index = Array.FindIndex(lines, line.IsSameLine);
        if (index < 0)
        {
            throw new ArgumentException($"GPIO {line.Label} is not one of this request: {string.Join(", ", lines.Select(static one => one.Label))}. A request keeps its lines; add another source for others.", nameof(line));
        }

        lines[index] = line;
        return new GpioLineSet(Options with { Lines = lines });
    }

    /// <summary>Throws when one of the lines is no output, or is not there.</summary>
    public void CheckOutputs(ulong mask)
    {
        if ((mask & ~Outputs) != 0)
        {
            int index = BitOperations.TrailingZeroCount(mask & ~Outputs);
            throw new ArgumentException(
                index < Count
                    ? $"GPIO {Options.Lines[index].Label} is an input: it cannot be written."
                    : $"Bit {index} stands for no line: this request has {Count}.",
                nameof(mask));
        }
    }

    private static void Join<T>(List<(T Value, ulong Mask)> groups, T value, ulong bit)
        where T : IEquatable<T>
    {
        int index = groups.FindIndex(group => group.Value.Equals(value));
        if (index < 0)
        {
            groups.Add((value, bit));
        }
        else
        {
            groups[index] = (value, groups[index].Mask | bit);
        }
    }
}
