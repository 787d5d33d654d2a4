using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>What is emitted when a chip goes away.</summary>
public sealed class GpioEndContract
{
    [Case]
    public void GapThatIsOpenWhenTheChipIsRemoved_IsLost_BeforeTheEndIsSaid()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), Log = new SilentLog() });
        var lines = new RemovedLines(new GpioEdge(0, 0, true, default, 0, 1, 1), new GpioEdge(0, 0, false, default, 0, 4, 2));
        var trace = new List<string>();
        SourceHandle source = loop.Add(lines, RetryPolicy.Never)
            .On((in GpioEdge edge, in EventInfo _) =>
            {
                trace.Add($"edge {edge.Sequence}");
                if (edge.Sequence == 4)
                {
                    lines.Remove(); // nobody knows yet whether 2 and 3 come after it
                }
            })
            .On((in GpioLost lost, in EventInfo _) => trace.Add($"lost {lost.Count}"))
            .On((in GpioDisconnected _, in EventInfo _) => trace.Add("end"));
        loop.Run(new RunOptions { For = TimeSpan.FromSeconds(1) });
        Check.Sequence(["edge 1", "edge 4", "lost 2", "end"], trace);
        Check.Equal(2L, source.Counters.Lost);
    }

    private sealed class RemovedLines : IEventSource, IGpioReader
    {
        private readonly Queue<GpioEdge> _edges;
        private readonly GpioEvents _events;

        public RemovedLines(params GpioEdge[] edges) => (_edges, _events) = (new(edges), new("removed", this));

        public string Name => "gpio:removed";

        public void Remove() => _events.Gone("the chip was removed");

        public void Attach(SourceContext context) => _events.Start(context, 2);

        public int Dispatch(PollEvents ready, int maxEvents) => _events.Dispatch(maxEvents);

        public void Detach() => _events.Stop();

        public int Read(Span<GpioEdge> edges, out string? goneBecause)
        {
            goneBecause = null;
            int count = 0;
            while (count < edges.Length && _edges.TryDequeue(out edges[count]))
            {
                count++;
            }

            return count;
        }

        public ulong ReadLevels() => _edges.Count > 0 ? 0UL : throw new IOException("the chip was removed");
    }
}
