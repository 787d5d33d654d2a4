namespace Mainspring.Devices;

/// <summary>
/// Lines of a GPIO chip as a source of events, whatever is behind it. It emits <see cref="GpioConnected"/>, <see cref="GpioEdge"/>, <see cref="GpioLost"/> and
/// <see cref="GpioDisconnected"/>. All levels are logical: true is active. All members are for the loop's thread; none waits.
/// </summary>
public interface IGpioLines : IEventSource
{
    /// <summary>The chip's path or name.</summary>
    string Device { get; }

    /// <summary>What is requested; <see cref="Reconfigure"/> changes it.</summary>
    GpioOptions Options { get; }

    /// <summary>Whether the lines are ours: from a successful attach until the source is removed or the chip is gone.</summary>
    bool IsOpen { get; }

    /// <summary>The number of a line that is requested by its name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Its number on the chip.</returns>
    /// <exception cref="ArgumentException">The line is not requested by this name.</exception>
    /// <exception cref="IOException">The lines are not open.</exception>
    int OffsetOf(string name);

    /// <summary>Reads a line.</summary>
    /// <param name="line">Its number on the chip.</param>
    /// <returns>Whether it is active. Of an output, the level that it really has.</returns>
    /// <exception cref="ArgumentException">The line is not one of the request.</exception>
    /// <exception cref="IOException">The lines are not open, or the chip is gone.</exception>
    bool Read(int line);

    /// <summary>Reads all lines, in one system call.</summary>
    /// <returns>Bit i is the i-th of <see cref="GpioOptions.Lines"/>.</returns>
    /// <exception cref="IOException">The lines are not open, or the chip is gone.</exception>
    ulong ReadAll();

    /// <summary>Sets an output.</summary>
    /// <param name="line">Its number on the chip.</param>
    /// <param name="level">Whether it becomes active.</param>
    /// <exception cref="ArgumentException">The line is not one of the request, or no output.</exception>
    /// <exception cref="IOException">The lines are not open, or the chip is gone.</exception>
    void Write(int line, bool level);

    /// <summary>Sets several outputs, in one system call; on chips that can do it, at the same moment.</summary>
    /// <param name="mask">Which: bit i is the i-th of <see cref="GpioOptions.Lines"/>. None does nothing.</param>
    /// <param name="values">Their levels, in the same bits; bits outside of the mask are ignored.</param>
    /// <exception cref="ArgumentException">One of them is no output, or there is no such line.</exception>
    /// <exception cref="IOException">The lines are not open, or the chip is gone.</exception>
    void WriteMany(ulong mask, ulong values);

    /// <summary>
    /// Changes how a line is used, also its direction, and keeps the other lines as they are, without a glitch; an output that stays one begins with the new <see cref="GpioLine.Initial"/>.
    /// Later attaches use it too.
    /// </summary>
    /// <param name="line">The line, by the number or name by which it was requested, with its new settings.</param>
    /// <exception cref="ArgumentException">The line is not one of the request, or its settings contradict each other.</exception>
    /// <exception cref="IOException">The chip refuses; nothing is noted then.</exception>
    void Reconfigure(GpioLine line);
}
