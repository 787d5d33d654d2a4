using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>What a serial port sends.</summary>
public class SerialWriteContract
{
    private const int QueueSize = 1000;

    /// <summary>The port and its device. A suite for another kind of port makes its own.</summary>
    private protected virtual SerialBench Bench(SerialOptions? options = null, LoopOptions? loop = null) => new(options, loop);

    /// <summary>In how many waits nothing has to have been taken, so that the device is full.</summary>
    private protected virtual int QuietWaits => 5;

    [Case]
    public void Written_ArrivesInOrder()
    {
        using var bench = Bench();
        List<byte> arrived = Listen(bench);
        Check.True(bench.Port.TryWrite("one "u8));
        Check.True(bench.Port.TryWrite([]));
        Check.True(bench.Port.TryWrite("two"u8));
        Pump.Until(bench.Loop, () => arrived.Count == 7);
        Check.Sequence("one two"u8.ToArray(), arrived);
        Check.Equal(7L, bench.Port.WrittenBytes);
        Check.Equal(0, bench.Port.QueuedBytes);
    }

    [Case]
    public void Write_WithinSerialConnected_IsSent()
    {
        using var bench = Bench();
        bench.Remove();
        List<byte> arrived = Listen(bench);
        bench.Loop.Add(bench.Port).On((in SerialConnected _, in EventInfo _) => bench.Port.TryWrite("hello"u8));
        Pump.Until(bench.Loop, () => arrived.Count == 5);
    }

    [Case]
    public void FullQueue_RefusesAndLosesNothing()
    {
        using var bench = Bench(new SerialOptions { WriteQueueSize = QueueSize });
        byte[] piece = new byte[300];
        int sent = 0;
        FillUp(bench, TryNext);
        Check.True(bench.Port.QueuedBytes is > QueueSize - 300 and <= QueueSize, $"{bench.Port.QueuedBytes} queued");
        long before = bench.Source.Counters.Dispatches;
        Pump.Ticks(bench.Loop, 20);
        Check.True(bench.Source.Counters.Dispatches <= before + 1, "a terminal that takes nothing costs nothing");
        Check.False(TryNext(), "all or nothing");
        List<byte> arrived = Listen(bench);
        Pump.Until(bench.Loop, () => arrived.Count == sent * 300);
        CheckNumbers(arrived, sent);
        Check.Equal(0, bench.Port.QueuedBytes);
        Check.True(TryNext(), "there is room again");
        Pump.Until(bench.Loop, () => arrived.Count == sent * 300);
        WaitForQuiet(bench);
        before = bench.Source.Counters.Dispatches;
        Pump.Ticks(bench.Loop, 20);
        Check.Equal(before, bench.Source.Counters.Dispatches, "nothing queued: no interest in being writable");

        bool TryNext()
        {
            piece.AsSpan().Fill((byte)sent);
            bool taken = bench.Port.TryWrite(piece);
            sent += taken ? 1 : 0;
            return taken;
        }
    }

    [Case]
    public void WriteAsync_WaitsForRoom_AndResumesOnTheLoop()
    {
        using var bench = Bench(new SerialOptions { WriteQueueSize = QueueSize });
        const int Pieces = 400; // beyond what the terminal and the queue hold
        int completed = 0;
        List<byte> arrived = [];
        Task? writer = null;
        bench.Loop.CallSoon(() => writer = Write());
        Pump.Until(bench.Loop, () => bench.Port.QueuedBytes > QueueSize - 300);
        FillUp(bench, static () => false); // by the writer
        Check.True(completed < Pieces, "the writer is held back");
        Check.False(bench.Port.TryWrite("x"u8), "nobody overtakes a write that waits");
        arrived = Listen(bench);
        Pump.Until(bench.Loop, () => arrived.Count == Pieces * 300);
        Pump.Until(bench.Loop, () => writer is { IsCompleted: true });
        writer!.GetAwaiter().GetResult();
        CheckNumbers(arrived, Pieces);

        async Task Write()
        {
            for (int i = 0; i < Pieces; i++)
            {
                byte[] piece = new byte[300];
                piece.AsSpan().Fill((byte)i);
                int thread = Environment.CurrentManagedThreadId;
                await bench.Port.WriteAsync(piece).ConfigureAwait(false);
                Check.Equal(thread, Environment.CurrentManagedThreadId, "always on the loop");
                completed++;
            }
        }
    }

