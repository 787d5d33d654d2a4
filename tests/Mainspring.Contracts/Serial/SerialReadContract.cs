using System.Runtime;
using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>What a serial port receives.</summary>
public class SerialReadContract
{
    /// <summary>The port and its device. A suite for another kind of port makes its own.</summary>
    private protected virtual SerialBench Bench(SerialOptions? options = null, LoopOptions? loop = null) => new(options, loop);

    [Case]
    public void RandomPieces_AllBytesArriveInOrder()
    {
        for (int seed = 0; seed < 4; seed++)
        {
            var random = new Random(seed);
            using var bench = Bench(new SerialOptions { ReadBufferSize = random.Next(1, 600) });
            bench.Loop.Add(bench.Device); // what the terminal does not take at once goes later
            byte[] all = new byte[100_000];
            random.NextBytes(all);
            int sent = 0;
            Pump.Until(bench.Loop, () =>
            {
                int piece = Math.Min(random.Next(1, 2000), all.Length - sent);
                if (bench.Device.TryWrite(all.AsSpan(sent, piece)))
                {
                    sent += piece;
                }

                return bench.Received.Count == all.Length;
            });
            Check.True(all.AsSpan().SequenceEqual(bench.Received.ToArray()));
            Check.Equal((long)all.Length, bench.Source.Counters.Bytes);
            Check.Equal(0L, bench.Source.Counters.Errors);
        }
    }

    [Case]
    public void EveryByteValue_ArrivesAsItIs()
    {
        using var bench = Bench();
        byte[] all = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];
        bench.Send(all);
        Check.Sequence(all, bench.Received, "raw mode: nothing is echoed, translated or taken for a signal");
    }

    [Case]
    public void Silent_CostsNoDispatch()
    {
        using var bench = Bench();
        bench.Send("x"u8);
        Pump.Ticks(bench.Loop, 3);
        long before = bench.Source.Counters.Dispatches;
        bench.Loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(50) });
        Check.Equal(before, bench.Source.Counters.Dispatches);
    }

    [Case]
    public void SteadyState_AllocatesNothing()
    {
        int lines = 0;
        using var bench = Bench(new SerialOptions { Framing = new LineFraming(80) });
        bench.Remove();
        SourceHandle source = bench.Loop.Add(bench.Port).On((in SerialLine line, in EventInfo _) => lines += line.Bytes.Length > 0 ? 1 : 0);
        int wanted = 0;
        Allocations.None(() => // 20 lines and 20 to 40 events a round, 1000 rounds
        {
            for (int i = 0; i < 20; i++)
            {
                bench.Device.TryWrite("$GPGGA,a line that is not too short*00\r\n"u8);
            }

            wanted += 20;
            while (lines < wanted)
            {
                bench.Loop.Tick(Pump.Wait);
            }
        });
        Check.True(source.Counters.Events >= 20_000);
    }

    [Case]
    public virtual void HostFrames_216000_AllocateNothing()
    {
        using var bench = Bench(new SerialOptions { Framing = new LineFraming(80) }, new LoopOptions { Pacing = Pacing.Host });
        bench.Remove();
        int lines = 0;
        bench.Loop.Add(bench.Port).On((in SerialLine _, in EventInfo _) => lines++);
        int frames = 0;
        bench.Loop.OnFrame(FramePhase.Update, _ =>
        {
            if (++frames % 60 == 0)
            {
                bench.Device.TryWrite("once a second\n"u8);
            }
        });
        Allocations.None(() => bench.Loop.Tick());
        _ = GC.GetTotalAllocatedBytes(precise: true); // the measuring is warmed up too
        RunFrames(3600);
        long allocated;
        int hours = JitInfo.GetCompiledMethodCount() > 0 ? 10 : 1; // with a JIT the first may allocate, until its code is optimized
        do
        {
            (frames, lines) = (0, 0);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            RunFrames(216_000);
            allocated = GC.GetTotalAllocatedBytes(precise: true) - before; // of the whole process
        }
        while (allocated > 0 && --hours > 0);
        Check.Equal(0L, allocated);
        Check.Equal(216_000, frames);
        Pump.Until(bench.Loop, () => lines >= 3600);

        void RunFrames(int count)
        {
            for (int i = 0; i < count; i++)
            {
                bench.Loop.Tick();
            }
        }
    }

    [Case]
    public void Handler_RemovesAndAddsThePortAgain_WhileItReads()
    {
        using var bench = Bench(new SerialOptions { Framing = new LineFraming(10) });
        SourceHandle? again = null;
        int lines = 0;
        bench.Source.On((in SerialLine line, in EventInfo _) =>
        {
            bench.Source.Remove();
            again ??= bench.Loop.Add(bench.Port).On((in SerialLine _, in EventInfo _) => lines++);
            Check.Equal("one", System.Text.Encoding.ASCII.GetString(line.Bytes), "the bytes are valid to the end of the call");
        });
        bench.Device.TryWrite("one\ntwo\n"u8);
        Pump.Until(bench.Loop, () => again is not null && bench.Port.IsOpen);
        bench.Device.TryWrite("three\n"u8);
        Pump.Until(bench.Loop, () => lines > 0);
        Check.Equal("one", bench.Lines[0]);
        Check.Equal(1, bench.Lines.Count);
        Check.True(bench.Port.IsOpen);
        Check.Equal(0L, bench.Loop.Counters.Errors);
    }
}
