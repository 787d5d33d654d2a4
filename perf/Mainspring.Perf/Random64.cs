using System.Runtime.CompilerServices;

namespace Mainspring.Perf;

/// <summary>xorshift64*, the same numbers as those of the C programs.</summary>
internal struct Random64()
{
    private ulong _state = 0x9E3779B97F4A7C15;

    /// <summary>A number from 0 to <paramref name="n"/> - 1; n is at most 2^32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Below(long n)
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (long)(((_state * 0x2545F4914F6CDD1D) >> 32) * (ulong)n >> 32);
    }
}
