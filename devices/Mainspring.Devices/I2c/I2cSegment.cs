namespace Mainspring.Devices;

/// <summary>One write or one read of a combined transfer.</summary>
public readonly struct I2cSegment
{
    private I2cSegment(ReadOnlyMemory<byte> written, Memory<byte> read, bool isRead) => (WriteFrom, ReadTo, IsRead) = (written, read, isRead);

    /// <summary>What is written.</summary>
    public ReadOnlyMemory<byte> WriteFrom { get; }

    /// <summary>Where it is read to.</summary>
    public Memory<byte> ReadTo { get; }

    /// <summary>It reads.</summary>
    public bool IsRead { get; }

    /// <summary>How many bytes.</summary>
    public int Length => IsRead ? ReadTo.Length : WriteFrom.Length;

    /// <summary>A write.</summary>
    /// <param name="bytes">What is written.</param>
    /// <returns>The segment.</returns>
    public static I2cSegment Write(ReadOnlyMemory<byte> bytes) => new(bytes, default, false);

    /// <summary>A read.</summary>
    /// <param name="bytes">Where it is read to.</param>
    /// <returns>The segment.</returns>
    public static I2cSegment Read(Memory<byte> bytes) => new(default, bytes, true);
}
