namespace Mainspring.Pi.Tests;

/// <summary>How receivers list satellites, each in its own way.</summary>
public sealed class SatellitesInViewTests
{
    private readonly GnssState _state = new();

    [Fact]
    public void Gsv_GroupPerConstellation_AddsThemOnceComplete()
    {
        AssertTrace(
            ("GPGSV,2,1,06,01,,,,02,,,,03,,,,04,,,", 0), // not complete yet
            ("GPGSV,2,2,06,05,,,,06,,,", 6),
            ("GLGSV,1,1,02,65,,,,66,,,", 8),
            ("GPGSV,2,1,05,01,,,,02,,,,03,,,,04,,,", 8), // the old list holds until the new one is complete
            ("GPGSV,2,2,05,05,,,,,,,,,,,", 7), // padded with empty fields
            ("GLGSV,1,1,00", 5));
    }

    [Fact]
    public void Gsv_OneNumberingOverAllConstellations_CountsWhatIsListed()
    {
        AssertTrace(
            ("GPGSV,3,1,7,1,,,,2,,,,3,,,,4,,,", 0),
            ("GLGSV,3,2,7,65,,,,66,,,", 4), // another talker ends the group
            ("GAGSV,3,3,7,1,,,", 7)); // a Galileo satellite 1 is not GPS's
    }

    [Fact]
    public void Gsv_GroupPerSignal_CountsASatelliteOnce()
    {
        AssertTrace(
            ("GPGSV,1,1,03,01,10,100,40,02,10,100,40,03,10,100,40,1", 3),
            ("GPGSV,1,1,02,01,10,100,38,03,10,100,38,8", 3), // the same satellites, another frequency
            ("GPGSV,1,1,01,09,10,100,,0", 4), // in view and not received
            ("GPGSV,1,1,03,01,10,100,40,02,10,100,40,03,10,100,40,1", 4)); // round again
    }

    [Fact]
    public void Gsv_ConstellationNoLongerSent_IsForgotten()
    {
        AssertTrace(
            ("GPGSV,1,1,01,01,,,", 1),
            ("GLGSV,1,1,02,65,,,,66,,,", 3),
            ("GPGSV,1,1,01,01,,,", 3),
            ("GPGSV,1,1,01,01,,,", 1)); // GPS came twice, GLONASS not at all
    }

    [Fact]
    public void Gsv_LaterSentencesWithoutCount_AreCompleteAtTheNextGroup()
    {
        AssertTrace(
            ("GPGSV,2,1,06,01,,,,02,,,,03,,,,04,,,", 0),
            ("GPGSV,,2,,05,,,,06,,,", 0),
            ("GPGSV,2,1,06,01,,,,02,,,,03,,,,04,,,", 6));
    }

    [Fact]
    public void Gsv_MoreGroupsThanAreKept_DropsTheOldest()
    {
        for (int i = 0; i < 100; i++)
        {
            Apply($"{(char)('A' + (i / 10))}{(char)('A' + (i % 10))}GSV,1,1,01,01,,,");
        }

        Assert.Equal(32, _state.SatellitesInView);
    }

    [Fact]
    public void Gsv_BeforeTheFirstGroupIsComplete_IsUnknown()
    {
        Assert.Null(_state.SatellitesInView);
        Apply("GPGSV,2,1,06,01,,,,02,,,,03,,,,04,,,");
        Assert.Null(_state.SatellitesInView);

        Apply("GPGSV,1,1,00");

        Assert.NotNull(_state.SatellitesInView);
    }

    private void AssertTrace(params (string Body, int Total)[] trace)
    {
        foreach ((string body, int total) in trace)
        {
            Apply(body);
            Assert.Equal((body, total), (body, _state.SatellitesInView ?? 0));
        }

        Assert.Equal(0, _state.MalformedFields);
    }

    private void Apply(string body)
    {
        Assert.Equal(NmeaStatus.Valid, NmeaSentence.Parse(NmeaText.Line(body), out NmeaSentence sentence));
        _state.Apply(sentence);
    }
}
