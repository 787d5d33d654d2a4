namespace Mainspring.Pi;

/// <summary>
/// A receiver that does not exist, on a boat that circles on a lake: what it would send at a given time.
/// The same time gives the same bytes. Nothing here allocates.
/// </summary>
/// <param name="start">The wall time at which it starts.</param>
public sealed class SampleTrack(DateTimeOffset start)
{
    /// <summary>The most bytes that one <see cref="Write"/> writes.</summary>
    public const int MaxBytes = 512;

    private const double CentreLatitudeDegrees = 47.28;
    private const double CentreLongitudeDegrees = 8.59;
    private const double RadiusMetres = 300;
    private const double SpeedMetresPerSecond = 4;
    private const double MetresPerMinuteOfArc = 1852;

    private const string TimeFormat = "HHmmss.ff";

    private static ReadOnlySpan<byte> GpsSatellites => [3, 7, 9, 16, 23, 26, 30];

    private static ReadOnlySpan<byte> GlonassSatellites => [71, 72, 73, 74];

    /// <summary>A track that starts at noon (UTC) of the first day of 2026.</summary>
    public SampleTrack()
        : this(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Where the boat is, in degrees.</summary>
    /// <param name="elapsed">Time since the start.</param>
    public static (double LatitudeDegrees, double LongitudeDegrees) PositionAt(TimeSpan elapsed)
    {
        (double east, double north) = Math.SinCos(AngleAt(elapsed));
        double radiusDegrees = RadiusMetres / MetresPerMinuteOfArc / 60;
        double narrowing = Math.Cos(CentreLatitudeDegrees * Math.PI / 180);
        return (CentreLatitudeDegrees + (radiusDegrees * north), CentreLongitudeDegrees + (radiusDegrees * east / narrowing));
    }

    /// <summary>Writes the sentences of one fix: GGA, RMC, VTG and three of GSV, each ended by CR and LF.</summary>
    /// <param name="elapsed">Time since the start, not negative.</param>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative, or there is less room than <see cref="MaxBytes"/>.</exception>
    public int Write(TimeSpan elapsed, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(elapsed, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, MaxBytes);

        DateTimeOffset utc = start.ToUniversalTime() + elapsed;
        (double latitude, double longitude) = PositionAt(elapsed);
        double course = ((AngleAt(elapsed) * 180 / Math.PI) + 90) % 360;
        double altitude = 406 + (0.3 * Math.Sin(elapsed.TotalSeconds / 5));
        long second = (long)elapsed.TotalSeconds;

        var writer = new NmeaWriter(destination);

        writer.Start("GNGGA"u8);
        writer.Field(utc, TimeFormat);
        WritePosition(ref writer, latitude, longitude);
        writer.Field("1"u8);
        writer.Field(GpsSatellites.Length + GlonassSatellites.Length, "D2");
        writer.Field("0.9"u8);
        writer.Field(altitude, "F1");
        writer.Field("M,47.6,M,,"u8);
        writer.End();

        writer.Start("GNRMC"u8);
        writer.Field(utc, TimeFormat);
        writer.Field("A"u8);
        WritePosition(ref writer, latitude, longitude);
        writer.Field(SpeedMetresPerSecond * 3600 / MetresPerMinuteOfArc, "F3");
        writer.Field(course, "F2");
        writer.Field(utc, "ddMMyy");
        writer.Field(",,A"u8);
        writer.End();

        writer.Start("GNVTG"u8);
        writer.Field(course, "F2");
        writer.Field("T,,M"u8);
        writer.Field(SpeedMetresPerSecond * 3600 / MetresPerMinuteOfArc, "F3");
        writer.Field("N"u8);
        writer.Field(SpeedMetresPerSecond * 3.6, "F3");
        writer.Field("K,A"u8);
        writer.End();

        WriteSatellites(ref writer, "GPGSV"u8, GpsSatellites, second);
        WriteSatellites(ref writer, "GLGSV"u8, GlonassSatellites, second);
        return writer.Length;
    }

    private static void WritePosition(ref NmeaWriter writer, double latitudeDegrees, double longitudeDegrees)
    {
        writer.Coordinate(latitudeDegrees, "D4", "N"u8, "S"u8);
        writer.Coordinate(longitudeDegrees, "D5", "E"u8, "W"u8);
    }

    /// <summary>Four satellites per sentence: number, elevation, azimuth, and a signal that changes from second to second.</summary>
    private static void WriteSatellites(ref NmeaWriter writer, ReadOnlySpan<byte> address, ReadOnlySpan<byte> satellites, long second)
    {
        int sentences = (satellites.Length + 3) / 4;
        for (int i = 0; i < sentences; i++)
        {
            writer.Start(address);
            writer.Field(sentences, "D");
            writer.Field(i + 1, "D");
            writer.Field(satellites.Length, "D2");
            foreach (byte satellite in satellites[(4 * i)..Math.Min(satellites.Length, (4 * i) + 4)])
            {
                writer.Field(satellite, "D2");
                writer.Field(10 + (satellite * 13 % 75), "D2");
                writer.Field(satellite * 37 % 360, "D3");
                writer.Field(33 + (((satellite * 7) + second) % 15), "D2");
            }

            writer.End();
        }
    }

    /// <summary>Radians from north, clockwise, as seen from the centre.</summary>
    private static double AngleAt(TimeSpan elapsed) => elapsed.TotalSeconds * SpeedMetresPerSecond / RadiusMetres;
}
