namespace Mainspring.Devices;

/// <summary>What is known of a line, whoever uses it.</summary>
/// <param name="Offset">Its number on the chip.</param>
/// <param name="Name">Its name; empty when the board gives it none.</param>
/// <param name="Consumer">Who uses it; empty when nobody does, or does not say.</param>
/// <param name="IsUsed">Whether it cannot be requested: a program or the kernel has it, or it serves another function.</param>
/// <param name="Direction">Which way it goes.</param>
/// <param name="Edges">Which edges are events of its user.</param>
/// <param name="Bias">What holds its voltage, as far as its user has said.</param>
/// <param name="Drive">How it is driven.</param>
/// <param name="IsActiveLow">Whether the low voltage is its active level.</param>
/// <param name="Debounce">For how long a level has to last until it counts.</param>
/// <param name="EventClock">The clock that stamps its edges.</param>
public readonly record struct GpioLineInfo(
    int Offset,
    string Name,
    string Consumer,
    bool IsUsed,
    GpioDirection Direction,
    GpioEdges Edges,
    GpioBias Bias,
    GpioDrive Drive,
    bool IsActiveLow,
    TimeSpan Debounce,
    GpioEventClock EventClock);
