using System.Runtime.InteropServices;

namespace Mainspring.Perf.Measurements;

/// <summary>Two loops of a group.</summary>
internal static class Groups
{
    private const int UnderWay = 1000;

    /// <summary>They send each other messages, 1,000 of them under way.</summary>
    public static void MeasureMessages(long messages)
    {
        using LoopGroup group = New();
        Side[] sides = [new(group[0], messages / 2), new(group[1], messages / 2)];
        (sides[0].Other, sides[1].Other) = (sides[1], sides[0]);
        for (int i = 0; i < UnderWay; i++)
        {
            sides[0].Loop.Post(Side.Received, sides[0]);
        }

        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        long startNs = Measurement.NowNs();
        group.Start();
        sides[0].Done.Wait();
        sides[1].Done.Wait();
        double ns = Measurement.NowNs() - startNs;
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        Measurement.Result("message", ns / messages, (double)bytes / messages);
    }

    /// <summary>Callbacks of one loop, first alone and then with the other one busy.</summary>
    public static void MeasureBusy(long callbacks)
    {
        // Processors fetch lines beside those that they are asked for, so it matters where the loops' arrays happen to lie. Each run has them elsewhere.
        int elsewhere = Random.Shared.Next(16_384);
        Measurement.Result("alone", Run(callbacks, 1, elsewhere));
        Measurement.Result("together", Run(callbacks, 2, elsewhere));
    }

    private static double Run(long callbacks, int loops, int elsewhere)
    {
        byte[] before = new byte[elsewhere];
        using LoopGroup group = New();
        Chain[] chains = [.. group.Loops.Take(loops).Select(loop => new Chain(loop, callbacks))];
        Array.ForEach(chains, static chain => chain.Loop.Post(chain.Begin));
        group.Start();
        Array.ForEach(chains, static chain => chain.Done.Wait());
        GC.KeepAlive(before);
        return chains.Max(static chain => chain.Ns) / callbacks;
    }

    private static LoopGroup New() => new(new LoopGroupOptions { Count = 2 });

    private sealed class Side(MainLoop loop, long messages)
    {
        public static readonly Action<Side> Received = static side => side.Receive();

        private Counter _received;
        private MainLoop _otherLoop = null!;

        public MainLoop Loop => loop;

        public Side Other
        {
            get;
            set => (field, _otherLoop) = (value, value.Loop);
        }
            = null!;

        public ManualResetEventSlim Done { get; } = new();

        private void Receive()
        {
            if (++_received.Value == messages)
            {
                Done.Set();
            }

            _otherLoop.TryPost(Received, Other); // also the last ones, as in C
        }
    }

    private sealed class Chain(MainLoop loop, long callbacks)
    {
        private static readonly Action<Chain> s_again = static chain => chain.Again();

        private Counter _left = new() { Value = callbacks };
        private long _startNs;

        public MainLoop Loop => loop;

        public double Ns { get; private set; }

        public ManualResetEventSlim Done { get; } = new();

        public void Begin()
        {
            _startNs = Measurement.NowNs();
            for (int i = 0; i < UnderWay; i++)
            {
                loop.CallSoon(s_again, this);
            }
        }

        private void Again()
        {
            if (--_left.Value > 0)
            {
                loop.CallSoon(s_again, this);
            }
            else if (_left.Value == 0)
            {
                Ns = Measurement.NowNs() - _startNs;
                Done.Set();
            }
        }
    }

    // On a cache line of its own: the other side's thread must not wait for it.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Counter
    {
        [FieldOffset(128)]
        public long Value;
    }
}
