using System.Numerics;

namespace Mainspring.Devices;

/// <summary>
/// Edges that wait to be read, for backends without a kernel's buffer, numbered as the kernel does it: when it is full the oldest is dropped, and its number is missing then. Any
/// thread. Allocates nothing but itself.
/// </summary>
internal sealed class GpioEdgeBuffer
{
    private readonly Lock _gate = new();
    private readonly GpioEdge[] _edges;
    private readonly uint[] _lineSequences;
    private uint _sequence;
    private int _first;
    private int _count;

    public GpioEdgeBuffer(GpioOptions options)
    {
        int wanted = options.EventBufferSize > 0 ? options.EventBufferSize : 16 * options.Lines.Count;
        _edges = new GpioEdge[BitOperations.RoundUpToPowerOf2((uint)wanted)];
        _lineSequences = new uint[options.Lines.Count];
    }

    /// <summary>Adds an edge, and gives it its numbers.</summary>
    /// <param name="time">When, on the loop's clock; there is no other.</param>
    public void Add(int line, int index, bool isRising, TimeSpan time)
    {
        lock (_gate)
        {
            if (_count == _edges.Length)
            {
                _first = (_first + 1) & (_edges.Length - 1);
                _count--;
            }

            _edges[(_first + _count++) & (_edges.Length - 1)] =
                new GpioEdge(line, index, isRising, time, time.Ticks * TimeSpan.NanosecondsPerTick, ++_sequence, ++_lineSequences[index]);
        }
    }

    /// <summary>Takes the oldest ones.</summary>
    /// <returns>How many.</returns>
    public int Take(Span<GpioEdge> edges)
    {
        lock (_gate)
        {
            int taken = Math.Min(edges.Length, _count);
            for (int i = 0; i < taken; i++)
            {
                edges[i] = _edges[_first];
                _first = (_first + 1) & (_edges.Length - 1);
            }

            _count -= taken;
            return taken;
        }
    }
}
