using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>Writing to a stream that may stall never blocks who writes: what does not fit is dropped whole and counted.</summary>
public sealed class BoundedWriterCases
{
    [Case]
    public void Writes_ArriveInOrder()
    {
        var stream = new GatedStream(isOpen: true);
        using var writer = new BoundedWriter(stream, 100);
        var expected = new StringBuilder();
        for (int i = 0; i < 500; i++)
        {
            string line = $"line {i}\n";
            while (!writer.TryWrite(Encoding.UTF8.GetBytes(line)))
            {
                Check.True(writer.Flush(Patience.Long));
            }

            expected.Append(line);
        }

        Check.True(writer.Flush(Patience.Long));
        Check.Equal(expected.ToString(), stream.Text);
    }

    [Case]
    public void StalledStream_NeverBlocksTheWriter_AndDropsWholeWrites()
    {
        var stream = new GatedStream(isOpen: false);
        var writer = new BoundedWriter(stream, 20);
        Check.True(writer.TryWrite("aaaaaaaaaa"u8));
        stream.WaitUntilStalled();
        Check.True(writer.TryWrite("bbbbb"u8));
        Check.False(writer.TryWrite("cccccc"u8), "6 bytes do not fit into 5");
        Check.True(writer.TryWrite("ddddd"u8), "but 5 do");
        for (int i = 0; i < 100; i++)
        {
            Check.False(writer.TryWrite("e"u8));
        }

        Check.Equal(101L, writer.Dropped);
        Check.False(writer.Flush(TimeSpan.Zero));
        Check.False(writer.Flush(TimeSpan.FromMilliseconds(5)));
        stream.Open();
        Check.True(writer.Flush(Patience.Long));
        Check.Equal("aaaaaaaaaabbbbbddddd", stream.Text);
        Check.True(writer.TryWrite("fffff"u8));
        writer.Dispose();
        Check.Equal("aaaaaaaaaabbbbbdddddfffff", stream.Text);
        Check.True(stream.IsDisposed);
        Check.False(writer.TryWrite("g"u8));
        writer.Dispose();
    }

    [Case]
    public void WriteLargerThanTheBuffer_IsDropped()
    {
        var stream = new GatedStream(isOpen: true);
        using var writer = new BoundedWriter(stream, 4);
        Check.False(writer.TryWrite("12345"u8));
        Check.True(writer.TryWrite("1234"u8));
        Check.True(writer.Flush(Patience.Long));
        Check.Equal("1234", stream.Text);
        Check.Equal(1L, writer.Dropped);
    }

    [Case]
    public void BrokenStream_IsTold_AndDropsFromThenOn()
    {
        var stream = new GatedStream(isOpen: true) { Fails = true };
        using var writer = new BoundedWriter(stream, 100);
        writer.TryWrite("lost"u8);
        Patience.Until(() => writer.Failure is not null, "the failure");
        Check.Equal("the pipe is broken", writer.Failure!.Message);
        Check.False(writer.TryWrite("more"u8));
        Check.Equal(1L, writer.Dropped);
        Check.False(writer.Flush(Patience.Long), "at once");
    }

    [Case]
    public void StreamThatThrowsAnything_DoesNotKillTheProcess()
    {
        var stream = new GatedStream(isOpen: true) { Fails = true, Failure = static () => new NotSupportedException("a stream that is not for writing") };
        using var writer = new BoundedWriter(stream, 100);
        writer.TryWrite("lost"u8);
        Patience.Until(() => writer.Failure is not null, "the failure");
        Check.Equal("a stream that is not for writing", writer.Failure!.Message);
    }

