using BenchmarkDotNet.Attributes;
using Mainspring.Devices;

namespace Mainspring.Benchmarks;

/// <summary>Messages out of a buffer of 4,096 bytes, as a serial port's reading finds them; one operation is the buffer.</summary>
public class FramingBenchmarks
{
    private const int Length = 4096;
    private const int MessageLength = 64;

    private readonly byte[] _lines = Messages((byte)'\n');
    private readonly byte[] _packets = Messages(0);
    private readonly LineFramer _line = new(new LineFraming(1024));
    private readonly DelimiterFramer _delimiter = new(new DelimiterFraming("\n"u8, 1024));
    private readonly CobsFramer _cobs = new(new CobsFraming(1024));
    private readonly FixedLengthFramer _fixed = new(new FixedLengthFraming(MessageLength));

    [Benchmark(Baseline = true, Description = "IndexOf alone")]
    public int Search()
    {
        int found = 0;
        ReadOnlySpan<byte> input = _lines;
        while (input.IndexOf((byte)'\n') is >= 0 and var end)
        {
            found++;
            input = input[(end + 1)..];
        }

        return found;
    }

    [Benchmark]
    public int Lines() => Read(_line, _lines);

    [Benchmark]
    public int Delimiters() => Read(_delimiter, _lines);

    [Benchmark]
    public int Cobs() => Read(_cobs, _packets);

    [Benchmark]
    public int FixedLength() => Read(_fixed, _lines);

    private static int Read(SerialFramer framer, ReadOnlySpan<byte> input)
    {
        int found = 0;
        while (framer.Read(ref input, out _, out _) != FramedKind.None)
        {
            found++;
        }

        return found;
    }

    // A COBS packet without zeros begins with its length.
    private static byte[] Messages(byte end)
    {
        byte[] bytes = new byte[Length];
        Array.Fill(bytes, (byte)'x');
        for (int i = 0; i < Length; i += MessageLength)
        {
            bytes[i] = MessageLength - 1;
            bytes[i + MessageLength - 1] = end;
        }

        return bytes;
    }
}
