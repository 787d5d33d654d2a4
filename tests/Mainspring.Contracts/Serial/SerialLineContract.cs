using System.Text;
using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>Lines of a serial port, and of the framer on its own.</summary>
public sealed class SerialLineContract
{
    private const int MaxLength = 12;

    [Case]
    public void Framer_RandomPieces_GiveTheLinesOfTheWhole()
    {
        for (int seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            byte[] all = RandomText(random, random.Next(0, 300));
            (List<string> expected, long pending) = Split(all);
            var framer = new LineFramer(new LineFraming(MaxLength));
            var found = new List<string>();
            for (int at = 0; at < all.Length;)
            {
                int piece = Math.Min(random.Next(1, 40), all.Length - at);
                ReadOnlySpan<byte> input = all.AsSpan(at, piece);
                at += piece;
                while (framer.Read(ref input, out ReadOnlySpan<byte> line, out long length) is var kind && kind != FramedKind.None)
                {
                    found.Add(kind == FramedKind.TooLong ? $"<{length} bytes>" : Encoding.Latin1.GetString(line));
                    Check.True(kind == FramedKind.TooLong || length == line.Length);
                }
            }

            Check.Sequence(expected, found, $"seed {seed}");
            Check.Equal(pending, framer.PendingBytes);
            Check.Equal(pending, framer.Reset());
            Check.Equal(0L, framer.PendingBytes);
        }
    }

    [Case]
    public void Framer_AllocatesNothing()
    {
        var framer = new LineFramer(new LineFraming(MaxLength));
        Allocations.None(() =>
        {
            ReadOnlySpan<byte> input = "one\r\ntwo\nmuch too long to be a line\r\nthe start of"u8;
            while (framer.Read(ref input, out _, out _) != FramedKind.None)
            {
            }
        });
    }

    [Case]
    public void Port_RandomPieces_GiveTheLinesOfTheWhole()
    {
        var random = new Random(7);
        using var bench = new SerialBench(new SerialOptions { ReadBufferSize = 33, Framing = new LineFraming(MaxLength) });
        byte[] all = RandomText(random, 5000);
        (List<string> expected, _) = Split(all);
        for (int at = 0; at < all.Length;)
        {
            int piece = Math.Min(random.Next(1, 50), all.Length - at);
            bench.Device.TryWrite(all.AsSpan(at, piece));
            at += piece;
            bench.Loop.Tick();
        }

        Pump.Until(bench.Loop, () => bench.Received.Count == all.Length);
        Pump.Until(bench.Loop, () => bench.Lines.Count >= expected.Count);
        Check.Sequence(expected, bench.Lines);
    }

    [Case]
    public void PartialLine_AtADisconnect_IsReportedAndDoesNotLeakIntoTheNext()
    {
        using var bench = new SerialBench(new SerialOptions { Framing = new LineFraming(MaxLength) });
        bench.Send("whole\nhalf"u8);
        bench.Device.HangUp();
        Pump.Until(bench.Loop, () => bench.Trace.Count >= 3);
        bench.Device.Reconnect();
        Pump.Until(bench.Loop, () => bench.Trace.Count >= 4);
        bench.Send("new\n"u8);
        Pump.Until(bench.Loop, () => bench.Lines.Count >= 2);
        string device = bench.Device.Path;
        Check.Sequence(["whole", "new"], bench.Lines);
        Check.Sequence([$"connected {device}", "incomplete 4", $"disconnected {device} after 10", $"connected {device}"], bench.Trace);
    }

    // Many ends of lines, lone returns, and lines around the limit.
    private static byte[] RandomText(Random random, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => random.Next(8) switch { 0 => (byte)'\n', 1 => (byte)'\r', _ => (byte)random.Next('a', 'z') })];

    private static (List<string> Lines, long Pending) Split(byte[] all)
    {
        string[] pieces = Encoding.Latin1.GetString(all).Split('\n');
        IEnumerable<string> lines = pieces[..^1].Select(static piece => piece.EndsWith('\r') ? piece[..^1] : piece);
        return ([.. lines.Select(static line => line.Length <= MaxLength ? line : $"<{line.Length} bytes>")], pieces[^1].Length);
    }
}