    [Case]
    public void WriteAsync_LargerThanTheQueue_GoesInPieces_AndKeepsTheOrder()
    {
        using var bench = Bench(new SerialOptions { WriteQueueSize = 100 });
        List<byte> arrived = Listen(bench);
        byte[] large = new byte[100_000];
        new Random(3).NextBytes(large);
        Task first = bench.Port.WriteAsync(large).AsTask();
        Task second = bench.Port.WriteAsync("the end"u8.ToArray()).AsTask();
        Pump.Until(bench.Loop, () => arrived.Count == large.Length + 7);
        Pump.Until(bench.Loop, () => first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
        Check.True(large.AsSpan().SequenceEqual(arrived.ToArray().AsSpan(0, large.Length)));
        Check.Sequence("the end"u8.ToArray(), arrived.Skip(large.Length));
    }

    [Case]
    public void WriteAsync_Cancelled_LeavesTheOthersTheirTurn()
    {
        using var bench = Bench(new SerialOptions { WriteQueueSize = QueueSize });
        FillUp(bench, () => bench.Port.TryWrite(new byte[1]));

        using var cancellation = new CancellationTokenSource();
        Task first = bench.Port.WriteAsync(new byte[QueueSize], cancellation.Token).AsTask();
        Task second = bench.Port.WriteAsync(new byte[1]).AsTask();
        Pump.Ticks(bench.Loop, 3);
        Check.False(first.IsCompleted || second.IsCompleted);
        cancellation.Cancel();
        Pump.Until(bench.Loop, () => first.IsCanceled);
        List<byte> arrived = Listen(bench);
        Pump.Until(bench.Loop, () => second.IsCompleted);
        second.GetAwaiter().GetResult();
        Check.True(bench.Port.WriteAsync(new byte[1], cancellation.Token).AsTask().IsCanceled);
    }

    [Case]
    public void WriteAsync_ToADeviceThatGoes_Fails()
    {
        using var bench = Bench(new SerialOptions { WriteQueueSize = QueueSize });
        FillUp(bench, () => bench.Port.TryWrite(new byte[1]));
        int queued = bench.Port.QueuedBytes;
        Task write = bench.Port.WriteAsync(new byte[QueueSize]).AsTask();
        bench.Device.HangUp();
        Pump.Until(bench.Loop, () => write.IsCompleted);
        Check.Contains("1000 were not", write.Exception?.InnerException?.Message);
        Check.Equal((long)queued, bench.Port.DroppedBytes);
        Check.Equal(0, bench.Port.QueuedBytes);
        Task late = bench.Port.WriteAsync(new byte[1]).AsTask();
        Check.Contains("not open", late.Exception?.InnerException?.Message);
    }

    [Case]
    public void Write_ThatNeverFits_IsRefusedWithBothNumbers()
    {
        using var bench = Bench(new SerialOptions { WriteQueueSize = QueueSize });
        ArgumentException exception = Check.Throws<ArgumentException>(() => bench.Port.TryWrite(new byte[QueueSize + 1]));
        Check.Contains("1001", exception.Message);
        Check.Contains("1000", exception.Message);
    }

    [Case]
    public void Writing_AllocatesNothing()
    {
        using var bench = Bench();
        int arrived = 0;
        bench.Loop.Add(bench.Device).On((in SerialData e, in EventInfo _) => arrived += e.Bytes.Length);
        int wanted = 0;
        Allocations.None(() =>
        {
            bench.Port.TryWrite("to the device"u8);
            wanted += 13;
            while (arrived < wanted)
            {
                bench.Loop.Tick(Pump.Wait);
            }
        });
    }

    // Has the device read what the port sends.
    private static List<byte> Listen(SerialBench bench)
    {
        var arrived = new List<byte>();
        bench.Loop.Add(bench.Device).On((in SerialData e, in EventInfo _) => arrived.AddRange(e.Bytes));
        return arrived;
    }

    // Full is when the kernel, which moves bytes on behind our back, the later the busier it is, has taken nothing for several waits.
    private void FillUp(SerialBench bench, Func<bool> tryNext)
    {
        for (int quiet = 0; quiet < QuietWaits; quiet++)
        {
            long before = bench.Port.WrittenBytes;
            while (tryNext())
            {
                quiet = 0;
            }

            bench.Loop.Run(new RunOptions { For = Pump.Wait });
            quiet = bench.Port.WrittenBytes > before ? 0 : quiet;
        }
    }

    // A port that writes on another thread hears of the end of a write after the device has it.
    private void WaitForQuiet(SerialBench bench)
    {
        for (int quiet = 0; quiet < QuietWaits; quiet++)
        {
            long before = bench.Source.Counters.Dispatches;
            bench.Loop.Run(new RunOptions { For = Pump.Wait });
            quiet = bench.Source.Counters.Dispatches > before ? 0 : quiet;
        }
    }

    private static void CheckNumbers(List<byte> arrived, int pieces)
    {
        for (int i = 0; i < pieces * 300; i++)
        {
            Check.True(arrived[i] == (byte)(i / 300), $"byte {i} is {arrived[i]}");
        }
    }
}
