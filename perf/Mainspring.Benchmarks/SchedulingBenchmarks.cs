using BenchmarkDotNet.Attributes;

namespace Mainspring.Benchmarks;

/// <summary>What the loop's calls cost beside the collections that one would use for them.</summary>
public class SchedulingBenchmarks : IDisposable
{
    private const int Count = 1000;

    private readonly Action _nothing = static () => { };
    private readonly Queue<Action> _queue = new();
    private readonly PriorityQueue<Action, long> _timers = new();
    private MainLoop _loop = null!;
    private RateLimited _debounced = null!;
    private RateLimited _throttled = null!;

    [GlobalSetup]
    public void Open()
    {
        _loop = new MainLoop(new LoopOptions { Pacing = Pacing.Host });
        _debounced = _loop.Debounce(_nothing, TimeSpan.FromSeconds(1));
        _throttled = _loop.Throttle(_nothing, perSecond: 10);
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _loop.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = Count, Description = "Queue<Action>: enqueue, dequeue, call")]
    public void ThroughQueue()
    {
        for (int i = 0; i < Count; i++)
        {
            _queue.Enqueue(_nothing);
        }

        while (_queue.TryDequeue(out Action? next))
        {
            next();
        }
    }

    [Benchmark(OperationsPerInvoke = Count, Description = "CallSoon, and the tick that runs it")]
    public void CallSoon()
    {
        for (int i = 0; i < Count; i++)
        {
            _loop.CallSoon(_nothing);
        }

        _loop.Tick();
    }

    [Benchmark(OperationsPerInvoke = Count, Description = "PriorityQueue: enqueue, and all cleared")]
    public void ThroughPriorityQueue()
    {
        for (int i = 0; i < Count; i++)
        {
            _timers.Enqueue(_nothing, i);
        }

        _timers.Clear();
    }

    [Benchmark(OperationsPerInvoke = Count, Description = "CallAt and Cancel")]
    public void CallAtAndCancel()
    {
        TimeSpan soon = _loop.Now + TimeSpan.FromSeconds(20);
        for (int i = 0; i < Count; i++)
        {
            _loop.CallAt(soon, _nothing).Cancel();
        }
    }

    [Benchmark(Description = "Debounce: a call that is put off")]
    public void Debounce() => _debounced.Call();

    [Benchmark(Description = "Throttle: a call that is left out")]
    public void Throttle() => _throttled.Call();

    [Benchmark(Description = "Tick that finds nothing")]
    public void Tick() => _loop.Tick();
}
