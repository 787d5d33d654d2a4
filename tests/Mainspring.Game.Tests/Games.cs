using System.Diagnostics;

namespace Mainspring.Game.Tests;

/// <summary>Games that are played by the bot.</summary>
internal static class Games
{
    public const ulong Seed = 7;

    /// <summary>Plays so many seconds on a virtual clock.</summary>
    public static ulong Play(double seconds, ulong seed = Seed, double hz = 60, Action<MainLoop, VirtualClock>? prepare = null, IPlayer? player = null)
    {
        var clock = new VirtualClock();
        using var run = new BotRun(TimeSpan.FromSeconds(seconds), seed, hz, clock, player);
        prepare?.Invoke(run.Loop, clock);
        BotResult result = run.Run();
        Assert.Equal((long)(seconds * Units.StepsPerSecond), result.Steps);
        return result.Hash;
    }

    /// <summary>A loop whose frames are the test's.</summary>
    public static MainLoop Hosted() => new(new LoopOptions { Pacing = Pacing.Host, FixedStep = Units.Step, ErrorPolicy = ErrorPolicy.Stop, Clock = new VirtualClock() });

    /// <summary>Ticks frames of a step each until something is so. Those in which the game waits for an hour do not count.</summary>
    public static void TickUntil(this MainLoop loop, Func<bool> condition, int most = 100_000)
    {
        var patience = Stopwatch.StartNew();
        for (int frames = 0; !condition();)
        {
            Assert.True(frames < most, $"not within {most} frames");
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(2), "an hour was not loaded within two minutes");
            frames += loop.IsPaused ? 0 : 1;
            loop.TickFrame(Units.Step, TimeSpan.FromMilliseconds(5));
        }
    }
}
