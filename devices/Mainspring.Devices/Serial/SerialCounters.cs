namespace Mainspring.Devices;

/// <summary>What went wrong on a serial line, since its port was made. What was received and sent is in the source's counters.</summary>
/// <param name="Breaks">How many <see cref="SerialBreak"/> were emitted.</param>
/// <param name="CharacterErrors">How many <see cref="SerialCharacterError"/> were emitted.</param>
/// <param name="DroppedMessages">Messages that were too long, garbled or incomplete.</param>
/// <param name="Device">What the driver has counted; zeros when it does not count.</param>
public readonly record struct SerialCounters(long Breaks, long CharacterErrors, long DroppedMessages, SerialDeviceCounts Device);
