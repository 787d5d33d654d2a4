using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>Readers and writers: callbacks for descriptors.</summary>
public sealed class ReaderCases : IDisposable
{
    private readonly MainLoop _loop = Loops.New();
    private readonly SafeFileHandle _read;
    private readonly SafeFileHandle _write;
    private int _calls;

    /// <summary>Opens a pipe.</summary>
    public ReaderCases() => (_read, _write) = Sys.Pipe();

    /// <inheritdoc/>
    public void Dispose()
    {
        _loop.Dispose();
        _read.Dispose();
        _write.Dispose();
    }

    /// <summary>What was not read is told again in the next turn.</summary>
    [Case]
    public void A_reader_is_called_as_long_as_something_is_left()
    {
        _loop.AddReader(_read, () => _calls++);
        Pump.Ticks(_loop, 2);
        Check.Equal(0, _calls, "silent");
        Sys.Write(_write, 2);
        Pump.Ticks(_loop, 2);
        Check.Equal(2, _calls, "two bytes are there in both turns");
        Check.Equal(2, Sys.Read(_read, 10));
        Pump.Ticks(_loop, 2);
        Check.Equal(2, _calls, "all was read");
    }

    /// <summary>By number, with state.</summary>
    [Case]
    public void A_number_and_a_state_do_as_well()
    {
        var seen = new List<string>();
        int number = (int)_read.DangerousGetHandle();
        _loop.AddReader(number, static seen => seen.Add("read"), seen);
        Sys.Write(_write);
        _loop.Tick();
        Check.Sequence(["read"], seen);
        Check.True(_loop.RemoveReader(number));
        Check.False(_loop.RemoveReader(number), "it is removed already");
        Check.False(_loop.RemoveWriter(number), "there never was one");
        _loop.Tick();
        Check.Sequence(["read"], seen);
        Check.Equal(1, Sys.Read(_read, 10), "the descriptor stays open");
    }

    /// <summary>asyncio: the second replaces the first.</summary>
    [Case]
    public void A_second_reader_takes_the_place_of_the_first()
    {
        var seen = new List<string>();
        _loop.AddReader(_read, () => seen.Add("first"));
        _loop.AddReader(_read, () => seen.Add("second"));
        Sys.Write(_write);
        _loop.Tick();
        Check.Sequence(["second"], seen);
        Check.Equal(1, _loop.Counters.Sources, "one descriptor is one source");
    }

    /// <summary>Both ends of a pseudo-terminal or a socket can be read and written; here a FIFO that is open for both.</summary>
    [Case]
    public void Reader_and_writer_share_a_descriptor()
    {
        using SafeFileHandle both = OpenFifo();
        var seen = new List<string>();
        _loop.AddReader(both, () => seen.Add("read"));
        _loop.AddWriter(both, () => seen.Add("write"));
        _loop.Tick();
        Check.Sequence(["write"], seen);
        Sys.Write(both);
        _loop.Tick();
        Check.Sequence(["write", "read", "write"], seen);
        Check.True(_loop.RemoveWriter(both));
        _loop.Tick();
        Check.Sequence(["write", "read", "write", "read"], seen);
        Check.True(_loop.RemoveReader(both));
        _loop.Tick();
        Check.Equal(4, seen.Count);
        Check.Equal(0, _loop.Counters.Sources);
    }

    /// <summary>A writer removes itself when all is written.</summary>
    [Case]
    public void A_callback_removes_itself_and_the_other()
    {
        using SafeFileHandle both = OpenFifo();
        var seen = new List<string>();
        Sys.Write(both);
        _loop.AddWriter(both, () => seen.Add("write"));
        _loop.AddReader(both, () =>
        {
            seen.Add("read");
            Check.True(_loop.RemoveReader(both));
            Check.True(_loop.RemoveWriter(both));
        });
        Pump.Ticks(_loop, 2);
        Check.Sequence(["read"], seen, "the writer was ready too, but removed before its turn");
    }

    /// <summary>Within the callback, for the next turn.</summary>
    [Case]
    public void A_callback_replaces_itself()
    {
        var seen = new List<string>();
        _loop.AddReader(_read, () =>
        {
            seen.Add("first");
            _loop.AddReader(_read, () => seen.Add("second"));
        });
        Sys.Write(_write);
        Pump.Ticks(_loop, 2);
        Check.Sequence(["first", "second"], seen);
    }

    /// <summary>Removed and added again in one callback: not called twice in that turn.</summary>
    [Case]
    public void A_callback_that_comes_back_waits_for_the_next_turn()
    {
        int depth = 0;
        _loop.AddReader(_read, Again);
        Sys.Write(_write);
        _loop.Tick();
        Check.Equal(1, _calls);
        _loop.Tick();
        Check.Equal(2, _calls);

        void Again()
        {
            Check.Equal(0, depth++);
            _calls++;
            _loop.RemoveReader(_read);
            _loop.AddReader(_read, Again);
            depth--;
        }
    }

    /// <summary>The other end is gone: read(2) gives 0 then.</summary>
    [Case]
    public void A_hang_up_is_told_to_the_reader_after_what_was_written()
    {
        var seen = new List<int>();
        _loop.AddReader(_read, () =>
        {
            seen.Add(Sys.Read(_read, 1));
            if (seen[^1] == 0)
            {
                _loop.RemoveReader(_read);
            }
        });
        Sys.Write(_write, 2);
        _write.Dispose();
        Pump.Until(_loop, () => seen.Contains(0));
        Check.Sequence([1, 1, 0], seen);
        Pump.Ticks(_loop, 2);
        Check.Equal(3, seen.Count, "nothing comes of it any more");
    }

