using System.Text;

namespace Mainspring.Pi.Tests;

/// <summary>What is counted, against an independent count.</summary>
public sealed class NmeaReaderTests
{
    [Fact]
    public void Reader_EmptyLine_CountsAsNothing()
    {
        var reader = new NmeaReader();
        Assert.False(reader.Accept([]));
        Assert.Equal((0, 0), (reader.Sentences, reader.BadSentences));
    }

    [Fact]
    public void Reader_LineGivenUpByTheFramer_IsOneBadSentence()
    {
        var reader = new NmeaReader();
        reader.AcceptTooLong();
        Assert.Equal((0, 1, 1), (reader.Sentences, reader.BadSentences, reader.Count(NmeaStatus.TooLong)));
    }

    [Fact]
    public void Reader_UnknownSentence_IsAGoodOne()
    {
        var reader = new NmeaReader();
        Assert.True(reader.Accept(NmeaText.Line("PTNL,GGK,nothing,that,is,known")));
        Assert.Equal((1, 0), (reader.Sentences, reader.BadSentences));
        Assert.Equal(0, reader.State.MalformedFields);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.001)]
    [InlineData(0.01)] // what a bad cable does
    [InlineData(0.3)]
    public void Reader_BitsFlipped_CountsAsTheIndependentCountDoes(double share)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            byte[] stream = Track(seconds: 60);
            for (int i = 0; i < stream.Length; i++)
            {
                if (random.NextDouble() < share)
                {
                    stream[i] ^= (byte)(1 << random.Next(8));
                }
            }

            AssertCountsAgree(stream);
        }
    }

    [Fact]
    public void Reader_BytesLostDoubledAndReplaced_CountsAsTheIndependentCountDoes()
    {
        byte[] special = Encoding.Latin1.GetBytes("$!*,\r\n \u001F~\u007F\u0080\u00FF\009aAgG");
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var stream = Track(seconds: 5).ToList();
            for (int i = 0; i < 30; i++)
            {
                int at = random.Next(stream.Count);
                switch (random.Next(4))
                {
                    case 0:
                        stream.RemoveAt(at);
                        break;
                    case 1:
                        stream.Insert(at, special[random.Next(special.Length)]);
                        break;
                    case 2:
                        stream[at] = special[random.Next(special.Length)];
                        break;
                    default:
                        stream.RemoveRange(at, Math.Min(random.Next(200), stream.Count - at));
                        break;
                }
            }

            AssertCountsAgree([.. stream]);
        }
    }

    [Fact]
    public void Reader_AnyBytesBehindARightChecksum_NeitherThrowsNorLeavesTheRanges()
    {
        byte[] alphabet = Encoding.ASCII.GetBytes("0123456789,,,...-+NSEWAVRFDMT");
        string[] types = ["GGA", "GLL", "GNS", "GSV", "RMC", "VTG", "ZDA"];
        var random = new Random(1);
        var reader = new NmeaReader();
        byte[][] lines = [.. NmeaText.LinesOf(Track(seconds: 20))];
        for (int i = 0; i < 100_000; i++)
        {
            byte[] body = random.Next(2) == 0
                ? [.. Encoding.ASCII.GetBytes($"GN{types[random.Next(types.Length)]},"), .. random.GetItems(alphabet, random.Next(1, 80))]
                : lines[random.Next(lines.Length)][1..^3];
            body[random.Next(6, body.Length)] = alphabet[random.Next(alphabet.Length)];

            Assert.True(reader.Accept(NmeaText.Line(body)));

            GnssState state = reader.State;
            Assert.InRange(state.LatitudeDegrees ?? 0, -90, 90);
            Assert.InRange(state.LongitudeDegrees ?? 0, -180, 180);
            Assert.InRange(state.CourseDegrees ?? 0, 0, 360);
            Assert.InRange(state.UtcTime ?? default, TimeSpan.Zero, new TimeSpan(24, 0, 1));
            Assert.InRange(state.SatellitesUsed ?? 0, 0, 999);
            Assert.True(Enum.IsDefined(state.Quality));
        }

        Assert.True(reader.State.MalformedFields > 10_000);
    }

    [Fact]
    public void Reader_TenThousandLines_AllocatesNothing()
    {
        var reader = new NmeaReader();
        byte[][] lines = [.. NmeaText.LinesOf(Track(seconds: 10)), NmeaText.Line("GPGGA,x,x,x,x,x,x"), [0xFF], [.. "$GPGGA*00"u8]];
        Feed(1);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Feed(10_000 / lines.Length);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Feed(int times)
        {
            for (int i = 0; i < times; i++)
            {
                foreach (byte[] line in lines)
                {
                    reader.Accept(line);
                }
            }
        }
    }

    private static void AssertCountsAgree(byte[] stream)
    {
        var reader = new NmeaReader();
        List<byte[]> lines = NmeaText.LinesOf(stream);
        foreach (byte[] line in lines)
        {
            Assert.Equal(NmeaText.IsValid(line), reader.Accept(line));
        }

        int good = lines.Count(NmeaText.IsValid);
        Assert.Equal((good, lines.Count - good), (reader.Sentences, reader.BadSentences));
        Assert.Equal(lines.Count, Enum.GetValues<NmeaStatus>().Sum(reader.Count));
    }

    private static byte[] Track(int seconds)
    {
        var track = new SampleTrack();
        var buffer = new byte[SampleTrack.MaxBytes];
        return [.. Enumerable.Range(0, seconds).SelectMany(s => buffer[..track.Write(TimeSpan.FromSeconds(s), buffer)])];
    }
}