    [Case]
    public void Dispose_OfAStalledWriter_ComesBack()
    {
        var stream = new GatedStream(isOpen: false);
        var writer = new BoundedWriter(stream, 20);
        writer.TryWrite("a"u8);
        stream.WaitUntilStalled();
        long start = Stopwatch.GetTimestamp();
        writer.Dispose();
        Check.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "it gives it a second");
        Check.False(stream.IsDisposed, "not while its thread is in a write");
        stream.Open();
    }

    [Case]
    public void ManyThreads_MixNoWrites()
    {
        var stream = new GatedStream(isOpen: true);
        using var writer = new BoundedWriter(stream, 200);
        long accepted = 0;
        Worker[] workers = [.. Enumerable.Range(0, 4).Select(thread => Worker.Start(() =>
        {
            byte[] line = Encoding.UTF8.GetBytes(new string((char)('a' + thread), 9) + "\n");
            for (int i = 0; i < 2000; i++)
            {
                if (writer.TryWrite(line))
                {
                    Interlocked.Increment(ref accepted);
                }
            }
        }))];
        Array.ForEach(workers, static worker => worker.Join());
        Check.True(writer.Flush(Patience.Long));
        string[] lines = stream.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Check.Equal(accepted, lines.Length);
        Check.Equal(8000, accepted + writer.Dropped);
        Check.True(lines.All(static line => line.Length == 9 && line.Distinct().Count() == 1));
    }

    [Case]
    public void Write_AllocatesNothing()
    {
        using var writer = new BoundedWriter(Stream.Null, 1000);
        byte[] line = new byte[100];
        Allocations.None(() => writer.TryWrite(line));
    }

    [Case]
    public void Log_WritesLines_AndNeverBlocksTheLoop()
    {
        var stream = new GatedStream(isOpen: false);
        using var writer = new BoundedWriter(stream, 4096);
        using var loop = new MainLoop(new LoopOptions { Name = "logging", Log = LoopLog.To(writer) });
        for (int i = 0; i < 200; i++)
        {
            int number = i;
            loop.CallSoon(() => throw new InvalidOperationException($"error {number}"));
        }

        loop.Tick(); // would never end if the log blocked
        Check.Equal(200L, loop.Counters.Errors);
        Check.True(loop.Counters.SuppressedErrors > 0, "a storm is limited");
        Check.True(writer.Dropped > 0, "and what the stalled stream could not take is counted");
        stream.Open();
        Check.True(writer.Flush(Patience.Long));
        Check.Contains("mainspring [logging] error: ", stream.Text);
        Check.Contains("error 0", stream.Text);
    }

    [Case]
    public void LogThatThrows_IsSurvived_AndTheNextCallbackRuns()
    {
        using var loop = new MainLoop(new LoopOptions { Log = new ThrowingLog(), Debug = true, SlowCallback = TimeSpan.Zero });
        int ran = 0;
        loop.CallSoon(static () => throw new InvalidOperationException("an error"));
        loop.CallSoon(() => ran++);
        loop.Add(new PipeSource { IsBroken = true }, new RetryPolicy { RetryFirstAttach = true }).Unref();
        loop.Tick();
        Check.Equal(1, ran);
        Check.Equal(1L, loop.Counters.Errors);
        Check.True(loop.LogFailures >= 3, "the error, the slow callback, the source that is not there");
    }

    [Case]
    public void DefaultLog_IsWrittenAndClosedWhenTheLoopIsDisposed()
    {
        const int StandardError = 2;
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
        (SafeFileHandle standardError, SafeFileHandle unused) = Sys.Pipe();
        using SafeFileHandle near = read, kept = standardError, far = unused;
        Sys.Replace((int)standardError.DangerousGetHandle(), new SafeFileHandle(StandardError, ownsHandle: false));
        Sys.Replace(StandardError, write);
        write.Dispose();
        try
        {
            var loop = new MainLoop(new LoopOptions { Name = "default" });
            loop.CallSoon(static () => throw new InvalidOperationException("the last words"));
            loop.Tick();
            loop.Dispose();
        }
        finally
        {
            Sys.Replace(StandardError, standardError);
        }

        Check.True(Sys.Read(read, 16 * 1024) > 0, "it was written before Dispose came back");
        Check.Equal(0, Sys.Read(read, 1), "nobody has it open any more");
    }

    [Case]
    public void Close_OfAStalledWriter_ComesBackInItsTime()
    {
        var stream = new GatedStream(isOpen: false);
        var writer = new BoundedWriter(stream, 20);
        writer.TryWrite("a"u8);
        stream.WaitUntilStalled();
        writer.Close(TimeSpan.Zero);
        Check.False(writer.TryWrite("b"u8));
        stream.Open();
    }

    private sealed class ThrowingLog : LoopLog
    {
        public override void Write(LogSeverity severity, string loop, string message) => throw new InvalidOperationException("the log's own problem");
    }

    private sealed class GatedStream : Stream
    {
        private readonly ManualResetEventSlim _gate = new();
        private readonly ManualResetEventSlim _stalled = new();
        private readonly MemoryStream _written = new();

        public GatedStream(bool isOpen)
        {
            if (isOpen)
            {
                _gate.Set();
            }
        }

        public bool Fails { get; init; }

        public Func<Exception> Failure { get; init; } = static () => new IOException("the pipe is broken");

        public bool IsDisposed { get; private set; }

        public string Text
        {
            get
            {
                lock (_written)
                {
                    return Encoding.UTF8.GetString(_written.ToArray());
                }
            }
        }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Open() => _gate.Set();

        public void WaitUntilStalled() => _stalled.Wait("the writer's thread is in the stream");

        public override void Write(byte[] buffer, int offset, int count)
        {
            _stalled.Set();
            _gate.Wait();
            if (Fails)
            {
                throw Failure();
            }

            lock (_written)
            {
                _written.Write(buffer, offset, count);
            }
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
