namespace Mainspring.Pi;

/// <summary>
/// Satellites of one constellation, by their number in NMEA 0183, modulo 256: the numbers of one constellation
/// (GPS 1 to 32, its augmentations 33 to 64 or 120 to 158, QZSS 193 to 202, Galileo 301 to 336, BeiDou 401 to 463, …) do not collide.
/// </summary>
internal struct SatelliteSet
{
    private UInt128 _low;
    private UInt128 _high;

    public readonly int Count => (int)(UInt128.PopCount(_low) + UInt128.PopCount(_high));

    public void Add(int satellite)
    {
        if ((satellite & 128) == 0)
        {
            _low |= UInt128.One << (satellite & 127);
        }
        else
        {
            _high |= UInt128.One << (satellite & 127);
        }
    }

    public void Add(SatelliteSet others)
    {
        _low |= others._low;
        _high |= others._high;
    }
}
