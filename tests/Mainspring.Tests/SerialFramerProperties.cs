using FsCheck;
using FsCheck.Fluent;
using Mainspring.Devices;

namespace Mainspring.Tests;

/// <summary>Framers and the decoder of marks over arbitrary bytes, however they are cut into pieces.</summary>
public sealed class SerialFramerProperties
{
    private const int MaxLength = 6;

    // Bytes that mean something to one of them, more often than others.
    private static readonly Arbitrary<byte[]> s_stream =
        Gen.Elements<byte>(0, 1, 2, 10, 13, 0xC0, 0xDB, 0xDC, 0xDD, 0xFF, (byte)'a').ArrayOf().Resize(60).ToArbitrary();

    private static readonly Arbitrary<int[]> s_cuts = Gen.Choose(1, 7).ArrayOf().ToArbitrary();

    public static TheoryData<string> Framings => ["lines", "delimiter", "overlapping", "fixed", "start", "slip", "cobs"];

    [Theory]
    [MemberData(nameof(Framings))]
    public void AnyPieces_GiveTheMessagesOfTheWhole(string framing) =>
        Prop.ForAll(s_stream, s_cuts, (stream, cuts) =>
        {
            (List<string> whole, long left) = Run(Make(framing), stream, [stream.Length + 1]);
            (List<string> pieces, long leftOfPieces) = Run(Make(framing), stream, cuts);
            Assert.Equal(whole, pieces);
            Assert.Equal(left, leftOfPieces);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Framings))]
    public void AfterAnyGarbage_AMessageIsFoundAgain(string framing) =>
        Prop.ForAll(s_stream, s_cuts, (garbage, cuts) =>
        {
            byte[] message = framing == "start" ? [1, 1, 2, 3, 4] : [3, 4, 5, 6, 7];
            byte[] frame = Encode(framing, message);

            // One frame may be taken for the end of the garbage; of those after it all come. Without a start, only a break tells where one begins.
            SerialFramer framer = Make(framing);
            List<string> found = Run(framer, garbage, cuts).Found;
            if (framing == "fixed")
            {
                framer.AddBreak();
            }

            found = Run(framer, [.. frame, .. frame, .. frame], cuts).Found;
            Assert.Equal([Convert.ToHexString(message), Convert.ToHexString(message)], found.TakeLast(2));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("slip")]
    [InlineData("cobs")]
    public void WhatIsEncoded_IsDecoded(string framing) =>
        Prop.ForAll(s_stream, s_cuts, (message, cuts) =>
        {
            SerialFramer framer = framing == "slip" ? new SlipFramer(new SlipFraming(2000)) : new CobsFramer(new CobsFraming(2000));
            byte[] longer = [.. message, .. Enumerable.Repeat((byte)7, message.Length * 20), .. message];
            foreach (byte[] one in new[] { message, longer })
            {
                List<string> found = Run(framer, Encode(framing, one), cuts).Found;
                Assert.Equal(framing == "slip" && one.Length == 0 ? [] : [Convert.ToHexString(one)], found); // an empty SLIP frame means nothing
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Cobs_AroundTheLongestBlock()
    {
        for (int length = 250; length < 260; length++)
        {
            foreach (byte[] message in new byte[][] { [.. Enumerable.Repeat((byte)1, length)], [.. Enumerable.Repeat((byte)1, length), 0], [0, .. Enumerable.Repeat((byte)1, length)] })
            {
                byte[] frame = Encode("cobs", message);
                Assert.Equal(frame.Length - 1, Array.IndexOf(frame, (byte)0));
                Assert.Equal([Convert.ToHexString(message)], Run(new CobsFramer(new CobsFraming(1000)), frame, [frame.Length]).Found);
            }
        }
    }

    [Fact]
    public void Marks_AnyPieces_GiveWhatTheTerminalMeant() =>
        Prop.ForAll(Gen.Choose(-2, 255).ArrayOf().ToArbitrary(), s_cuts, (meant, cuts) =>
        {
            // Negative: a break, or a wrong 'x'.
            byte[] raw = [.. meant.SelectMany(static one => (byte[])(one switch { -1 => [0xFF, 0, 0], -2 => [0xFF, 0, (byte)'x'], 0xFF => [0xFF, 0xFF], _ => [(byte)one] }))];
            var decoder = new MarkDecoder();
            var found = new List<int>();
            foreach (byte[] piece in Cut(raw, cuts))
            {
                for (int at = 0; at < piece.Length;)
                {
                    int data = decoder.Next(piece.AsSpan(at), out int consumed, out SerialMark mark, out byte value);
                    found.AddRange(piece[at..(at + data)].Select(static one => (int)one));
                    at += consumed;
                    if (mark != SerialMark.None)
                    {
                        Assert.Equal(mark == SerialMark.Break ? 0 : 'x', value);
                        found.Add(mark == SerialMark.Break ? -1 : -2);
                    }
                }
            }

            Assert.Equal(meant, found);
        }).QuickCheckThrowOnFailure();

    private static SerialFramer Make(string framing) => (framing switch
    {
        "lines" => (SerialFraming)new LineFraming(MaxLength),
        "delimiter" => new DelimiterFraming([13, 10], MaxLength),
        "overlapping" => new DelimiterFraming([10, 10, 13], MaxLength),
        "fixed" => new FixedLengthFraming(5),
        "start" => new FixedLengthFraming(5, [1, 1, 2]),
        "slip" => new SlipFraming(MaxLength),
        _ => new CobsFraming(MaxLength),
    }).CreateFramer();

    private static byte[] Encode(string framing, byte[] message)
    {
        byte[] frame = new byte[(2 * message.Length) + 10];
        return framing switch
        {
            "lines" => [.. message, 10],
            "delimiter" => [.. message, 13, 10],
            "overlapping" => [.. message, 10, 10, 13],
            "slip" => frame[..Slip.Encode(message, frame)],
            "cobs" => frame[..Cobs.Encode(message, frame)],
            _ => message,
        };
    }

    private static (List<string> Found, long Pending) Run(SerialFramer framer, byte[] stream, int[] cuts)
    {
        var found = new List<string>();
        foreach (byte[] piece in Cut(stream, cuts))
        {
            ReadOnlySpan<byte> input = piece;
            while (framer.Read(ref input, out ReadOnlySpan<byte> message, out long length) is var kind && kind != FramedKind.None)
            {
                found.Add(kind == FramedKind.Message ? Convert.ToHexString(message) : $"<{kind} {length}>");
                Assert.True(kind != FramedKind.Message || (length == message.Length && length <= framer.MaxLength));
            }

            Assert.True(input.IsEmpty);
        }

        return (found, framer.PendingBytes);
    }

    private static IEnumerable<byte[]> Cut(byte[] stream, int[] cuts)
    {
        for (int at = 0, i = 0; at < stream.Length; i++)
        {
            int length = Math.Min(cuts.Length == 0 ? 1 : cuts[i % cuts.Length], stream.Length - at);
            yield return stream[at..(at + length)];
            at += length;
        }
    }
}
