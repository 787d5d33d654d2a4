using System.IO.Pipelines;
using System.Text;
using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>What every <see cref="ISerialPort"/> keeps, whatever is behind it. A suite for one inherits this one and says how the port and its device are made.</summary>
public abstract class SerialPortContract : IDisposable
{
    private const int QueueSize = 1000;

    private static readonly RetryPolicy s_soon = new() { InitialDelay = TimeSpan.FromMilliseconds(1), Factor = 1 };

    private readonly List<byte> _received = [];
    private readonly List<string> _messages = [];
    private readonly List<string> _trace = [];
    private MainLoop? _loop;

    private protected MainLoop Loop => _loop ??= CreateLoop(new LoopOptions { Log = new SilentLog() });

    private protected ISerialPort Port { get; private set; } = null!;

    private protected SourceHandle Source { get; private set; } = null!;

    /// <summary>What the device has received.</summary>
    private protected List<byte> AtDevice { get; } = [];

    private protected abstract MainLoop CreateLoop(LoopOptions options);

    private protected abstract ISerialPort CreatePort(SerialOptions options);

    /// <summary>Has the device send bytes.</summary>
    private protected abstract void Send(ReadOnlySpan<byte> bytes);

    /// <summary>From now on the device takes what the port sends, into <see cref="AtDevice"/>; before, it takes none.</summary>
    private protected abstract void Take();

    private protected abstract void Unplug();

    private protected abstract void Plug();

    private protected abstract void DisposeDevice();

    /// <summary>In how many waits nothing has to have been taken, so that the device is full.</summary>
    private protected virtual int QuietWaits => 5;

    /// <inheritdoc/>
    public void Dispose()
    {
        _loop?.Dispose();
        DisposeDevice();
        GC.SuppressFinalize(this);
    }

