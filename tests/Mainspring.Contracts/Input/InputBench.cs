using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>A loop with an input device on it, and what it has emitted.</summary>
public sealed class InputBench : IDisposable
{
    private static readonly RetryPolicy s_soon = new() { InitialDelay = TimeSpan.FromMilliseconds(1), Factor = 1 };

    private readonly InputRig _rig;
    private TimeSpan _last;

    /// <summary>A bench whose device is attached and announced.</summary>
    public InputBench(InputRig rig, LoopOptions? options = null)
    {
        _rig = rig;
        Loop = new MainLoop((options ?? new LoopOptions()) with { Log = new SilentLog() });
        Source = Add();
        Until("+");
    }

    /// <summary>The loop.</summary>
    public MainLoop Loop { get; }

    /// <summary>The source in the loop.</summary>
    public SourceHandle Source { get; private set; }

    /// <summary>The device.</summary>
    public IInputDevice Device => _rig.Device;

    /// <summary>The hand on it.</summary>
    public InputScript Script => _rig.Script;

    /// <summary>The device and the hand.</summary>
    public InputRig Rig => _rig;

    /// <summary>What was emitted and not yet expected, a word each; what is synthetic ends with an asterisk.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>Events of the kernel, as the frames count them.</summary>
    public long FrameEvents { get; private set; }

    /// <summary>Adds the device to the loop, again.</summary>
    public SourceHandle Add() => Source = Loop.Add(_rig.Device, s_soon)
        .On((in InputConnected e, in EventInfo _) => Trace.Add("+"))
        .On((in InputDisconnected e, in EventInfo _) => Trace.Add("-"))
        .On((in InputKey e, in EventInfo _) => Note($"{e.Code} {(e.IsRepeat ? "repeats" : e.IsPressed ? "down" : "up")}", e.Time, e.IsSynthetic))
        .On((in InputAxis e, in EventInfo _) => Note($"{e.Code}={e.Value}", e.Time, e.IsSynthetic))
        .On((in InputMotion e, in EventInfo _) => Note($"{e.Code}{e.Delta:+0;-0}", e.Time, false))
        .On((in InputSwitch e, in EventInfo _) => Note($"{e.Code} {(e.IsOn ? "on" : "off")}", e.Time, e.IsSynthetic))
        .On((in InputLed e, in EventInfo _) => Note($"{e.Code} {(e.IsLit ? "lit" : "dark")}", e.Time, e.IsSynthetic))
        .On((in InputOther e, in EventInfo _) => Note($"other {e.Type}", e.Time, false))
        .On((in InputTouch e, in EventInfo _) => Note($"touch {e.Slot} #{e.TrackingId} {e.Action} {e.X},{e.Y}", e.Time, e.IsSynthetic))
        .On((in InputLost e, in EventInfo _) => Note("lost", e.Time, false))
        .On((in InputFrame e, in EventInfo _) =>
        {
            FrameEvents += e.Events;
            Note("frame", e.Time, e.IsSynthetic);
        });

    /// <summary>Ticks until these have come, and no others.</summary>
    public void Expect(params string[] trace)
    {
        Pump.Until(Loop, () => Trace.Count >= trace.Length);
        Pump.Ticks(Loop, 3);
        Check.Sequence(trace, Trace);
        Trace.Clear();
    }

    /// <summary>Ticks until this has come last.</summary>
    public void Until(string last)
    {
        Pump.Until(Loop, () => Trace.Count > 0 && Trace[^1] == last);
        Trace.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Loop.Dispose();
        _rig.Dispose();
    }

    private void Note(string what, TimeSpan time, bool isSynthetic)
    {
        Check.True(time >= _last, $"time goes back: {_last} to {time}");
        Check.True(time <= Loop.TimeProvider.GetElapsedTime(0) + TimeSpan.FromMicroseconds(1), "it has happened already");
        _last = time;
        Trace.Add(isSynthetic ? $"{what}*" : what);
    }
}
