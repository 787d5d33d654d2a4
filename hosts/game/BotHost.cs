using Mainspring.Hosts;

namespace Mainspring.Game;

/// <summary>The program with the bot: a run, and its summary.</summary>
internal static class BotHost
{
    private const ulong DefaultSeed = 1;

    /// <returns>The exit code.</returns>
    public static int Run(GameSettings settings)
    {
        try
        {
            using var output = new BoundedWriter(new StandardStream(StandardStream.Output));
            using var run = new BotRun(settings.BotTime!.Value, settings.Seed ?? DefaultSeed, settings.Hz);
            using var signals = new EndSignals(run.Loop.Stop);
            return HostEnd.After(BotReport.Write(output, settings, run.Run()), output);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return HostEnd.Refuse("mainspring-game", exception.Message);
        }
    }
}
