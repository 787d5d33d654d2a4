namespace Mainspring.Devices;

/// <summary>One transfer, with memory of its own: a write and a read half of the same length.</summary>
internal sealed class SpiTransfer
{
    public const int MostSegments = 511; // what fits the 14 bits of an ioctl's size

    private byte[] _written = new byte[64];
    private byte[] _read = new byte[64];
    private Segment[] _segments = new Segment[2];

    public int Count { get; private set; }

    public int Length { get; private set; }

    public ReadOnlySpan<Segment> Segments => _segments.AsSpan(0, Count);

    public Span<byte> Written => _written.AsSpan(0, Length);

    public Span<byte> Read => _read.AsSpan(0, Length);

    public void Clear() => (Count, Length) = (0, 0);

    public void Add(in SpiSegment segment)
    {
        int length = segment.Length;
        if (Count == _segments.Length)
        {
            Array.Resize(ref _segments, Count * 2);
        }

        if (Length + length > _written.Length)
        {
            int size = Math.Max(_written.Length * 2, Length + length);
            Array.Resize(ref _written, size);
            Array.Resize(ref _read, size);
        }

        Span<byte> written = _written.AsSpan(Length, length);
        if (segment.Write.IsEmpty)
        {
            written.Clear();
        }
        else
        {
            segment.Write.Span.CopyTo(written);
        }

        _segments[Count++] = new Segment(
            Length, length, (ushort)segment.DelayMicroseconds, segment.ToggleChipSelect, (uint)segment.SpeedHz, (byte)segment.BitsPerWord);
        Length += length;
    }

    public readonly record struct Segment(int Offset, int Length, ushort DelayMicroseconds, bool TogglesChipSelect, uint SpeedHz, byte BitsPerWord);
}
