namespace Mainspring.Devices;

/// <summary>What a sensor has done since it was made.</summary>
/// <param name="Values">Reads that gave a value.</param>
/// <param name="Failures">Reads that threw.</param>
/// <param name="Overdue">Reads that took longer than their time-out, whatever became of them.</param>
/// <param name="Skipped">Reads that were due while one was going on.</param>
public readonly record struct SensorCounters(long Values, long Failures, long Overdue, long Skipped);
