namespace Mainspring.Devices;

/// <summary>A line that is wanted, and how. <c>GpioLine.Input(4) with { Edges = GpioEdges.Both }</c>.</summary>
public sealed record GpioLine
{
    private const string Where = "GpioLine.";

    private GpioLine()
    {
    }

    /// <summary>Its number on the chip, from 0; -1 when it is asked for by its name.</summary>
    public int Offset { get; private init; } = -1;

    /// <summary>Its name, when it is asked for by that; looked up for every attach.</summary>
    public string? Name { get; private init; }

    /// <summary>Which way it goes.</summary>
    public GpioDirection Direction { get; private init; }

    /// <summary>Inputs: which edges are events.</summary>
    public GpioEdges Edges { get; init; }

    /// <summary>What holds its voltage while nobody drives it.</summary>
    public GpioBias Bias { get; init; }

    /// <summary>Outputs: how it is driven.</summary>
    public GpioDrive Drive { get; init; }

    /// <summary>Whether the low voltage is the active level. Every level of this library is logical: true is active.</summary>
    public bool ActiveLow { get; init; }

    /// <summary>
    /// Inputs: for how long a level has to last until it counts; zero, the default, is off. Kept by the chip, or by the kernel where it cannot, which rounds to its ticks (1 to 10 ms);
    /// rounded up to microseconds. Reading the line gives the debounced level, and the event's time is that at which it was settled.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than 4,294 s.</exception>
    public TimeSpan Debounce
    {
        get;
        init => field = value >= TimeSpan.Zero && value.TotalMicroseconds <= uint.MaxValue
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Debounce), value, $"{Where}{nameof(Debounce)} is {value}; it has to be from zero to {TimeSpan.FromMicroseconds(uint.MaxValue)}.");
    }

    /// <summary>Outputs: the level that it begins with.</summary>
    public bool Initial { get; init; }

    /// <summary>
    /// Outputs: the level that it is left with, when the source is removed, the loop disposed, or the process ends in an orderly way or by an unhandled exception. Null, the default, leaves it as it is.
    /// </summary>
    public bool? Safe { get; init; }

    /// <summary>An input by its number.</summary>
    /// <param name="offset">The line's number on its chip, from 0.</param>
    /// <returns>The line.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static GpioLine Input(int offset) => At(offset, GpioDirection.Input);

    /// <summary>An input by its name.</summary>
    /// <param name="name">The name that the board gives it, such as <c>GPIO17</c>; the first line of that name is taken.</param>
    /// <returns>The line.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static GpioLine Input(string name) => Named(name, GpioDirection.Input);

    /// <summary>An output by its number.</summary>
    /// <param name="offset">The line's number on its chip, from 0.</param>
    /// <returns>The line.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static GpioLine Output(int offset) => At(offset, GpioDirection.Output);

    /// <summary>An output by its name.</summary>
    /// <param name="name">The name that the board gives it; the first line of that name is taken.</param>
    /// <returns>The line.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static GpioLine Output(string name) => Named(name, GpioDirection.Output);

    /// <summary>The line in messages: its number or its name.</summary>
    internal string Label => Name is null ? $"line {Offset}" : $"line '{Name}'";

    /// <summary>What it asks of the kernel, in whole microseconds.</summary>
    internal uint DebounceMicroseconds => (uint)Math.Min(uint.MaxValue, Math.Ceiling(Debounce.TotalMicroseconds));

    /// <summary>Whether both ask for the same line.</summary>
    internal bool IsSameLine(GpioLine other) => Offset == other.Offset && Name == other.Name;

    /// <summary>Throws when two of its settings contradict each other.</summary>
    internal void Check()
    {
        if (Direction == GpioDirection.Output && (Edges != GpioEdges.None || Debounce > TimeSpan.Zero))
        {
            throw new ArgumentException($"GPIO {Label} is an output: {(Edges != GpioEdges.None ? nameof(Edges) : nameof(Debounce))} is for inputs. Remove it, or make the line an input.");
        }

        if (Direction == GpioDirection.Input && (Drive != GpioDrive.PushPull || Initial || Safe is not null))
        {
            throw new ArgumentException(
                $"GPIO {Label} is an input: {(Safe is not null ? nameof(Safe) : Initial ? nameof(Initial) : nameof(Drive))} is for outputs. Remove it, or make the line an output.");
        }

        if ((Edges & ~GpioEdges.Both) != 0 || Bias is < GpioBias.AsIs or > GpioBias.PullDown || Drive is < GpioDrive.PushPull or > GpioDrive.OpenSource)
        {
            throw new ArgumentException($"GPIO {Label}: its edges, bias or drive is no value of the enum.");
        }
    }

    private static GpioLine At(int offset, GpioDirection direction)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return new GpioLine { Offset = offset, Direction = direction };
    }

    private static GpioLine Named(string name, GpioDirection direction)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new GpioLine { Name = name, Direction = direction };
    }
}
