using System.Globalization;
using System.Text;

namespace Mainspring.Pi.Tests;

/// <summary>What is kept of the sentences.</summary>
public sealed class GnssStateTests
{
    private const double MetresPerSecondPerKnot = 1852.0 / 3600;

    private readonly GnssState _state = new();

    [Fact]
    public void Gga_WithAFix_SetsPositionAltitudeQualitySatellitesAndTime()
    {
        Apply("GPGGA,123519.25,4807.038,N,01131.5,W,4,08,0.9,-12.5,M,46.9,M,,");

        Assert.True(_state.HasFix);
        Assert.Equal(FixQuality.Rtk, _state.Quality);
        Assert.Equal(48.1173, _state.LatitudeDegrees);
        Assert.Equal(-11.525, _state.LongitudeDegrees);
        Assert.Equal(-12.5, _state.AltitudeMetres);
        Assert.Equal(8, _state.SatellitesUsed);
        Assert.Equal(new TimeSpan(0, 12, 35, 19, 250), _state.UtcTime);
        Assert.Null(_state.Utc); // GGA has no date
        Assert.Equal(0, _state.MalformedFields);
    }

    [Fact]
    public void LoseFix_LeavesTheLastPositionButNoFix()
    {
        Apply("GPGGA,123519.25,4807.038,N,01131.5,W,4,08,0.9,-12.5,M,46.9,M,,");
        _state.LoseFix();

        Assert.False(_state.HasFix);
        Assert.Equal(48.1173, _state.LatitudeDegrees);
    }

    [Fact]
    public void Rmc_WithAFix_SetsPositionSpeedCourseAndDate()
    {
        Apply("GNRMC,235959.50,A,3351.0,S,15112.6,E,10.0,084.4,311225,003.1,W");

        Assert.Equal(FixQuality.Autonomous, _state.Quality); // RMC says no more than that it is valid
        Assert.Equal(-33.85, _state.LatitudeDegrees);
        Assert.Equal(151.21, _state.LongitudeDegrees);
        Assert.Equal(10 * MetresPerSecondPerKnot, _state.SpeedMetresPerSecond);
        Assert.Equal(84.4, _state.CourseDegrees);
        Assert.Equal(new DateTimeOffset(2025, 12, 31, 23, 59, 59, 500, TimeSpan.Zero), _state.Utc);
    }

    [Fact]
    public void Rmc_AfterGga_LeavesTheFinerQuality()
    {
        Apply("GPGGA,,4807.0,N,01131.0,E,5,08,0.9,1,M,,M,,");
        Apply("GPRMC,,A,4807.0,N,01131.0,E,,,010126,,");
        Assert.Equal(FixQuality.FloatRtk, _state.Quality);
    }

    [Theory]
    [InlineData("GPGGA,120000,,,,,0,00,99.9,,,,,,")]
    [InlineData("GPRMC,120000,V,,,,,,,010126,,")]
    [InlineData("GPGLL,4700.0,N,00800.0,E,120000,V")] // a position that is not to be trusted
    [InlineData("GNGNS,120000,,,,,NNNN,00,,,,,")]
    public void VoidFix_AfterAFix_ClearsHasFixAndLeavesThePosition(string body)
    {
        Apply("GPGLL,4830.0,N,01130.0,E,115959,A");
        Assert.True(_state.HasFix);

        Apply(body);

        Assert.False(_state.HasFix);
        Assert.Equal((48.5, 11.5), (_state.LatitudeDegrees, _state.LongitudeDegrees));
        Assert.Equal(TimeSpan.FromHours(12), _state.UtcTime); // the clock is right all the same
        Assert.Equal(0, _state.MalformedFields);
    }

    [Theory]
    [InlineData("NNA", FixQuality.Autonomous)]
    [InlineData("AD", FixQuality.Differential)]
    [InlineData("FFNNN", FixQuality.FloatRtk)]
    [InlineData("RF", FixQuality.Rtk)]
    [InlineData("E", FixQuality.Estimated)]
    public void Gns_WithModesOfSeveralConstellations_HasTheBest(string modes, FixQuality expected)
    {
        Apply($"GNGNS,120000,4830.0,N,01130.0,E,{modes},13,0.9,400.5,47.0,,");
        Assert.Equal((expected, 13, 400.5), (_state.Quality, _state.SatellitesUsed, _state.AltitudeMetres));
    }

    [Fact]
    public void Gns_OfOneConstellationBehindACommonOne_ChangesNeitherFixNorSatellites()
    {
        Apply("GNGNS,120000,4830.0,N,01130.0,E,AA,10,0.9,400.5,47.0,,");
        Apply("GPGNS,120000,,,,,,6,,,,1.0,0");
        Assert.Equal((true, 10), (_state.HasFix, _state.SatellitesUsed));
    }

    [Fact]
    public void Vtg_WithoutAFix_LeavesSpeedAndCourse()
    {
        Apply("GPVTG,90.0,T,,M,10.0,N,18.52,K,A");
        Apply("GPVTG,0.0,T,,M,0.0,N,0.0,K,N");
        Assert.Equal((10 * MetresPerSecondPerKnot, 90), (_state.SpeedMetresPerSecond, _state.CourseDegrees));
    }

