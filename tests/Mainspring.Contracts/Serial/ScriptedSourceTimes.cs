using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>When the events of a scripted source come.</summary>
public sealed class ScriptedSourceTimes
{
    [Case]
    public void VirtualClock_EventsComeExactlyAtTheirTimes_InOrder()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        var script = new ScriptedSource<char>();
        var trace = new List<string>();
        TimeSpan hour = TimeSpan.FromHours(1);
        script.At(2 * hour, 'c');
        script.At(hour, 'a');
        script.At(hour, 'b');
        script.At(hour + TimeSpan.FromTicks(1), '+');
        SourceHandle source = loop.Add(script).On((in char e, in EventInfo info) =>
        {
            trace.Add($"{e} {info.Time}");
            if (e == 'c')
            {
                script.At(hour, 'd'); // has passed: now
                script.At(3 * hour, 'e');
            }
        });
        loop.CallAt(hour, () => trace.Add("timer"));
        loop.CallAt(3 * hour, () => trace.Add("timer"));
        loop.Run(new RunOptions { For = TimeSpan.FromHours(24) });
        Check.Sequence(
            ["timer", "a 01:00:00", "b 01:00:00", "+ 01:00:00.0000001", "c 02:00:00", "d 02:00:00", "timer", "e 03:00:00"],
            trace);
        Check.Equal(0, script.Pending);
        Check.Equal(6L, source.Counters.Events);
    }

    [Case]
    public void RealClock_NoEventIsEarly()
    {
        using var loop = new MainLoop();
        var script = new ScriptedSource<TimeSpan>();
        int events = 0;
        loop.Add(script).On((in TimeSpan when, in EventInfo info) =>
        {
            events++;
            Check.True(info.Time >= when, $"{when} came at {info.Time}");
        });
        loop.UnhandledException += static context => throw context.Exception;
        for (int i = 0; i < 20; i++)
        {
            TimeSpan when = loop.Now + TimeSpan.FromMicroseconds(i * 731);
            script.At(when, when);
        }

        Pump.Until(loop, () => events == 20);
        Check.Equal(0L, loop.Counters.Errors);
    }
}
