using System.Globalization;
using System.Runtime.InteropServices;

namespace Mainspring.Contracts;

/// <summary>Signals on the loop's thread. All cases share one process, and so use signals that no other part of it does; each is raised only while it is handled, or when it does nothing by default.</summary>
public sealed class SignalCases : IDisposable
{
    private const PosixSignal Urgent = (PosixSignal)23; // SIGURG: ignored by default
    private const PosixSignal WindowChange = (PosixSignal)(-7); // PosixSignal.SIGWINCH, which the compiler allows on one system only: ignored by default

    private readonly MainLoop _loop = Loops.New();
    private readonly List<SignalReceived> _seen = [];

    /// <summary>Skips elsewhere.</summary>
    public SignalCases() => Sys.NeedsLinux();

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();

    /// <summary>By name and by number.</summary>
    [Case]
    public void A_handler_runs_on_the_loops_thread()
    {
        int here = Environment.CurrentManagedThreadId, thread = 0;
        MainLoop? current = null;
        _loop.AddSignalHandler(Signals.User1, () => (thread, current) = (Environment.CurrentManagedThreadId, MainLoop.Current));
        Sys.Raise((int)Signals.User1);
        Pump.Until(_loop, () => thread != 0);
        Check.Equal(here, thread);
        Check.Equal(_loop, current);
    }

    /// <summary>A loop that sleeps is woken.</summary>
    [Case]
    public void A_signal_wakes_a_loop_that_sleeps()
    {
        _loop.AddSignalHandler(Signals.User1, _loop.Stop);
        var worker = new Thread(() => Sys.Raise((int)Signals.User1));
        _loop.CallSoon(worker.Start);
        _loop.Run(new RunOptions { For = Patience.Long });
        worker.Join();
        Check.True(_loop.Now < Patience.Long);
    }

    /// <summary>What comes before the handler runs is one call; the system itself may have made one of several.</summary>
    [Case]
    public void Signals_that_come_together_are_one_call_and_counted()
    {
        SignalRegistration handler = _loop.AddSignalHandler(Signals.User1, _seen.Add);
        using var other = Loops.New();
        SignalRegistration witness = other.AddSignalHandler(Signals.User1, () => { });
        for (int i = 1; i <= 5; i++)
        {
            Sys.Raise((int)Signals.User1);
            int wanted = i;
            Pump.Until(other, () => witness.Received == wanted); // each was told to every handler, before the next is raised
        }

        Pump.Until(_loop, () => handler.Received == 5);
        Check.True(_seen.Count < 5, "fewer calls than signals");
        Check.Equal(5L, _seen.Sum(static one => one.Count));
        Check.Equal(Signals.User1, _seen[0].Signal);
    }

    /// <summary>It is no nested call.</summary>
    [Case]
    public void A_signal_raised_in_its_own_handler_comes_again()
    {
        int calls = 0;
        bool isInside = false;
        _loop.AddSignalHandler(Signals.User2, () =>
        {
            Check.False(isInside);
            isInside = true;
            if (++calls < 3)
            {
                Sys.Raise((int)Signals.User2);
            }

            isInside = false;
        });
        Sys.Raise((int)Signals.User2);
        Pump.Until(_loop, () => calls == 3);
        Pump.Ticks(_loop, 2);
        Check.Equal(3, calls);
    }

    /// <summary>Each its own.</summary>
    [Case]
    public void Several_loops_each_get_the_signal()
    {
        using var other = Loops.New();
        SignalRegistration mine = _loop.AddSignalHandler(Signals.User1, () => { });
        SignalRegistration others = other.AddSignalHandler(Signals.User1, () => { });
        Sys.Raise((int)Signals.User1);
        Pump.Until(_loop, () => mine.Received == 1);
        Pump.Until(other, () => others.Received == 1);
        Check.True(_loop.RemoveSignalHandler(Signals.User1));
        Sys.Raise((int)Signals.User1);
        Pump.Until(other, () => others.Received == 2);
        Check.Equal(1L, mine.Received);
    }

    /// <summary>Different signals do not mix.</summary>
    [Case]
    public void Each_signal_has_its_handler()
    {
        var seen = new List<string>();
        _loop.AddSignalHandler(Signals.User1, () => seen.Add("one"));
        _loop.AddSignalHandler(Signals.User2, () => seen.Add("two"));
        Sys.Raise((int)Signals.User2);
        Pump.Until(_loop, () => seen.Count == 1);
        Sys.Raise((int)Signals.User1);
        Pump.Until(_loop, () => seen.Count == 2);
        Check.Sequence(["two", "one"], seen);
    }

