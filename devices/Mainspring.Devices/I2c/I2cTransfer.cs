namespace Mainspring.Devices;

/// <summary>One transfer, with memory of its own, so that a caller who has gone on is not written to.</summary>
internal sealed class I2cTransfer
{
    public const int MostSegments = 42;      // I2C_RDWR_IOCTL_MAX_MSGS
    public const int LongestSegment = 8192;  // i2c-dev.c
    public const int LongestBlock = 32;      // I2C_SMBUS_BLOCK_MAX

    private byte[] _bytes = new byte[64];
    private Segment[] _segments = new Segment[2];
    private int _length;

    public I2cDevice Device { get; private set; } = null!;

    /// <summary>The command, or null: then it is <see cref="Segments"/>.</summary>
    public SmbusProtocol? Protocol { get; private set; }

    public byte Command { get; private set; }

    public int Value { get; private set; }

    public int Count { get; private set; }

    public ReadOnlySpan<Segment> Segments => _segments.AsSpan(0, Count);

    public Span<byte> All => _bytes.AsSpan(0, _length);

    public void Begin(I2cDevice device) => (Device, Protocol, Count, _length) = (device, null, 0, 0);

    public void AddWrite(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Add(isRead: false, bytes.Length));

    /// <summary>A register's number and what is written to it.</summary>
    public void AddWrite(int register, ReadOnlySpan<byte> bytes)
    {
        int size = Device.Options.RegisterBytes;
        Span<byte> all = Add(isRead: false, size + bytes.Length);
        if (size == 2)
        {
            all[0] = (byte)(register >> 8);
        }

        all[size - 1] = (byte)register;
        bytes.CopyTo(all[size..]);
    }

    public void AddRead(int length) => Add(isRead: true, length);

    /// <summary>It is an SMBus command; a block of it is its one segment.</summary>
    public void SetCommand(SmbusProtocol protocol, byte command, int value) => (Protocol, Command, Value) = (protocol, command, value);

    public Span<byte> Bytes(int segment) => _bytes.AsSpan(_segments[segment].Offset, _segments[segment].Length);

    private Span<byte> Add(bool isRead, int length)
    {
        if (Count == _segments.Length)
        {
            Array.Resize(ref _segments, Count * 2);
        }

        if (_length + length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + length));
        }

        _segments[Count] = new Segment(isRead, _length, length);
        _length += length;
        Span<byte> bytes = Bytes(Count++);
        bytes.Clear();
        return bytes;
    }

    public readonly record struct Segment(bool IsRead, int Offset, int Length);
}
