namespace Mainspring.Net;

/// <summary>What <see cref="DatagramEndpoint.ReceiveAsync"/> has received.</summary>
/// <param name="Count">Its length, or that of the buffer when it was longer.</param>
/// <param name="From">From where it came.</param>
public readonly record struct DatagramResult(int Count, DatagramAddress From);
