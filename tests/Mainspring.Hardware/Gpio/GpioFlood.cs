using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Hardware.Gpio;

/// <summary>A thread that toggles lines as fast as it can, and a loop that counts what comes, allocating nothing.</summary>
internal sealed class GpioFlood : IDisposable
{
    private readonly GpioSim _sim;
    private readonly MainLoop _loop = new(new LoopOptions { Log = new SilentLog() });
    private readonly int _lines;
    private readonly uint[] _numbers;
    private readonly long[] _times;

    public GpioFlood(GpioOptions options, int lines)
    {
        _lines = lines;
        (_numbers, _times) = (new uint[lines], new long[lines]);
        _sim = new GpioSim(lines, "flood");
        Lines = new LinuxGpioLines("flood", options);
        Source = _loop.Add(Lines)
            .On((in GpioLost e, in EventInfo _) =>
            {
                Lost += e.Count;
                Levels = e.Levels;
            })
            .On((in GpioEdge e, in EventInfo _) =>
            {
                Received++;
                Disorder += e.LineSequence > _numbers[e.Index] && e.KernelTimeNs >= _times[e.Index] ? 0 : 1;
                (_numbers[e.Index], _times[e.Index]) = (e.LineSequence, e.KernelTimeNs);
                Levels = e.IsRising ? Levels | (1UL << e.Index) : Levels & ~(1UL << e.Index);
            });
    }

    public LinuxGpioLines Lines { get; }

    public SourceHandle Source { get; }

    public long Received { get; private set; }

    public long Lost { get; private set; }

    /// <summary>Events of one line whose number or time did not go up.</summary>
    public long Disorder { get; private set; }

    /// <summary>The levels as the events tell them.</summary>
    public ulong Levels { get; private set; }

    /// <summary>What the loop's thread has allocated in the last run.</summary>
    public long Bytes { get; private set; }

    /// <summary>Toggles every line so many times, and waits until all of it has come.</summary>
    /// <param name="onOneProcessor">
    /// Whether the lines' interrupts and their threads share a processor with who toggles them, so that none comes while another is handled. Otherwise the kernel sees some edges in the
    /// interrupt only, and counts a few twice: a second interrupt between two lines of edge_irq_thread gives its thread a run without a time of its own, and so another number.
    /// </param>
    public void Run(int toggles, bool onOneProcessor)
    {
        Pump.Until(_loop, () => Source.Counters.Events > 0);
        if (onOneProcessor)
        {
            OneProcessor.TakeThreadsOf("flood", _lines);
        }

        var producer = new Thread(() =>
        {
            if (onOneProcessor)
            {
                OneProcessor.TakeThisThread();
            }

            for (int i = 1; i <= toggles; i++)
            {
                for (int line = 0; line < _lines; line++)
                {
                    _sim.Drive(line, i % 2 == 1);
                }
            }

            _loop.Post(_loop.Stop);
        });
        _loop.Tick();
        long before = GC.GetAllocatedBytesForCurrentThread();
        producer.Start();
        _loop.Run();
        Bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        producer.Join();
        long known = -1;
        while (known != Received + Lost)
        {
            known = Received + Lost;
            _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(200) }); // what the kernel's threads still hold, and what is given up
        }
    }

    public void Dispose()
    {
        _loop.Dispose();
        _sim.Dispose();
    }
}
