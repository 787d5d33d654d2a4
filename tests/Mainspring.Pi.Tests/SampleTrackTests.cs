namespace Mainspring.Pi.Tests;

/// <summary>What the receiver that does not exist sends.</summary>
public sealed class SampleTrackTests
{
    private readonly SampleTrack _track = new(new DateTimeOffset(2026, 3, 1, 23, 59, 30, TimeSpan.Zero));
    private readonly byte[] _buffer = new byte[SampleTrack.MaxBytes];

    [Fact]
    public void Track_AtAnyTime_IsReadBackAsItWasMeant()
    {
        var reader = new NmeaReader();
        for (int i = 1; i <= 5_000; i++)
        {
            var elapsed = TimeSpan.FromMilliseconds(i * 137.0);
            int length = _track.Write(elapsed, _buffer);
            foreach (byte[] line in NmeaText.LinesOf(_buffer[..length]))
            {
                Assert.True(reader.Accept(line));
            }

            GnssState state = reader.State;
            (double latitude, double longitude) = SampleTrack.PositionAt(elapsed);
            Assert.Equal(FixQuality.Autonomous, state.Quality);
            Assert.Equal(latitude, state.LatitudeDegrees!.Value, 1e-7); // half of 1e-5 minutes
            Assert.Equal(longitude, state.LongitudeDegrees!.Value, 1e-7);
            Assert.Equal(4, state.SpeedMetresPerSecond!.Value, 1e-3);
            Assert.Equal((11, 11), (state.SatellitesUsed, state.SatellitesInView));
            DateTimeOffset utc = new DateTimeOffset(2026, 3, 1, 23, 59, 30, TimeSpan.Zero) + elapsed;
            Assert.InRange(utc - state.Utc!.Value, TimeSpan.Zero, TimeSpan.FromMilliseconds(9.9999));
        }

        Assert.Equal((5_000 * 6, 0, 0), (reader.Sentences, reader.BadSentences, reader.State.MalformedFields));
    }

    [Fact]
    public void Track_InOneSecond_MovesAsItsSpeedAndCourseSay()
    {
        var reader = new NmeaReader();
        for (int second = 0; second < 600; second++)
        {
            int length = _track.Write(TimeSpan.FromSeconds(second + 0.5), _buffer);
            foreach (byte[] line in NmeaText.LinesOf(_buffer[..length]))
            {
                reader.Accept(line);
            }

            (double fromLatitude, double fromLongitude) = SampleTrack.PositionAt(TimeSpan.FromSeconds(second));
            (double toLatitude, double toLongitude) = SampleTrack.PositionAt(TimeSpan.FromSeconds(second + 1));
            double north = (toLatitude - fromLatitude) * 60 * 1852;
            double east = (toLongitude - fromLongitude) * 60 * 1852 * Math.Cos(fromLatitude * Math.PI / 180);
            double course = (Math.Atan2(east, north) * 180 / Math.PI) + 360;

            Assert.Equal(reader.State.SpeedMetresPerSecond!.Value, Math.Sqrt((north * north) + (east * east)), 0.01);
            double turn = (course - reader.State.CourseDegrees!.Value) % 360;
            Assert.InRange(Math.Min(turn, 360 - turn), -0.1, 0.1);
        }
    }

    [Fact]
    public void Track_SameTime_GivesTheSameBytes()
    {
        int length = _track.Write(TimeSpan.FromSeconds(77.7), _buffer);
        byte[] first = _buffer[..length];
        _track.Write(TimeSpan.FromHours(3), _buffer);

        length = _track.Write(TimeSpan.FromSeconds(77.7), _buffer);

        Assert.Equal(first, _buffer[..length]);
    }

    [Fact]
    public void Track_TooLittleRoomOrNegativeTime_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _track.Write(TimeSpan.Zero, new byte[SampleTrack.MaxBytes - 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => _track.Write(TimeSpan.FromTicks(-1), _buffer));
    }

    [Fact]
    public void Track_ThousandFixes_AllocatesNothing()
    {
        _track.Write(TimeSpan.Zero, _buffer);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 1_000; i++)
        {
            _track.Write(TimeSpan.FromMilliseconds(i * 100), _buffer);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
