namespace Mainspring.Devices;

/// <summary>Bytes that were received are no message; once, where they end. Lines that are too long or incomplete have events of their own.</summary>
/// <param name="Kind"><see cref="FramedKind.TooLong"/>, <see cref="FramedKind.Garbled"/>, or <see cref="FramedKind.None"/> when the device went away before its end.</param>
/// <param name="Length">How many bytes; of COBS encoded ones.</param>
public readonly record struct SerialMessageDropped(FramedKind Kind, long Length);