    /// <summary>asyncio: the second replaces the first.</summary>
    [Case]
    public void A_second_handler_takes_the_place_of_the_first()
    {
        var seen = new List<string>();
        SignalRegistration first = _loop.AddSignalHandler(WindowChange, () => seen.Add("first"));
        _loop.AddSignalHandler((PosixSignal)28, () => seen.Add("second")); // the same by its number
        first.Dispose(); // is no longer the handler, and so removes nothing
        Sys.Raise(28);
        Pump.Until(_loop, () => seen.Count > 0);
        Check.Sequence(["second"], seen);
        Check.Equal(1, _loop.Counters.Sources);
        Check.True(_loop.RemoveSignalHandler(WindowChange));
        Check.False(_loop.RemoveSignalHandler(WindowChange));
        Check.Equal(0, _loop.Counters.Sources);
    }

    /// <summary>Within its own call.</summary>
    [Case]
    public void A_handler_removes_itself()
    {
        int calls = 0;
        _loop.AddSignalHandler(Urgent, () =>
        {
            calls++;
            Check.True(_loop.RemoveSignalHandler(Urgent));
        });
        Sys.Raise(23);
        Pump.Until(_loop, () => calls == 1);
        Sys.Raise(23);
        Pump.Ticks(_loop, 3);
        Check.Equal(1, calls);
    }

    /// <summary>/proc/self/status tells which signals the process catches.</summary>
    [Case]
    public void The_default_is_restored_by_removal_and_by_the_loops_end()
    {
        Check.False(IsCaught((int)Signals.User2));
        _loop.AddSignalHandler(Signals.User2, () => { });
        Check.True(IsCaught((int)Signals.User2));
        _loop.RemoveSignalHandler(Signals.User2);
        Check.False(IsCaught((int)Signals.User2));
        using (_loop.AddSignalHandler(Signals.User2, () => { }))
        {
            Check.True(IsCaught((int)Signals.User2));
        }

        Check.False(IsCaught((int)Signals.User2));
        _loop.AddSignalHandler(Signals.User2, () => { });
        _loop.Dispose();
        Check.False(IsCaught((int)Signals.User2));
    }

    /// <summary>With the reason, and without leaving anything behind.</summary>
    [Case]
    public void What_nobody_can_handle_is_refused_with_the_reason()
    {
        Check.Contains("SIGKILL cannot be handled: the system", Check.Throws<ArgumentException>(() => _loop.AddSignalHandler(Signals.Kill, () => { })).Message);
        Check.Contains("SIGSTOP cannot be handled: the system", Check.Throws<ArgumentException>(() => _loop.AddSignalHandler(Signals.Stop, () => { })).Message);
        Check.Contains("SIGSEGV cannot be handled: it tells of a fault", Check.Throws<ArgumentException>(() => _loop.AddSignalHandler((PosixSignal)11, () => { })).Message);
        Check.Contains("no such signal", Check.Throws<ArgumentOutOfRangeException>(() => _loop.AddSignalHandler((PosixSignal)65, () => { })).Message);
        Check.Throws<ArgumentOutOfRangeException>(() => _loop.AddSignalHandler(default, () => { }));
        Check.Equal(0, _loop.Counters.Sources);
    }

    /// <summary>asyncio has them in the main thread only.</summary>
    [Case]
    public void A_loop_on_any_thread_has_handlers_until_it_is_disposed()
    {
        int handled = 0;
        var thread = new Thread(() =>
        {
            MainLoop loop = Loops.New();
            loop.AddSignalHandler(Signals.User1, () => handled = Environment.CurrentManagedThreadId);
            Sys.Raise((int)Signals.User1);
            Pump.Until(loop, () => handled != 0);
            loop.Dispose();
            Check.Throws<ObjectDisposedException>(() => loop.AddSignalHandler(Signals.User1, () => { }));
            Check.False(loop.RemoveSignalHandler(Signals.User1));
        });
        thread.Start();
        thread.Join();
        Check.Equal(thread.ManagedThreadId, handled);
    }