    [Theory]
    [InlineData("GPZDA,235960.00,31,12,2016,00,00", "2017-01-01T00:00:00Z")] // the leap second counts on
    [InlineData("GPZDA,000000.1234567,29,02,2024,,", "2024-02-29T00:00:00.1234567Z")]
    [InlineData("GPRMC,000000,V,,,,,,,060180,,", "1980-01-06T00:00:00Z")] // GPS time starts
    [InlineData("GPRMC,000000,V,,,,,,,311279,,", "2079-12-31T00:00:00Z")]
    public void Utc_FromOneSentence_IsThatMoment(string body, string expected)
    {
        Apply(body);
        Assert.Equal(DateTimeOffset.Parse(expected), _state.Utc);
    }

    [Fact]
    public void Utc_TimeWithoutDateAfterMidnight_IsNotADayWrong()
    {
        Apply("GPZDA,235959,31,12,2025,00,00");
        Apply("GPGGA,000000,,,,,0,00,,,,,,,");
        Assert.Equal(TimeSpan.Zero, _state.UtcTime);
        Assert.Equal(new DateTimeOffset(2025, 12, 31, 23, 59, 59, TimeSpan.Zero), _state.Utc);
    }

    [Theory]
    [InlineData("GPGGA,,4860.0,N,01130.0,E,1,,,,,,,,")] // 60 minutes
    [InlineData("GPGGA,,9000.1,N,01130.0,E,1,,,,,,,,")]
    [InlineData("GPGGA,,4830.0,N,18000.1,E,1,,,,,,,,")]
    [InlineData("GPGGA,,4830.0,X,01130.0,E,1,,,,,,,,")]
    [InlineData("GPGGA,,4830.0,,01130.0,E,1,,,,,,,,")]
    [InlineData("GPGGA,,4830.0,N,,,1,,,,,,,,")] // half a position is none
    [InlineData("GPGGA,,-4830.0,N,01130.0,E,1,,,,,,,,")]
    [InlineData("GPGGA,,48x0.0,N,01130.0,E,1,,,,,,,,")]
    [InlineData("GPGGA,,99999999999999999999,N,01130.0,E,1,,,,,,,,")]
    [InlineData("GPGGA,,,,,,A,,,,,,,,")]
    [InlineData("GPGGA,,,,,,1,,,1e3,M,,,,")]
    [InlineData("GPGGA,,,,,,1,,,.,M,,,,")]
    [InlineData("GPGGA,,,,,,1,8.0,,,,,,,")]
    [InlineData("GPGGA,240000,,,,,1,,,,,,,,")]
    [InlineData("GPGGA,12000,,,,,1,,,,,,,,")]
    [InlineData("GPRMC,,Q,,,,,,,010126,,")]
    [InlineData("GPRMC,,A,,,,,-1.0,,010126,,")]
    [InlineData("GPRMC,,A,,,,,,360.1,010126,,")]
    [InlineData("GPRMC,120000,A,,,,,,,300226,,")]
    [InlineData("GPZDA,120000,29,02,2025,,")]
    public void MalformedField_IsCountedAndLeavesTheOldValue(string body)
    {
        Apply("GPGGA,115959,4730.0,N,00830.0,E,1,07,0.9,400,M,47,M,,");
        Apply("GPRMC,115959,A,4730.0,N,00830.0,E,1.0,90.0,311225,,");
        DateTimeOffset? utc = _state.Utc;

        Apply(body);

        Assert.Equal(1, _state.MalformedFields);
        Assert.Equal((47.5, 8.5, 400), (_state.LatitudeDegrees, _state.LongitudeDegrees, _state.AltitudeMetres));
        Assert.Equal((MetresPerSecondPerKnot, 90), (_state.SpeedMetresPerSecond, _state.CourseDegrees));
        Assert.Equal((FixQuality.Autonomous, 7, utc), (_state.Quality, _state.SatellitesUsed, _state.Utc));
    }

    [Fact]
    public void Coordinate_OfAnyDigits_IsTheNearestDouble()
    {
        var random = new Random(1);
        for (int i = 0; i < 10_000; i++)
        {
            int degrees = random.Next(180);
            decimal minutes = decimal.Round((decimal)random.NextDouble() * 59, random.Next(12));

            Assert.True(NmeaField.TryCoordinate(
                Encoding.ASCII.GetBytes($"{degrees:D3}{minutes:00.###########}"), "W"u8, 'E', 'W', 180, out double actual));

            decimal exact = degrees + (minutes / 60); // to 28 digits
            Assert.Equal(-double.Parse(exact.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), actual);
        }
    }

    private void Apply(string body)
    {
        Assert.Equal(NmeaStatus.Valid, NmeaSentence.Parse(NmeaText.Line(body), out NmeaSentence sentence));
        _state.Apply(sentence);
    }
}
