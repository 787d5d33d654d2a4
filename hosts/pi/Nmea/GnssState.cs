using System.Buffers.Binary;

namespace Mainspring.Pi;

/// <summary>
/// What the sentences of a receiver have said last: GGA, GLL, GNS, GSV, RMC, VTG and ZDA of any talker. Others are passed over.
/// </summary>
/// <remarks>
/// A value is null until the first sentence brought it. An empty field leaves the old value; so does a malformed
/// one, which is counted. A void fix (status V, quality 0) clears <see cref="HasFix"/> and leaves the last known position.
/// Nothing here allocates or throws.
/// </remarks>
public sealed class GnssState
{
    private const double MetresPerSecondPerKnot = 1852.0 / 3600.0;

    private readonly SatellitesInView _inView = new();

    /// <summary>Whether the last sentence that says so had a valid position.</summary>
    public bool HasFix => Quality != FixQuality.None;

    /// <summary>The receiver has gone: there is no fix until it says so again. The last known position stays.</summary>
    public void LoseFix() => Quality = FixQuality.None;

    /// <summary>How the position is found. By GGA and GNS; a valid RMC or GLL raises it from none to autonomous.</summary>
    public FixQuality Quality { get; private set; }

    /// <summary>
    /// Degrees in the receiver's datum, normally WGS 84; north is positive. The double nearest to what was sent, to 1e-11 minutes.
    /// </summary>
    public double? LatitudeDegrees { get; private set; }

    /// <summary>Degrees, like <see cref="LatitudeDegrees"/>, and set together with it; east is positive.</summary>
    public double? LongitudeDegrees { get; private set; }

    /// <summary>Metres above mean sea level, by GGA or GNS.</summary>
    public double? AltitudeMetres { get; private set; }

    /// <summary>Metres per second over ground, by RMC or VTG.</summary>
    public double? SpeedMetresPerSecond { get; private set; }

    /// <summary>Degrees from true north, clockwise, 0 to 360, by RMC or VTG. Many receivers send none while they stand.</summary>
    public double? CourseDegrees { get; private set; }

    /// <summary>The time of day in UTC of the last sentence that has one. The leap second 23:59:60 is 24:00:00.</summary>
    public TimeSpan? UtcTime { get; private set; }

    /// <summary>Date and time, from one sentence that has both: RMC or ZDA. So it is never a day wrong at midnight.</summary>
    public DateTimeOffset? Utc { get; private set; }

    /// <summary>Satellites that the position is computed from, by GGA or GNS.</summary>
    public int? SatellitesUsed { get; private set; }

    /// <summary>Satellites in view, of all constellations, by GSV; each counts once.</summary>
    public int? SatellitesInView => _inView.IsKnown ? _inView.Total : null;

    /// <summary>Fields that were malformed or out of their range in a sentence with the right checksum.</summary>
    public long MalformedFields { get; private set; }

    /// <summary>Takes what a sentence says.</summary>
    public void Apply(NmeaSentence sentence)
    {
        if (sentence.Talker.Length != 2)
        {
            return; // proprietary: its type may look like one of these
        }

        ReadOnlySpan<byte> type = sentence.Type;
        if (type.SequenceEqual("GGA"u8))
        {
            ApplyGga(sentence);
        }
        else if (type.SequenceEqual("GLL"u8))
        {
            ApplyGll(sentence);
        }
        else if (type.SequenceEqual("GNS"u8))
        {
            ApplyGns(sentence);
        }
        else if (type.SequenceEqual("GSV"u8))
        {
            ApplyGsv(sentence);
        }
        else if (type.SequenceEqual("RMC"u8))
        {
            ApplyRmc(sentence);
        }
        else if (type.SequenceEqual("VTG"u8))
        {
            ApplyVtg(sentence);
        }
        else if (type.SequenceEqual("ZDA"u8))
        {
            ApplyZda(sentence);
        }
    }

