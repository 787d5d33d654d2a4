namespace Mainspring.Devices.Simulation;

/// <summary>What a simulated SPI device does with a segment.</summary>
/// <param name="written">What it hears.</param>
/// <param name="read">What it answers, of the same length; zeros at first.</param>
public delegate void SpiExchange(ReadOnlySpan<byte> written, Span<byte> read);
