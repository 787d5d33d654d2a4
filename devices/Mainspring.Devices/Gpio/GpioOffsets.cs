using System.Globalization;

namespace Mainspring.Devices;

/// <summary>The lines' numbers on a chip, once it is known.</summary>
internal static class GpioOffsets
{
    private const int MostNamed = 16; // in a message

    /// <summary>The numbers of a request's lines.</summary>
    /// <param name="names">The chip's lines' names, by their numbers; asked only where the options name a line.</param>
    /// <exception cref="IOException">The chip has no such line.</exception>
    /// <exception cref="ArgumentException">A number and a name mean the same line.</exception>
    public static int[] Of(GpioOptions options, string device, int lineCount, Func<string[]> names)
    {
        string[]? known = null;
        int[] offsets = new int[options.Lines.Count];
        for (int i = 0; i < offsets.Length; i++)
        {
            GpioLine line = options.Lines[i];
            offsets[i] = line.Name is { } name ? Array.IndexOf(known ??= names(), name) : line.Offset;
            if (offsets[i] < 0)
            {
                throw NoSuchName(device, line.Name!, known!);
            }

            if (offsets[i] >= lineCount)
            {
                throw NoSuchLine(device, offsets[i], lineCount);
            }

            int other = Array.IndexOf(offsets, offsets[i], 0, i);
            if (other >= 0)
            {
                throw new ArgumentException($"{device}: {line.Label} and {options.Lines[other].Label} are the same line; remove one of them from GpioOptions.Lines.");
            }
        }

        return offsets;
    }

    /// <summary>The chip has fewer lines.</summary>
    public static IOException NoSuchLine(string device, int offset, int lineCount) =>
        new($"{device}: there is no line {offset}; it has {lineCount.ToString(CultureInfo.InvariantCulture)} lines, 0 to {lineCount - 1}.");

    /// <summary>The chip has no line of that name; says which it has.</summary>
    public static IOException NoSuchName(string device, string name, string[] names)
    {
        string[] named = [.. names.Where(static one => one.Length > 0).Distinct()];
        string has = named.Length switch
        {
            0 => $"its {names.Length} lines have no names: give the number",
            <= MostNamed => $"it has {string.Join(", ", named.Select(static one => $"'{one}'"))}",
            _ => $"it has {string.Join(", ", named.Take(MostNamed).Select(static one => $"'{one}'"))} and {named.Length - MostNamed} more",
        };
        return new IOException($"{device}: there is no line named '{name}'; {has}.");
    }
}