    /// <summary>1 time, 2 to 5 position, 6 quality, 7 satellites used, 8 HDOP, 9 altitude.</summary>
    private void ApplyGga(NmeaSentence gga)
    {
        TakeTime(gga[1]);
        SatellitesUsed = Integer(gga[7], 0, 999) ?? SatellitesUsed;
        if (Integer(gga[6], 0, 9) is not { } number)
        {
            return;
        }

        Quality = number == 9 ? FixQuality.Differential : (FixQuality)number; // 9: NovAtel's number for corrections by satellite
        if (!HasFix)
        {
            return;
        }

        TakePosition(gga, 2);
        AltitudeMetres = Number(gga[9], -100_000, 1_000_000) ?? AltitudeMetres;
    }

    /// <summary>1 to 4 position, 5 time, 6 status.</summary>
    private void ApplyGll(NmeaSentence gll)
    {
        TakeTime(gll[5]);
        if (TakeStatus(gll[6]))
        {
            TakePosition(gll, 1);
        }
    }

    /// <summary>1 time, 2 to 5 position, 6 mode, one letter per constellation, 7 satellites used, 8 HDOP, 9 altitude.</summary>
    private void ApplyGns(NmeaSentence gns)
    {
        TakeTime(gns[1]);
        if (gns[6].IsEmpty)
        {
            return; // one that only adds the satellites of one constellation to a GNGNS
        }

        SatellitesUsed = Integer(gns[7], 0, 999) ?? SatellitesUsed;
        Quality = BestMode(gns[6]);
        if (!HasFix)
        {
            return;
        }

        TakePosition(gns, 2);
        AltitudeMetres = Number(gns[9], -100_000, 1_000_000) ?? AltitudeMetres;
    }

    /// <summary>1 sentences, 2 number of this one, 3 satellites, four fields per satellite, its number first; maybe the signal.</summary>
    private void ApplyGsv(NmeaSentence gsv)
    {
        if (Integer(gsv[2], 0, 99) is not { } number)
        {
            return;
        }

        (int listed, int more) = Math.DivRem(gsv.FieldCount - 3, 4);
        byte signal = more == 1 && gsv[gsv.FieldCount] is [var digit, ..] ? digit : (byte)0;
        SatelliteSet satellites = default;
        for (int i = 0; i < listed; i++)
        {
            if (Integer(gsv[4 + (4 * i)], 0, 999) is { } satellite)
            {
                satellites.Add(satellite);
            }
        }

        _inView.Add(BinaryPrimitives.ReadUInt16BigEndian(gsv.Talker), signal, number, number == Integer(gsv[1], 0, 99), satellites);
    }

    /// <summary>1 time, 2 status, 3 to 6 position, 7 knots, 8 course, 9 date.</summary>
    private void ApplyRmc(NmeaSentence rmc)
    {
        TimeSpan? time = TakeTime(rmc[1]);
        if (NmeaField.TryDate(rmc[9], out DateOnly date))
        {
            TakeUtc(date, time);
        }
        else
        {
            CountMalformed(rmc[9]);
        }

        if (!TakeStatus(rmc[2]))
        {
            return;
        }

        TakePosition(rmc, 3);
        TakeSpeed(rmc[7]);
        TakeCourse(rmc[8]);
    }

    /// <summary>1 course, 2 T, 3 magnetic course, 4 M, 5 knots, 6 N, 7 km/h, 8 K, 9 mode, whose N is no fix.</summary>
    private void ApplyVtg(NmeaSentence vtg)
    {
        if (vtg[9] is [(byte)'N'])
        {
            return;
        }

        TakeCourse(vtg[1]);
        TakeSpeed(vtg[5]);
    }

    /// <summary>1 time, 2 day, 3 month, 4 year.</summary>
    private void ApplyZda(NmeaSentence zda)
    {
        TimeSpan? time = TakeTime(zda[1]);
        if (Integer(zda[2], 1, 31) is not { } day)
        {
            return;
        }

        if (Integer(zda[3], 1, 12) is not { } month)
        {
            return;
        }

        if (Integer(zda[4], 1, 9998) is not { } year)
        {
            return; // 9999 could end in a leap second, beyond DateTimeOffset
        }

        if (NmeaField.TryDate(day, month, year, out DateOnly date))
        {
            TakeUtc(date, time);
        }
        else
        {
            CountMalformed(zda[2]);
        }
    }

