using System.Diagnostics;
using System.Globalization;
using System.Text.Unicode;

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

    private const double Knots = SpeedMetresPerSecond * 3600 / MetresPerMinuteOfArc;

    /// <summary>Positions are written to 1e-5 minutes, about 2 cm.</summary>
    private const int UnitsPerMinute = 100_000;

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
        ReadOnlySpan<byte> position = FormatPosition(PositionAt(elapsed), stackalloc byte[32]);
        double courseDegrees = ((AngleAt(elapsed) * 180 / Math.PI) + 90) % 360;
        double altitudeMetres = 406 + (0.3 * Math.Sin(elapsed.TotalSeconds / 5));
        int satellites = GpsSatellites.Length + GlonassSatellites.Length;

        var lines = new LineWriter(destination);
        lines.End(
            Utf8.TryWrite(
                lines.Rest,
                CultureInfo.InvariantCulture,
                $"$GNGGA,{utc:HHmmss.ff},{position},1,{satellites:D2},0.9,{altitudeMetres:F1},M,47.6,M,,",
                out int length),
            length);
        lines.End(
            Utf8.TryWrite(
                lines.Rest,
                CultureInfo.InvariantCulture,
                $"$GNRMC,{utc:HHmmss.ff},A,{position},{Knots:F3},{courseDegrees:F2},{utc:ddMMyy},,,A",
                out length),
            length);
        lines.End(
            Utf8.TryWrite(
                lines.Rest,
                CultureInfo.InvariantCulture,
                $"$GNVTG,{courseDegrees:F2},T,,M,{Knots:F3},N,{SpeedMetresPerSecond * 3.6:F3},K,A",
                out length),
            length);
        WriteGsv(ref lines, "GP", GpsSatellites, (long)elapsed.TotalSeconds);
        WriteGsv(ref lines, "GL", GlonassSatellites, (long)elapsed.TotalSeconds);
        return lines.Length;
    }

    private static void WriteGsv(ref LineWriter lines, string talker, ReadOnlySpan<byte> satellites, long second)
    {
        int sentences = (satellites.Length + 3) / 4;
        for (int i = 0; i < sentences; i++)
        {
            Span<byte> line = lines.Rest;
            bool fits = Utf8.TryWrite(line, $"${talker}GSV,{sentences},{i + 1},{satellites.Length:D2}", out int length);
            foreach (byte satellite in satellites[(4 * i)..Math.Min(satellites.Length, (4 * i) + 4)])
            {
                long elevation = 10 + (satellite * 13 % 75);
                long azimuth = satellite * 37 % 360;
                long signalToNoise = 33 + (((satellite * 7) + second) % 15);
                fits &= Utf8.TryWrite(line[length..], $",{satellite:D2},{elevation:D2},{azimuth:D3},{signalToNoise:D2}", out int added);
                length += added;
            }

            lines.End(fits, length);
        }
    }

    /// <summary>Latitude, its half, longitude, its half. Rounded once, as a whole, so that 60 minutes cannot come out.</summary>
    private static ReadOnlySpan<byte> FormatPosition((double LatitudeDegrees, double LongitudeDegrees) position, Span<byte> text)
    {
        (long latitude, long latitudeUnits) = Math.DivRem((long)Math.Round(position.LatitudeDegrees * 60 * UnitsPerMinute), UnitsPerMinute);
        (long longitude, long longitudeUnits) = Math.DivRem((long)Math.Round(position.LongitudeDegrees * 60 * UnitsPerMinute), UnitsPerMinute);
        Utf8.TryWrite(
            text,
            $"{latitude / 60:D2}{latitude % 60:D2}.{latitudeUnits:D5},N,{longitude / 60:D3}{longitude % 60:D2}.{longitudeUnits:D5},E",
            out int length);
        return text[..length];
    }

    private static double AngleAt(TimeSpan elapsed) => elapsed.TotalSeconds * SpeedMetresPerSecond / RadiusMetres;

    /// <summary>Puts sentences behind one another.</summary>
    private ref struct LineWriter(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;

        public int Length { get; private set; }

        /// <summary>Where the next sentence is written, from its <c>$</c> to before its <c>*</c>.</summary>
        public readonly Span<byte> Rest => _destination[Length..];

        /// <summary>Puts checksum, CR and LF behind the sentence.</summary>
        public void End(bool fits, int length)
        {
            byte checksum = NmeaSentence.Checksum(Rest[1..length]);
            fits &= Utf8.TryWrite(Rest[length..], $"*{checksum:X2}\r\n", out int added);
            if (!fits) throw new UnreachableException($"{nameof(SampleTrack)}.{nameof(MaxBytes)} is smaller than the sentences of one fix.");
            Length += length + added;
        }
    }
}