    /// <summary>A pipe without readers is an error for the writer, and for nobody else.</summary>
    [Case]
    public void The_loss_of_the_other_end_is_told_to_the_writer()
    {
        Fill(_write);
        _loop.AddWriter(_write, () =>
        {
            _calls++;
            _loop.RemoveWriter(_write);
        });
        Pump.Ticks(_loop, 2);
        Check.Equal(0, _calls, "the pipe is full");
        _read.Dispose();
        Pump.Until(_loop, () => _calls > 0);
        Check.Equal(1, _calls);
    }

    /// <summary>epoll(7): EPERM.</summary>
    [Case]
    public void A_regular_file_is_refused_with_what_to_do()
    {
        string path = Path.GetTempFileName();
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            IOException refusal = Check.Throws<IOException>(() => _loop.AddReader(file, () => _calls++));
            Check.Contains("regular file", refusal.Message);
            Check.Contains("RandomAccess", refusal.Message);
            Check.Equal(0, _loop.Counters.Sources);
            Check.False(_loop.RemoveReader(file));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>By number, and by a handle that was disposed.</summary>
    [Case]
    public void A_closed_descriptor_is_refused()
    {
        Check.Contains("not open", Check.Throws<IOException>(() => _loop.AddReader(1_000_000, () => _calls++)).Message);
        _read.Dispose();
        Check.Throws<ObjectDisposedException>(() => _loop.AddReader(_read, () => _calls++));
        Check.Equal(0, _loop.Counters.Sources);
    }

    /// <summary>The loop keeps what it watches.</summary>
    [Case]
    public void A_handle_that_is_disposed_stays_open_until_its_reader_is_removed()
    {
        _loop.AddReader(_read, () => _calls++);
        _read.Dispose();
        Sys.Write(_write);
        _loop.Tick();
        Check.Equal(1, _calls);
        Check.True(_loop.RemoveReader(_read));
        int written = Sys.TryWrite(_write, 1);
        Check.Equal(-1, written, "the pipe has no reader any more: it is closed now");
    }

    /// <summary>A number that was closed without a word and means another file since.</summary>
    [Case]
    public void A_number_that_was_used_again_is_watched_anew()
    {
        (SafeFileHandle otherRead, SafeFileHandle otherWrite) = Sys.Pipe();
        using (otherRead)
        using (otherWrite)
        {
            int number = (int)_read.DangerousGetHandle();
            var seen = new List<string>();
            _loop.AddReader(number, () => seen.Add("old"));
            Sys.Replace(number, otherRead); // dup2(2): closes the old file, and opens the number as the other one
            _loop.AddReader(number, () => seen.Add("new"));
            Sys.Write(otherWrite);
            _loop.Tick();
            Check.Sequence(["new"], seen);
            Check.Equal(1, _loop.Counters.Sources);
            Check.True(_loop.RemoveReader(number));
        }
    }

    /// <summary>Reported with the descriptor's name; the reader stays.</summary>
    [Case]
    public void A_callback_that_throws_is_reported_and_stays()
    {
        var reported = new List<string>();
        _loop.UnhandledException += e =>
        {
            reported.Add($"{e.Name}: {e.Exception.Message}");
            e.Handled = true;
        };
        _loop.AddReader(_read, () => throw new InvalidOperationException("no"));
        Sys.Write(_write);
        Pump.Ticks(_loop, 2);
        string expected = $"descriptor {_read.DangerousGetHandle()}: no";
        Check.Sequence([expected, expected], reported);
    }

    /// <summary>A reader is no reason to go on for <c>UntilIdle</c> only as long as it is there.</summary>
    [Case]
    public void A_reader_keeps_the_loop_alive_until_it_is_removed()
    {
        _loop.AddReader(_read, () => _loop.RemoveReader(_read));
        _loop.CallSoon(() => Sys.Write(_write));
        _loop.Run(new RunOptions { UntilIdle = true, For = Patience.Long });
        Check.Equal(0, _loop.Counters.Sources);
    }

    /// <summary>The loop ends, the descriptor stays.</summary>
    [Case]
    public void Disposing_the_loop_removes_readers_and_closes_nothing()
    {
        _loop.AddReader((int)_read.DangerousGetHandle(), () => _calls++);
        _loop.Dispose();
        Sys.Write(_write);
        Check.Equal(1, Sys.Read(_read, 10));
        Check.Throws<ObjectDisposedException>(() => _loop.AddReader(_read, () => _calls++));
        Check.False(_loop.RemoveReader(_read));
    }

    /// <summary>A virtual clock cannot wait for what is real.</summary>
    [Case]
    public void A_virtual_clock_refuses_a_reader()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        Check.Contains("virtual clock", Check.Throws<InvalidOperationException>(() => loop.AddReader(_read, () => _calls++)).Message);
        Check.False(loop.RemoveReader(_read));
    }

    /// <summary>In the steady state.</summary>
    [Case]
    public void A_call_allocates_nothing()
    {
        _loop.AddReader(_read, self => self._calls += Sys.Read(self._read, 1), this);
        Allocations.None(() =>
        {
            Sys.Write(_write);
            _loop.Tick();
        });
        Check.True(_calls >= 1000);
    }

    private static void Fill(SafeFileHandle pipe)
    {
        while (Sys.TryWrite(pipe, 4096) > 0)
        {
        }
    }

    // Open for both, it never hangs up, and can be read and written by the same descriptor (fifo(7)).
    private static SafeFileHandle OpenFifo()
    {
        string path = Path.Combine(Path.GetTempPath(), $"mainspring-{Environment.ProcessId}-{Guid.NewGuid():N}");
        SafeFileHandle fifo = Sys.OpenFifo(path);
        File.Delete(path);
        return fifo;
    }
}
