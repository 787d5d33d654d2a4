namespace Mainspring.Devices.Simulation.Tests;

/// <summary>A scripted source among timers, on a virtual clock.</summary>
public sealed class ScriptedSourceTests
{
    [Fact]
    public void AnHour_PassesInNoTime_AndAGapOfEventsIsExact()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        var script = new ScriptedSource<int>("sensor");
        for (int i = 0; i < 3600; i++)
        {
            script.At(TimeSpan.FromSeconds(3600 - i), 3600 - i);
        }

        int last = 0;
        loop.Add(script).On((in int second, in EventInfo info) =>
        {
            Assert.Equal(last + 1, second);
            Assert.Equal(TimeSpan.FromSeconds(second), info.Time);
            last = second;
        });
        loop.UnhandledException += static context => throw context.Exception;
        loop.Run(new RunOptions { For = TimeSpan.FromHours(2) });
        Assert.Equal(3600, last);
        Assert.Equal(0, loop.Counters.Errors);
    }

    [Fact]
    public void Events_ThatWereNotDue_SurviveADetach()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        var script = new ScriptedSource<int>();
        script.At(TimeSpan.FromSeconds(1), 1);
        script.At(TimeSpan.FromSeconds(3), 3);
        var seen = new List<int>();
        SourceHandle source = loop.Add(script).On((in int e, in EventInfo _) => seen.Add(e));
        loop.Run(new RunOptions { For = TimeSpan.FromSeconds(2) });
        source.Remove();
        Assert.Equal((1, 1), (seen.Single(), script.Pending));
        loop.Add(script).On((in int e, in EventInfo _) => seen.Add(e));
        loop.Run(new RunOptions { For = TimeSpan.FromSeconds(2) });
        Assert.Equal([1, 3], seen);
    }

    [Fact]
    public void Failure_IsThrownByAttach()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        var script = new ScriptedSource<int> { Failure = new IOException("burnt") };
        Assert.Equal("burnt", Assert.Throws<IOException>(() => loop.Add(script)).Message);
    }
}