    [Case]
    public void EveryByteValue_ArrivesAsItIs_BothWays()
    {
        Open();
        Take();
        byte[] all = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];
        Send(all);
        Check.True(Port.TryWrite(all));
        Pump.Until(Loop, () => _received.Count == 256 && AtDevice.Count == 256);
        Check.Sequence(all, _received);
        Check.Sequence(all, AtDevice);
        Check.Equal(256L, Source.Counters.Bytes);
        Check.Equal(256L, Port.WrittenBytes);
        Check.Equal(default, Port.Errors);
    }

    [Case]
    public void EveryFraming_FindsItsMessages_HoweverTheyArrive()
    {
        byte[] message = [1, 0, 0xC0, 0xDB, 0xFF, 13, 10, 7];
        byte[] slip = new byte[Slip.MaxEncodedLength(message.Length)], cobs = new byte[Cobs.MaxEncodedLength(message.Length)];
        slip = slip[..Slip.Encode(message, slip)];
        cobs = cobs[..Cobs.Encode(message, cobs)];
        (SerialFraming Framing, byte[] Sent)[] framings =
        [
            (new DelimiterFraming("--\n"u8, 20), [.. message, .. "--\n"u8]),
            (new FixedLengthFraming(8), message),
            (new FixedLengthFraming(8, [1, 0]), message),
            (new SlipFraming(8), slip),
            (new CobsFraming(8), cobs),
        ];
        foreach ((SerialFraming framing, byte[] sent) in framings)
        {
            Open(new SerialOptions { Framing = framing, ReadBufferSize = 5 });
            _messages.Clear();
            for (int i = 0; i < 5; i++)
            {
                Send(sent);
            }

            Pump.Until(Loop, () => _messages.Count >= 5);
            Check.Sequence(Enumerable.Repeat(Convert.ToHexString(message), 5), _messages, framing.ToString());
            Close();
        }
    }

    [Case]
    public void EndlessDataWithoutADelimiter_IsCountedOnce_AndTheNextMessageIsWhole()
    {
        Open(new SerialOptions { Framing = new DelimiterFraming("\r\n"u8, 10), ReadBufferSize = 100 });
        byte[] noise = new byte[1000];
        noise.AsSpan().Fill((byte)'x');
        for (int sent = 0; sent < 50_000; sent += noise.Length)
        {
            Send(noise);
            Pump.Until(Loop, () => _received.Count == sent + noise.Length);
        }

        Send("\r\nwhole\r\n"u8);
        Pump.Until(Loop, () => _messages.Count == 2);
        Check.Sequence(["<TooLong 50000>", Convert.ToHexString("whole"u8)], _messages);
        Check.Equal(1L, Port.Errors.DroppedMessages);
    }

    [Case]
    public void Unplugged_WithinAMessage_ThatIsDropped_AndAfterThePlugTheNextIsWhole()
    {
        Open(new SerialOptions { Framing = new SlipFraming(20) });
        Send([0xC0, 1, 2]);
        Pump.Until(Loop, () => _received.Count == 3);
        Unplug();
        Pump.Until(Loop, () => _trace.Count == 2);
        Check.False(Port.IsOpen || Port.TryWrite("x"u8));
        Plug();
        Pump.Until(Loop, () => _trace.Count == 3);
        Send([3, 0xC0]);
        Pump.Until(Loop, () => _messages.Count == 2);
        Check.Sequence(["<None 2>", "03"], _messages);
        Check.Sequence(["connected", "disconnected after 3", "connected"], _trace);
        Check.Equal(1L, Port.Errors.DroppedMessages);
    }

    [Case]
    public void WriteAsync_LargerThanTheQueue_IsSentInPieces()
    {
        Open(new SerialOptions { WriteQueueSize = QueueSize });
        Take();
        byte[] large = new byte[20 * QueueSize];
        new Random(4).NextBytes(large);
        Task write = Port.WriteAsync(large).AsTask();
        Pump.Until(Loop, () => write.IsCompleted && AtDevice.Count == large.Length);
        write.GetAwaiter().GetResult();
        Check.Sequence(large, AtDevice);
    }

    [Case]
    public void WriteTimeout_EndsAWaitForRoom_AndTheNextWriteHasItsTurn()
    {
        Open(new SerialOptions { WriteQueueSize = QueueSize });
        FillUp();
        TimeSpan start = Loop.Now;
        Task late = Port.WriteAsync(new byte[QueueSize], TimeSpan.FromMilliseconds(30)).AsTask();
        Task next = Port.WriteAsync("end"u8.ToArray(), TimeSpan.FromHours(1)).AsTask();
        Pump.Until(Loop, () => late.IsCompleted);
        Check.True(late.Exception?.InnerException is TimeoutException);
        Check.Contains($"{Port.Device}: 1000 bytes found no room", late.Exception!.InnerException!.Message);
        Check.True(Loop.Now - start >= TimeSpan.FromMilliseconds(30));
        Take();
        Pump.Until(Loop, () => next.IsCompleted && Port.QueuedBytes == 0);
        next.GetAwaiter().GetResult();
        Pump.Until(Loop, () => AtDevice.Count == Port.WrittenBytes);
        Check.Sequence("end"u8.ToArray(), AtDevice.TakeLast(3));
    }

    [Case]
    public void Drain_EndsWhenAllIsSent_OrInTime_OrWithThePort()
    {
        Open(new SerialOptions { WriteQueueSize = QueueSize });
        Check.True(Port.DrainAsync().AsTask().IsCompletedSuccessfully, "nothing to send");
        FillUp();
        Task late = Port.DrainAsync(TimeSpan.FromMilliseconds(20)).AsTask();
        Task patient = Port.DrainAsync().AsTask();
        using var cancellation = new CancellationTokenSource();
        Task cancelled = Port.DrainAsync(null, cancellation.Token).AsTask();
        Pump.Until(Loop, () => late.IsCompleted);
        Check.Contains("could not be sent in time", late.Exception?.InnerException?.Message);
        cancellation.Cancel();
        Pump.Until(Loop, () => cancelled.IsCompleted);
        Check.True(cancelled.IsCanceled && !patient.IsCompleted);
        Take();
        Pump.Until(Loop, () => patient.IsCompleted);
        patient.GetAwaiter().GetResult();
        Check.Equal(0, Port.QueuedBytes);
        Close();
        Check.Contains("not open", Port.DrainAsync().AsTask().Exception?.InnerException?.Message);
    }

    [Case]
    public void Drain_OfAPortThatIsRemoved_Fails()
    {
        Open(new SerialOptions { WriteQueueSize = QueueSize });
        FillUp();
        Task drain = Port.DrainAsync().AsTask();
        int queued = Port.QueuedBytes;
        Close();
        Pump.Until(Loop, () => drain.IsCompleted);
        Check.Contains("closed before all was sent", drain.Exception?.InnerException?.Message);
        Check.Equal((long)queued, Port.DroppedBytes);
    }

    [Case]
    public void Discard_Output_DropsTheQueue_AndCountsIt()
    {
        Open(new SerialOptions { WriteQueueSize = QueueSize });
        FillUp();
        Task waiting = Port.WriteAsync(new byte[QueueSize]).AsTask();
        int queued = Port.QueuedBytes;
        Port.Discard(SerialBuffers.Output);
        Pump.Until(Loop, () => waiting.IsCompleted);
        Check.Equal((long)queued, Port.DroppedBytes);
        Close();
        Check.Throws<IOException>(() => Port.Discard(SerialBuffers.Both));
    }

    [Case]
    public void NotReading_EmitsNothing_ThenAll()
    {
        Open();
        Port.IsReading = false;
        Send("held"u8);
        long before;
        do // a port that reads on a thread of its own may say later that it has something
        {
            before = Source.Counters.Dispatches;
            Loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(30) });
            Check.Equal(0, _received.Count);
        }
        while (Source.Counters.Dispatches > before); // and then costs nothing
        Port.IsReading = true;
        Pump.Until(Loop, () => _received.Count == 4);
    }

    [Case]
    public void NotReading_AHangUpIsSeen()
    {
        Open();
        Port.IsReading = false;
        Unplug();
        Pump.Until(Loop, () => _trace.Count == 2);
    }

    [Case]
    public void SendBreak_TakesItsTime_AndHoldsWritesBack()
    {
        Open();
        Take();
        TimeSpan start = Loop.Now;
        Port.TryWrite("x"u8);
        Task sent = Port.SendBreakAsync(TimeSpan.FromMilliseconds(50)).AsTask();
        Check.True(Port.SendBreakAsync(TimeSpan.FromMilliseconds(50)).AsTask().Exception?.InnerException is InvalidOperationException, "one at a time");
        int tried = 1;
        Pump.Until(Loop, () => // it has begun when what is written stays
        {
            tried += Port.TryWrite("x"u8) ? 1 : 0;
            return Port.QueuedBytes > 0;
        });
        long before = Port.WrittenBytes;
        Check.Equal(tried - 1, (int)before);
        Pump.Until(Loop, () => sent.IsCompleted);
        sent.GetAwaiter().GetResult();
        Check.True(Loop.Now - start >= TimeSpan.FromMilliseconds(50));
        Check.Equal(before, Port.WrittenBytes, "nothing was sent within it");
        Pump.Until(Loop, () => AtDevice.Count == tried);
    }

    [Case]
    public void Pipe_CarriesBothWays()
    {
        Open();
        Take();
        using SerialPipe pipe = SerialPipe.Open(Source, 100);
        byte[] large = new byte[20_000];
        new Random(5).NextBytes(large);
        Task writer = WriteAsync(pipe.Output, large);
        Task<byte[]> reader = ReadAsync(pipe.Input, large.Length);
        int sent = 0;
        Pump.Until(Loop, () =>
        {
            if (_received.Count == sent && sent < large.Length)
            {
                int piece = Math.Min(700, large.Length - sent);
                Send(large.AsSpan(sent, piece));
                sent += piece;
            }

            return reader.IsCompleted && writer.IsCompleted && AtDevice.Count == large.Length;
        });
        writer.GetAwaiter().GetResult();
        Check.True(large.AsSpan().SequenceEqual(reader.GetAwaiter().GetResult()));
        Check.True(large.AsSpan().SequenceEqual(AtDevice.ToArray()));
        Check.Equal(null, pipe.EndReason);
    }

    [Case]
    public void Pipe_ASlowReader_IsWaitedFor_WithoutLoss()
    {
        Open(new SerialOptions { ReadBufferSize = 64 });
        using SerialPipe pipe = SerialPipe.Open(Source, 128);
        byte[] all = new byte[1000];
        new Random(6).NextBytes(all);
        Send(all);
        Pump.Until(Loop, () => !Port.IsReading);
        Loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(20) });
        Check.True(_received.Count < 300, $"{_received.Count} bytes were read, of 128 that may wait");
        Task<byte[]> reader = ReadAsync(pipe.Input, all.Length);
        Pump.Until(Loop, () => reader.IsCompleted);
        Check.Sequence(all, reader.GetAwaiter().GetResult());
        Check.True(Port.IsReading);
    }

    [Case]
    public void Pipe_AtAHangUp_GivesWhatHadArrived_ThenEnds()
    {
        Open();
        SerialPipe pipe = SerialPipe.Open(Source);
        Send("last words"u8);
        Pump.Until(Loop, () => _received.Count == 10);
        Unplug();
        Pump.Until(Loop, () => pipe.EndReason is not null);
        Task<byte[]> reader = ReadAsync(pipe.Input, int.MaxValue);
        Pump.Until(Loop, () => reader.IsCompleted);
        Check.Equal("last words", Encoding.ASCII.GetString(reader.GetAwaiter().GetResult()));
        Task write = WriteAsync(pipe.Output, new byte[10]);
        Pump.Until(Loop, () => write.IsCompleted);
        Check.True(write.Exception?.InnerException is IOException, $"{write.Exception?.InnerException}");
        Check.Throws<IOException>(() => SerialPipe.Open(Source));
    }

    [Case]
    public void Pipe_OfAPortThatIsRemoved_OrDisposed_Ends()
    {
        Open();
        SerialPipe pipe = SerialPipe.Open(Source);
        SerialPipe other = SerialPipe.Open(Source);
        other.Dispose();
        other.Dispose();
        Check.Equal("it was disposed", other.EndReason);
        Close();
        Pump.Until(Loop, () => pipe.EndReason is not null);
        Task<byte[]> reader = ReadAsync(pipe.Input, int.MaxValue);
        Pump.Until(Loop, () => reader.IsCompleted);
        Check.Equal(0, reader.GetAwaiter().GetResult().Length);
    }

    [Case]
    public void Pipe_SteadyState_AllocatesNothing()
    {
        Open();
        Source.Remove();
        Pump.Until(Loop, () => Port is not SerialPortBase { IsClosing: true });
        Source = Loop.Add(Port, s_soon);
        using SerialPipe pipe = SerialPipe.Open(Source);
        int read = 0;
        int wanted = 0;
        Task reader = Count();
        Allocations.None(() =>
        {
            Send("to the pipe"u8);
            wanted += 11;
            while (read < wanted)
            {
                Loop.Tick(Pump.Wait);
            }
        });
        Check.False(reader.IsCompleted);

        async Task Count()
        {
            while (true)
            {
                ReadResult result = await pipe.Input.ReadAsync().ConfigureAwait(false);
                read += (int)result.Buffer.Length;
                pipe.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
        }
    }

    [Case]
    public void SetModemLines_OfAnInput_IsRefused()
    {
        Open();
        Check.Contains("Cts cannot be set", Check.Throws<ArgumentException>(() => Port.SetModemLines(ModemLines.Cts, 0)).Message);
    }

    /// <summary>Makes a port, and waits until it is connected.</summary>
    private protected void Open(SerialOptions? options = null)
    {
        Port = CreatePort(options ?? new SerialOptions());
        _received.Clear();
        _trace.Clear();
        Source = Loop.Add(Port, s_soon)
            .On((in SerialConnected _, in EventInfo _) => _trace.Add("connected"))
            .On((in SerialData e, in EventInfo _) => _received.AddRange(e.Bytes))
            .On((in SerialMessage e, in EventInfo _) => _messages.Add(Convert.ToHexString(e.Bytes)))
            .On((in SerialMessageDropped e, in EventInfo _) => _messages.Add($"<{e.Kind} {e.Length}>"))
            .On((in SerialDisconnected e, in EventInfo _) => _trace.Add($"disconnected after {_received.Count}"));
        Pump.Until(Loop, () => _trace.Count == 1);
    }

    private protected void Close() => Source.Remove();

    // Full is when nothing has been taken for several waits: a kernel moves bytes on behind our back.
    private void FillUp()
    {
        for (int quiet = 0; quiet < QuietWaits; quiet++)
        {
            long before = Port.WrittenBytes;
            while (Port.TryWrite(new byte[1]))
            {
            }

            Loop.Run(new RunOptions { For = Pump.Wait });
            quiet = Port.WrittenBytes > before ? 0 : quiet;
        }

        Check.True(Port.QueuedBytes > 0);
    }

    private static async Task<byte[]> ReadAsync(PipeReader reader, int count)
    {
        var all = new List<byte>();
        while (all.Count < count)
        {
            ReadResult result = await reader.ReadAsync().ConfigureAwait(false);
            foreach (ReadOnlyMemory<byte> segment in result.Buffer)
            {
                all.AddRange(segment.Span);
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        return [.. all];
    }

    private static async Task WriteAsync(PipeWriter writer, byte[] bytes)
    {
        for (int at = 0; at < bytes.Length; at += 900)
        {
            FlushResult result = await writer.WriteAsync(bytes.AsMemory(at, Math.Min(900, bytes.Length - at))).ConfigureAwait(false);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }
}