    private TimeSpan? TakeTime(ReadOnlySpan<byte> field)
    {
        if (!NmeaField.TryTime(field, out TimeSpan time))
        {
            CountMalformed(field);
            return null;
        }

        UtcTime = time;
        return time;
    }

    private void TakeUtc(DateOnly date, TimeSpan? time)
    {
        if (time is { } known)
        {
            Utc = new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero) + known;
        }
    }

    /// <summary>Four fields: latitude, its half, longitude, its half. Both are taken, or none.</summary>
    private void TakePosition(NmeaSentence sentence, int first)
    {
        ReadOnlySpan<byte> latitudeField = sentence[first];
        ReadOnlySpan<byte> longitudeField = sentence[first + 2];
        if (NmeaField.TryCoordinate(latitudeField, sentence[first + 1], 'N', 'S', 90, out double latitude)
            && NmeaField.TryCoordinate(longitudeField, sentence[first + 3], 'E', 'W', 180, out double longitude))
        {
            LatitudeDegrees = latitude;
            LongitudeDegrees = longitude;
        }
        else if (!latitudeField.IsEmpty || !longitudeField.IsEmpty)
        {
            MalformedFields++;
        }
    }

    /// <summary>A: a valid position, V: a void one. Whether the position is to be taken.</summary>
    private bool TakeStatus(ReadOnlySpan<byte> field)
    {
        switch (field)
        {
            case [(byte)'A']:
                if (!HasFix)
                {
                    Quality = FixQuality.Autonomous;
                }

                return true;
            case [(byte)'V']:
                Quality = FixQuality.None;
                return false;
            default:
                CountMalformed(field);
                return false;
        }
    }

    private void TakeSpeed(ReadOnlySpan<byte> knots) =>
        SpeedMetresPerSecond = (Number(knots, 0, 100_000) * MetresPerSecondPerKnot) ?? SpeedMetresPerSecond;

    private void TakeCourse(ReadOnlySpan<byte> degrees) => CourseDegrees = Number(degrees, 0, 360) ?? CourseDegrees;

    private static FixQuality BestMode(ReadOnlySpan<byte> modes)
    {
        ReadOnlySpan<byte> bestFirst = "RFPDAEMS"u8;
        int best = bestFirst.IndexOfAny(modes);
        return (best < 0 ? (byte)'N' : bestFirst[best]) switch
        {
            (byte)'R' => FixQuality.Rtk,
            (byte)'F' => FixQuality.FloatRtk,
            (byte)'P' => FixQuality.Precise,
            (byte)'D' => FixQuality.Differential,
            (byte)'A' => FixQuality.Autonomous,
            (byte)'E' => FixQuality.Estimated,
            (byte)'M' => FixQuality.Manual,
            (byte)'S' => FixQuality.Simulated,
            _ => FixQuality.None,
        };
    }

    /// <summary>Null if the field is empty, malformed or out of range.</summary>
    private double? Number(ReadOnlySpan<byte> field, double min, double max)
    {
        if (NmeaField.TryNumber(field, out double value) && value >= min && value <= max)
        {
            return value;
        }

        CountMalformed(field);
        return null;
    }

    /// <summary>Null if the field is empty, malformed or out of range.</summary>
    private int? Integer(ReadOnlySpan<byte> field, int min, int max)
    {
        if (NmeaField.TryInteger(field, out int value) && value >= min && value <= max)
        {
            return value;
        }

        CountMalformed(field);
        return null;
    }

    private void CountMalformed(ReadOnlySpan<byte> field)
    {
        if (!field.IsEmpty)
        {
            MalformedFields++;
        }
    }
}
