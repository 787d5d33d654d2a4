using System.Buffers.Binary;

namespace Mainspring.Devices;

/// <summary>What the commands of SMBus need, and which of them puts the same on the wires as a plain transfer.</summary>
internal static class Smbus
{
    /// <summary>What the adapter has to be able to do.</summary>
    public static I2cFunctions Needs(SmbusProtocol protocol) => protocol switch
    {
        SmbusProtocol.QuickWrite or SmbusProtocol.QuickRead => I2cFunctions.SmbusQuick,
        SmbusProtocol.ReadByte => I2cFunctions.SmbusReadByte,
        SmbusProtocol.WriteByte => I2cFunctions.SmbusWriteByte,
        SmbusProtocol.ReadByteData => I2cFunctions.SmbusReadByteData,
        SmbusProtocol.WriteByteData => I2cFunctions.SmbusWriteByteData,
        SmbusProtocol.ReadWordData => I2cFunctions.SmbusReadWordData,
        SmbusProtocol.WriteWordData => I2cFunctions.SmbusWriteWordData,
        SmbusProtocol.ProcessCall => I2cFunctions.SmbusProcessCall,
        SmbusProtocol.ReadBlockData => I2cFunctions.SmbusReadBlockData,
        SmbusProtocol.WriteBlockData => I2cFunctions.SmbusWriteBlockData,
        SmbusProtocol.ReadI2cBlock => I2cFunctions.SmbusReadI2cBlock,
        SmbusProtocol.WriteI2cBlock => I2cFunctions.SmbusWriteI2cBlock,
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, "There is no such command of SMBus."),
    };

    /// <summary>The command that does what a plain transfer of a write, a read, or both wants. The bytes of <see cref="Call.Block"/> stand in the transfer.</summary>
    /// <exception cref="I2cException">There is none, or the adapter cannot do it.</exception>
    public static Call For(I2cTransfer transfer, I2cFunctions functions, string bus)
    {
        ReadOnlySpan<I2cTransfer.Segment> segments = transfer.Segments;
        bool writes = !segments[0].IsRead;
        bool reads = segments[^1].IsRead;
        Span<byte> written = writes ? transfer.Bytes(0) : [];
        int read = reads ? segments[^1].Length : 0;
        bool isSimple = segments.Length == (writes ? 1 : 0) + (reads ? 1 : 0);
        Call? call = !isSimple ? null : (written.Length, read) switch
        {
            (0, 1) => new Call(SmbusProtocol.ReadByte, 0, 0, segments[0]),
            (1, 0) => new Call(SmbusProtocol.WriteByte, 0, written[0], default),
            (1, 1) => new Call(SmbusProtocol.ReadByteData, written[0], 0, segments[1]),
            (2, 0) => new Call(SmbusProtocol.WriteByteData, written[0], written[1], default),
            (3, 2) => new Call(SmbusProtocol.ProcessCall, written[0], BinaryPrimitives.ReadUInt16LittleEndian(written[1..]), segments[1]),
            (1, <= I2cTransfer.LongestBlock) when read != 2 || Has(SmbusProtocol.ReadI2cBlock) => new Call(SmbusProtocol.ReadI2cBlock, written[0], 0, segments[1]),
            (1, 2) => new Call(SmbusProtocol.ReadWordData, written[0], 0, segments[1]),
            ( > 2 and <= I2cTransfer.LongestBlock + 1, 0) when written.Length != 3 || Has(SmbusProtocol.WriteI2cBlock) =>
                new Call(SmbusProtocol.WriteI2cBlock, written[0], 0, segments[0] with { Offset = segments[0].Offset + 1, Length = written.Length - 1 }),
            (3, 0) => new Call(SmbusProtocol.WriteWordData, written[0], BinaryPrimitives.ReadUInt16LittleEndian(written[1..]), default),
            _ => null,
        };
        return call is { } found && Has(found.Protocol)
            ? found
            : throw I2cErrors.Unsupported(transfer.Device.Name, bus, $"this transfer ({Describe(segments)}), since it speaks SMBus only{Remedy(call, read, written.Length)}", functions);

        bool Has(SmbusProtocol protocol) => (functions & Needs(protocol)) != 0;
    }

    private static string Remedy(Call? call, int read, int written) =>
        call is null && (read > I2cTransfer.LongestBlock || written > I2cTransfer.LongestBlock + 1) ? $", {I2cTransfer.LongestBlock} bytes at a time at the most" : "";

    private static string Describe(ReadOnlySpan<I2cTransfer.Segment> segments)
    {
        var text = new List<string>();
        foreach (I2cTransfer.Segment segment in segments)
        {
            text.Add($"{(segment.IsRead ? "read" : "write")} {segment.Length}");
        }

        return string.Join(", ", text);
    }

    /// <summary>A command of SMBus; a block, or what it reads, stands in the transfer's memory.</summary>
    public readonly record struct Call(SmbusProtocol Protocol, byte Command, int Value, I2cTransfer.Segment Block);
}
