using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>Waits with what every system has. Cannot watch descriptors; precise to a millisecond, never early.</summary>
internal sealed class PortablePoller : Poller
{
    private readonly object _monitor = new();
    private bool _woken;
    private long _armedNs = long.MaxValue;

    public override bool WatchesDescriptors => false;

    public override void Add(long key, SafeHandle handle, PollEvents interest, string name) =>
        throw new IOException($"{name}: the portable poller cannot watch descriptors; use the system's own poller (Windows and 64-bit Linux have one), or a source that implements IPreparedSource.");

    public override void Modify(long key, PollEvents interest) => throw new InvalidOperationException("The portable poller watches nothing.");

    public override void Remove(long key)
    {
    }

    public override int Wait(long deadlineNs, bool onlyWakes = false)
    {
        lock (_monitor)
        {
            while (!_woken)
            {
                if (!WaitUntil(deadlineNs))
                {
                    break;
                }
            }

            _woken = false;
        }

        return 0;
    }

    public override void WaitForNews()
    {
        lock (_monitor)
        {
            while (!_woken && WaitUntil(_armedNs))
            {
            }
        }
    }

    public override void ArmDescriptor(long deadlineNs)
    {
        lock (_monitor)
        {
            _armedNs = deadlineNs;
            Monitor.PulseAll(_monitor);
        }
    }

    public override void Wake()
    {
        lock (_monitor)
        {
            _woken = true;
            Monitor.PulseAll(_monitor);
        }
    }

    public override bool HasReady() => false;

    public override void Dispose()
    {
    }

    // False when the deadline has passed.
    private bool WaitUntil(long deadlineNs)
    {
        long leftNs = deadlineNs <= 0 ? 0 : deadlineNs == long.MaxValue ? long.MaxValue : deadlineNs - MonotonicClock.SystemNs();
        if (leftNs <= 0)
        {
            return false;
        }

        long milliseconds = (leftNs - 1) / Nanoseconds.PerMillisecond + 1; // rounded up: never early
        Monitor.Wait(_monitor, (int)Math.Min(milliseconds, int.MaxValue));
        return true;
    }
}
