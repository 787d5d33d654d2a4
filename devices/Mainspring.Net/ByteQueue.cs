using System.Buffers;

namespace Mainspring.Net;

/// <summary>Bytes in one piece, added at the end and taken from the front. While it is empty it holds no memory. A field of whoever has it, never copied.</summary>
internal struct ByteQueue
{
    private const int Least = 4096;

    private byte[]? _bytes;
    private int _start;
    private int _end;
    private bool _isSkipped; // somebody looks at what he has taken

    public readonly int Count => _end - _start;

    public readonly ReadOnlyMemory<byte> Waiting => _bytes.AsMemory(_start, Count);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length).Span);
        _end += bytes.Length;
    }

    /// <summary>Free space behind the bytes; what is put there counts after <see cref="Commit"/>.</summary>
    public Memory<byte> Room(int atLeast)
    {
        if (_bytes is null || _bytes.Length - _end < atLeast)
        {
            MakeRoom(atLeast);
        }

        return _bytes.AsMemory(_end);
    }

    public void Commit(int count) => _end += count;

    public void Consume(int count)
    {
        _start += count;
        if (_start == _end)
        {
            Clear();
        }
    }

    /// <summary>Takes bytes from the front, and leaves their memory as it is until the next call.</summary>
    public void Skip(int count)
    {
        _start += count;
        _isSkipped = true;
    }

    /// <summary>Holds no memory when it is empty. What was skipped stays as it is: the memory is left to the collector.</summary>
    public void Trim()
    {
        if (Count == 0 && _isSkipped)
        {
            this = default;
        }
        else if (Count == 0)
        {
            Clear();
        }
    }

    public void Clear()
    {
        if (_bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        this = default;
    }

    private void MakeRoom(int atLeast)
    {
        int count = Count;
        if (_bytes is not null && _bytes.Length - count >= atLeast && count <= _bytes.Length / 2)
        {
            _bytes.AsSpan(_start, count).CopyTo(_bytes);
        }
        else
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(Least, checked(count + Math.Max(atLeast, count))));
            _bytes.AsSpan(_start, count).CopyTo(larger);
            Clear();
            _bytes = larger;
        }

        (_start, _end, _isSkipped) = (0, count, false);
    }
}
