namespace Mainspring.Pi;

/// <summary>An output that has one level while a condition holds, and the other one otherwise.</summary>
internal sealed class HeldLevel(MachineLine line, bool level) : IHeldAction
{
    public void Change(bool holds) => line.Write(holds ? level : !level);
}

/// <summary>An output that blinks while a condition holds: both edges on a grid of the period, without drift.</summary>
internal sealed class Blinker(MachineLine line, ActionConfig.Blink blink, MainLoop loop) : IHeldAction
{
    private TimerHandle _on;
    private TimerHandle _off;

    public void Change(bool holds)
    {
        _on.Cancel();
        _off.Cancel();
        line.Write(holds);
        if (holds)
        {
            _on = loop.CallEvery(blink.Period, static blinker => blinker.Write(true), this, "blink");
            _off = loop.CallLater(blink.Active, static blinker => blinker.BeginOff(), this, "blink");
        }
    }

    private void BeginOff()
    {
        Write(false);
        _off = loop.CallEvery(blink.Period, static blinker => blinker.Write(false), this, "blink");
    }

    private void Write(bool level) => line.Write(level);
}
