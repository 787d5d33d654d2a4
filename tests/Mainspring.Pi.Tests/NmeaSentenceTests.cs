using System.Text;

namespace Mainspring.Pi.Tests;

/// <summary>Which lines are sentences.</summary>
public sealed class NmeaSentenceTests
{
    [Theory]
    [InlineData("$GPGLL,4717.11,N,00833.91,E,120000,A*2C")]
    [InlineData("$GPGLL,4717.11,N,00833.91,E,120000,A*2c")] // either case
    [InlineData("!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C")]
    [InlineData("$A*41")] // the address is not judged
    public void Sentence_ChecksumRight_IsValid(string line) => Assert.Equal(NmeaStatus.Valid, Parse(line));

    [Fact]
    public void Sentence_ChecksumWrong_IsBadChecksum() =>
        Assert.Equal(NmeaStatus.BadChecksum, Parse("$GPGLL,4717.11,N,00833.91,E,120000,A*2D"));

    [Theory]
    [InlineData("$GPGLL,4717.11,N")]
    [InlineData("$GPGLL,4717.11,N*")]
    [InlineData("$GPGLL,4717.11,N*4")]
    [InlineData("$GPGLL,4717.11,N*4G")]
    [InlineData("$GPGLL,4717.11,N*+4")]
    [InlineData("$GPGLL,4717.11,N*041")]
    [InlineData("$GPGLL*11,N*04")] // a second asterisk: two sentences that were joined
    public void Sentence_WithoutTwoDigitsAtItsEnd_HasNoChecksum(string line) => Assert.Equal(NmeaStatus.NoChecksum, Parse(line));

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData(" $A*41")]
    [InlineData("PGLL,4717.11,N,00833.91,E,120000,A*2C")] // the first line after the port was opened
    [InlineData("$")]
    [InlineData("$*00")]
    public void Sentence_WithoutStartOrBody_IsNotASentence(string line) => Assert.Equal(NmeaStatus.NotASentence, Parse(line));

    [Theory]
    [InlineData("$A\r*4C")]
    [InlineData("$A\u007F*3E")]
    [InlineData("$A\u00E9*A8")]
    [InlineData("$A\0*41")]
    [InlineData("$A*41\r")] // a carriage return more than the one that the framer strips
    [InlineData("$GPG$A*41")] // bytes were lost between two sentences
    public void Sentence_WithAByteThatNoSentenceHolds_HasABadCharacter(string line) => Assert.Equal(NmeaStatus.BadCharacter, Parse(line));

    [Fact]
    public void Sentence_AtTheLimit_IsValidAndOneByteMore_IsTooLong()
    {
        byte[] longest = NmeaText.Line(new string('A', NmeaSentence.MaxLength - 4));
        byte[] tooLong = NmeaText.Line(new string('A', NmeaSentence.MaxLength - 3));

        Assert.Equal(NmeaStatus.Valid, NmeaSentence.Parse(longest, out _));
        Assert.Equal(NmeaStatus.TooLong, NmeaSentence.Parse(tooLong, out _));
    }

    [Theory]
    [InlineData("GNRMC,1,,3", "GN", "RMC")]
    [InlineData("PTNL,1,,3", "P", "TNL")]
    [InlineData("G,1,,3", "G", "")]
    [InlineData(",1,,3", "", "")]
    public void Sentence_Fields_AreNumberedAsInManuals(string body, string talker, string type)
    {
        NmeaSentence.Parse(NmeaText.Line(body), out NmeaSentence sentence);

        Assert.Equal(talker, Encoding.ASCII.GetString(sentence.Talker));
        Assert.Equal(type, Encoding.ASCII.GetString(sentence.Type));
        Assert.Equal(talker + type, Encoding.ASCII.GetString(sentence[0]));
        Assert.Equal("1", Encoding.ASCII.GetString(sentence[1]));
        Assert.True(sentence[2].IsEmpty); // empty
        Assert.Equal("3", Encoding.ASCII.GetString(sentence[3]));
        Assert.True(sentence[4].IsEmpty); // not there
        Assert.Equal(3, sentence.FieldCount);
    }

    private static NmeaStatus Parse(string line) => NmeaSentence.Parse(Encoding.Latin1.GetBytes(line), out _);
}
