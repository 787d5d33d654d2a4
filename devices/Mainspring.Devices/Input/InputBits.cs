using System.Numerics;
using System.Runtime.InteropServices;

namespace Mainspring.Devices;

/// <summary>A set of small numbers, laid out as the kernel's bitmaps are on machines of 64 bits.</summary>
internal sealed class InputBits(int count)
{
    private const int WordSize = 64;

    private readonly ulong[] _words = new ulong[(count + WordSize - 1) / WordSize];

    public Span<byte> Bytes => MemoryMarshal.AsBytes(_words.AsSpan());

    public Span<ulong> Words => _words;

    public bool IsEmpty => First(0) < 0;

    public bool this[int number]
    {
        get => (uint)number < (uint)(_words.Length * WordSize) && (_words[number / WordSize] >> (number % WordSize) & 1) != 0;
        set
        {
            if ((uint)number < (uint)(_words.Length * WordSize))
            {
                ulong bit = 1UL << (number % WordSize);
                _words[number / WordSize] = value ? _words[number / WordSize] | bit : _words[number / WordSize] & ~bit;
            }
        }
    }

    /// <summary>The first number that is in the set, or in one of both sets but not in the other, from the given one on; -1 for none.</summary>
    public int First(int from, InputBits? differingFrom = null)
    {
        for (int word = from / WordSize; word < _words.Length; word++)
        {
            ulong bits = _words[word] ^ (differingFrom?._words[word] ?? 0);
            if (word == from / WordSize)
            {
                bits &= ulong.MaxValue << (from % WordSize);
            }

            if (bits != 0)
            {
                return (word * WordSize) + BitOperations.TrailingZeroCount(bits);
            }
        }

        return -1;
    }

    public void Clear() => Array.Clear(_words);

    public void CopyFrom(InputBits other) => other._words.CopyTo(_words, 0);

    public IEnumerable<int> All()
    {
        for (int number = First(0); number >= 0; number = First(number + 1))
        {
            yield return number;
        }
    }
}