    /// <summary>Reported, and called again the next time.</summary>
    [Case]
    public void A_handler_that_throws_is_reported_and_stays()
    {
        var reported = new List<string>();
        _loop.UnhandledException += e =>
        {
            reported.Add($"{e.Name}: {e.Exception.Message}");
            e.Handled = true;
        };
        _loop.AddSignalHandler(Signals.User1, () => throw new InvalidOperationException("no"));
        Sys.Raise((int)Signals.User1);
        Pump.Until(_loop, () => reported.Count == 1);
        Sys.Raise((int)Signals.User1);
        Pump.Until(_loop, () => reported.Count == 2);
        Check.Sequence(["signal SIGUSR1: no", "signal SIGUSR1: no"], reported);
    }

    /// <summary>Waiting for signals is nothing to do.</summary>
    [Case]
    public void A_handler_does_not_keep_the_loop_from_being_idle()
    {
        _loop.AddSignalHandler(Signals.User1, () => { });
        _loop.Run(new RunOptions { UntilIdle = true });
    }

    /// <summary>The names that the framework knows have the numbers of the system.</summary>
    [Case]
    public void Names_and_numbers_fit()
    {
        foreach (PosixSignal signal in Enum.GetValues<PosixSignal>())
        {
            if (signal < PosixSignal.SIGTSTP)
            {
                continue; // named since by a newer framework
            }

            Check.Equal(signal.ToString(), Signals.NameOf(signal));
            Check.Equal(signal, Signals.FromNumber(Signals.NumberOf(signal)));
        }

        Check.Equal("SIGUSR1", Signals.NameOf(Signals.User1));
        Check.Equal("signal 40", Signals.NameOf((PosixSignal)40));
        Check.Equal(Signals.Kill, Signals.FromNumber(9));
        Check.Throws<ArgumentOutOfRangeException>(() => Signals.FromNumber(0));
    }

    /// <summary>On the loop.</summary>
    [Case]
    public void The_first_signal_cancels_the_function()
    {
        var seen = new List<string>();
        LoopInterruptedException interrupted = Check.Throws<LoopInterruptedException>(() => _loop.Run(
            async token =>
            {
                _loop.CallSoon(() => Sys.Raise(23));
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    Check.Equal(_loop, MainLoop.Current);
                    seen.Add("cleaned up");
                }
            },
            Urgent));
        Check.Sequence(["cleaned up"], seen);
        Check.Equal(Urgent, interrupted.Signal);
        Check.Equal(23, interrupted.Number);
        Check.Contains("SIGURG", interrupted.Message);
        Check.Equal(0, _loop.Counters.Sources);
        Check.False(IsCaught(23));
    }

    /// <summary>It has completed, whatever came.</summary>
    [Case]
    public void A_function_that_completes_all_the_same_keeps_its_result()
    {
        int result = _loop.Run(
            async LoopTask<int> (CancellationToken token) =>
            {
                Sys.Raise(23);
                while (!token.IsCancellationRequested)
                {
                    await _loop.Yield();
                }

                return 7;
            },
            Urgent);
        Check.Equal(7, result);
    }

    /// <summary>An error is an error, signal or not.</summary>
    [Case]
    public void What_the_function_throws_is_thrown()
    {
        Check.Throws<InvalidOperationException>(() => _loop.Run(static async LoopTask (CancellationToken _) =>
        {
            await MainLoop.Current!.Yield();
            throw new InvalidOperationException("no");
        }));
        Check.Throws<OperationCanceledException>(() => _loop.Run(static Task (CancellationToken _) => throw new OperationCanceledException("by itself"), Urgent));
        Check.Equal(0, _loop.Counters.Sources);
    }

    /// <summary>A run without a function is stopped.</summary>
    [Case]
    public void The_first_signal_stops_a_run()
    {
        _loop.CallSoon(() => Sys.Raise(23));
        _loop.Run(new RunOptions { StopOn = [Urgent], For = Patience.Long });
        Check.True(_loop.Now < Patience.Long);
        Check.Equal(0, _loop.Counters.Sources);
        Check.False(IsCaught(23));
    }

    private static bool IsCaught(int number)
    {
        string mask = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("SigCgt:", StringComparison.Ordinal));
        return (ulong.Parse(mask.AsSpan("SigCgt:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (number - 1))) != 0;
    }
}
