using System.Diagnostics;

namespace Mainspring.Contracts;

/// <summary>What every poller keeps: it is the one place where a loop blocks.</summary>
public abstract class PollerContract : IDisposable
{
    private const int Rounds = 20;
    private const int InterruptingSignal = 23; // SIGURG: ignored by default, so that a late one harms nobody

    private static readonly long[] s_waitsNs = [100_000, 1_000_000, 4_900_000, 5_100_000, 20_000_000];

    private Poller? _poller;

    private protected abstract Poller Create();

    private protected Poller Poller => _poller ??= Create();

    [Case]
    public void Wait_IsNeverEarly()
    {
        foreach (long waitNs in s_waitsNs)
        {
            CheckWaits(waitNs, Rounds, onlyWakes: false);
        }
    }

    [Case]
    public void Wait_OnlyForWakes_IsNeverEarly()
    {
        foreach (long waitNs in s_waitsNs)
        {
            CheckWaits(waitNs, Rounds, onlyWakes: true);
        }
    }

    [Case]
    public void Wait_OnAThreadOfItsOwn_IsNeverEarly()
    {
        Poller.OwnThread();
        try
        {
            foreach (long waitNs in s_waitsNs)
            {
                CheckWaits(waitNs, Rounds, onlyWakes: false);
            }
        }
        finally
        {
            Poller.ReleaseThread();
        }
    }

    [Case]
    public void Wait_ShortAfterALongOneWasCutShort_IsNeverEarly()
    {
        // The long wait has armed a timer, which expires during the short ones.
        Poller.Wake();
        Poller.Wait(MonotonicClock.SystemNs() + 12_000_000);
        for (int i = 0; i < 15; i++)
        {
            CheckWaits(1_000_000, 1, onlyWakes: false);
        }
    }

    [Case]
    public void Wait_LongOnesOfAnyOrder_AreNeverEarly()
    {
        foreach (long waitNs in new[] { 30_000_000L, 10_000_000, 20_000_000, 6_000_000, long.MaxValue - (1L << 61), 8_000_000 })
        {
            Poller.Wake();
            Poller.Wait(waitNs > 1L << 60 ? long.MaxValue : MonotonicClock.SystemNs() + waitNs);
            CheckWaits(7_000_000, 1, onlyWakes: false);
        }
    }

    [Case]
    public void Wait_WithADeadlineThatHasPassed_DoesNotBlock()
    {
        // A poller that blocked here would block for ever.
        Check.Equal(0, Poller.Wait(0));
        Check.Equal(0, Poller.Wait(1));
        Check.Equal(0, Poller.Wait(MonotonicClock.SystemNs() - 1));
        Check.Equal(0, Poller.Wait(0, onlyWakes: true));
        Check.Equal(0, Poller.Wait(MonotonicClock.SystemNs(), onlyWakes: true));
    }

    [Case]
    public void Wake_BeforeTheWait_EndsIt()
    {
        Poller.Wake();
        Check.Equal(0, Poller.Wait(long.MaxValue));
        Poller.Wake();
        Check.Equal(0, Poller.Wait(long.MaxValue, onlyWakes: true));
    }

    [Case]
    public void Wake_ManyTimes_EndsOneWait()
    {
        foreach (bool onlyWakes in new[] { false, true })
        {
            for (int i = 0; i < 1000; i++)
            {
                Poller.Wake();
            }

            Poller.Wait(long.MaxValue, onlyWakes);
            CheckWaits(2_000_000, 3, onlyWakes);
        }
    }

    [Case]
    public void Wake_TakenByAWaitThatDoesNotBlock_EndsNoOther()
    {
        Poller.Wake();
        Poller.Wait(0);
        CheckWaits(2_000_000, 3, onlyWakes: false);
    }

    [Case]
    public void Wake_IsNeverLost() => PingPong(onlyWakes: false);

    [Case]
    public void Wake_IsNeverLost_OnlyForWakes() => PingPong(onlyWakes: true);

    [Case]
    public void Wake_AfterDispose_DoesNothing()
    {
        Poller.Dispose();
        Poller.Wake();
    }

    [Case]
    public void Wake_RacingWithDispose_HarmsNobody()
    {
        Poller[] pollers = [.. Enumerable.Range(0, 200).Select(_ => Create())];
        Worker waker = Worker.Start(() =>
        {
            foreach (Poller poller in pollers)
            {
                for (int i = 0; i < 100; i++)
                {
                    poller.Wake();
                }
            }
        });
        foreach (Poller poller in pollers)
        {
            poller.Dispose();
        }

        waker.Join();
    }

    [Case]
    public void Signals_NeitherEndNorStretchAWait()
    {
        Sys.NeedsLinux();
        using var storm = new SignalStorm(InterruptingSignal);
        foreach (bool onlyWakes in new[] { false, true })
        {
            foreach (long waitNs in new[] { 1_000_000L, 4_900_000, 5_100_000, 30_000_000 })
            {
                CheckWaits(waitNs, 8, onlyWakes);
            }
        }

        long sent = storm.Sent;
        Poller.Wait(MonotonicClock.SystemNs() + 100_000_000);
        Check.True(storm.Sent > sent, "there was a storm");
    }

    [Case]
    public void Wait_AllocatesNothing()
    {
        Allocations.None(() =>
        {
            Poller.Wake();
            Poller.Wait(long.MaxValue);
            Poller.Wait(0);
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _poller?.Dispose();

    // Each of two threads waits for the other's wake: a lost one would end it.
    private void PingPong(bool onlyWakes)
    {
        const int Turns = 20_000;
        using Poller here = Create();
        using Poller there = Create();
        Worker other = Worker.Start(() =>
        {
            for (int i = 0; i < Turns; i++)
            {
                there.Wait(long.MaxValue, onlyWakes);
                here.Wake();
            }
        });
        for (int i = 0; i < Turns; i++)
        {
            there.Wake();
            here.Wait(long.MaxValue, onlyWakes);
        }

        other.Join();
    }

    // None is early; and the best of several is not late by much, since the machine may be busy but not all the time.
    private void CheckWaits(long waitNs, int rounds, bool onlyWakes)
    {
        double leastLateMs = double.MaxValue;
        for (int i = 0; i < rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            int ready = Poller.Wait(MonotonicClock.SystemNs() + waitNs, onlyWakes);
            double lateMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds - (waitNs / 1e6);
            Check.Equal(0, ready);
            Check.True(lateMs >= -0.0001, $"{waitNs / 1e6} ms ended {-lateMs} ms early"); // a Stopwatch shows 100 ns
            leastLateMs = Math.Min(leastLateMs, lateMs);
        }

        Check.True(leastLateMs < (rounds < 8 ? 1000 : 25), $"{waitNs / 1e6} ms was late by {leastLateMs} ms at best");
    }
}
