using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>A simulated input device on a virtual clock: its events come when the script says.</summary>
public sealed class SimulatedInputTimes
{
    [Case]
    public void Script_RunsAtExactTimes()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        var keyboard = new SimulatedInputDevice(InputLayout.Keyboard);
        for (int i = 1; i <= 1000; i++)
        {
            keyboard.At(TimeSpan.FromMilliseconds(7.3 * i)).Press(InputKeyCode.A).Report();
            keyboard.At(TimeSpan.FromMilliseconds((7.3 * i) + 1)).Release(InputKeyCode.A).Report();
        }

        int keys = 0;
        loop.Add(keyboard).On((in InputKey key, in EventInfo info) =>
        {
            keys++;
            TimeSpan when = TimeSpan.FromMilliseconds((7.3 * ((keys + 1) / 2)) + (key.IsPressed ? 0 : 1));
            Check.Equal((when, when, when), (key.Time, key.KernelTime, info.Time));
        });
        loop.UnhandledException += static context => throw context.Exception;
        loop.Run(new RunOptions { For = TimeSpan.FromHours(1) });
        Check.Equal(2000, keys);
    }

    [Case]
    public void WhatIsNotDue_SurvivesAnUnplug()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), Log = new SilentLog() });
        var keyboard = new SimulatedInputDevice(InputLayout.Keyboard);
        keyboard.At(TimeSpan.FromSeconds(10)).Press(InputKeyCode.A).Report();
        var trace = new List<string>();
        loop.Add(keyboard)
            .On((in InputConnected _, in EventInfo info) => trace.Add($"+ {info.Time.TotalSeconds:0.0}"))
            .On((in InputDisconnected _, in EventInfo info) => trace.Add($"- {info.Time.TotalSeconds:0.0}"))
            .On((in InputKey key, in EventInfo info) => trace.Add($"{key.Code} {info.Time.TotalSeconds:0.0}"));
        loop.CallLater(TimeSpan.FromSeconds(1), keyboard.Unplug);
        loop.CallLater(TimeSpan.FromSeconds(2), keyboard.Plug);
        loop.Run(new RunOptions { For = TimeSpan.FromSeconds(20) });
        Check.Sequence(["+ 0.0", "- 1.0", "+ 2.5", "A 10.0"], trace, "tried again after 100, 200, 400 and 800 ms");
    }

    [Case]
    public void PlugThatIsPulledAndPutBackAtOnce_IsSeenAllTheSame()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), Log = new SilentLog() });
        var keyboard = new SimulatedInputDevice(InputLayout.Keyboard);
        keyboard.At(TimeSpan.FromSeconds(1)).Press(InputKeyCode.A).Report();
        var trace = new List<string>();
        loop.Add(keyboard)
            .On((in InputConnected _, in EventInfo info) => trace.Add($"+ {info.Time.TotalSeconds:0.0}"))
            .On((in InputDisconnected _, in EventInfo info) => trace.Add($"- {info.Time.TotalSeconds:0.0}"))
            .On((in InputKey key, in EventInfo info) => trace.Add($"{key.Code} {(key.IsPressed ? "down" : "up")} {info.Time.TotalSeconds:0.0}"));
        loop.CallLater(TimeSpan.FromSeconds(2), () =>
        {
            keyboard.Unplug();
            keyboard.Plug();
        });
        loop.Run(new RunOptions { For = TimeSpan.FromSeconds(3) });
        Check.Sequence(["+ 0.0", "A down 1.0", "A up 2.0", "- 2.0", "+ 2.1"], trace);
        Check.False(keyboard.IsPressed(InputKeyCode.A));
    }

    [Case]
    public void HandlerOfTheEnd_RemovesAndAddsTheDeviceAgain()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), Log = new SilentLog() });
        var keyboard = new SimulatedInputDevice(InputLayout.Keyboard);
        keyboard.At(TimeSpan.FromSeconds(2)).Press(InputKeyCode.A).Report();
        var trace = new List<string>();
        SourceHandle? source = null;
        source = Add();
        loop.CallLater(TimeSpan.FromSeconds(1), keyboard.Unplug);
        loop.Run(new RunOptions { For = TimeSpan.FromSeconds(3) });
        Check.Sequence(["+", "-", "+", "A"], trace);
        Check.True(keyboard.IsOpen);

        SourceHandle Add() => loop.Add(keyboard)
            .On((in InputConnected _, in EventInfo _) => trace.Add("+"))
            .On((in InputKey key, in EventInfo _) => trace.Add($"{key.Code}"))
            .On((in InputDisconnected _, in EventInfo _) =>
            {
                trace.Add("-");
                keyboard.Plug();
                source!.Remove();
                source = Add();
            });
    }
}
