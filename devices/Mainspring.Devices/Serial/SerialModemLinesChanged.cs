namespace Mainspring.Devices;

/// <summary>
/// Input lines have changed since they were looked at last, at most <see cref="SerialOptions.StatusPeriod"/> ago. Also emitted once after
/// <see cref="SerialConnected"/> with what stands there, and then <paramref name="Changed"/> is none.
/// </summary>
/// <param name="Lines">All lines as they are now.</param>
/// <param name="Changed">The inputs that changed; one that is as before was otherwise in between.</param>
public readonly record struct SerialModemLinesChanged(ModemLines Lines, ModemLines Changed);
