namespace Mainspring.Devices;

/// <summary>A bounded first-in-first-out queue of bytes. Its memory comes with the first byte and stays.</summary>
internal sealed class ByteRing(int capacity)
{
    private byte[] _bytes = [];
    private int _head;

    public int Capacity => capacity;

    public int Count { get; private set; }

    public int Room => capacity - Count;

    /// <summary>The oldest bytes, as far as they lie in one piece.</summary>
    public ReadOnlySpan<byte> First => _bytes.AsSpan(_head, Math.Min(Count, _bytes.Length - _head));

    /// <summary>Appends bytes; there has to be room.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, Room);
        if (bytes.IsEmpty)
        {
            return;
        }

        if (_bytes.Length == 0)
        {
            _bytes = new byte[capacity];
        }

        int tail = (int)(((long)_head + Count) % capacity);
        int upToEnd = Math.Min(bytes.Length, capacity - tail);
        bytes[..upToEnd].CopyTo(_bytes.AsSpan(tail));
        bytes[upToEnd..].CopyTo(_bytes);
        Count += bytes.Length;
    }

    /// <summary>Takes the oldest bytes away.</summary>
    public void Remove(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count -= count;
        _head = Count == 0 ? 0 : (int)(((long)_head + count) % capacity);
    }
}
