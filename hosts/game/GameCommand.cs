using System.CommandLine;
using System.Globalization;
using Mainspring.Hosts;

namespace Mainspring.Game;

/// <summary>The command line. Exit codes: 0 done, 1 the system refuses or the display has gone, 2 bad arguments, 141 nobody reads the summary.</summary>
internal static class GameCommand
{
    private const string BotWanted = "give seconds of game time, from 0.1 to 86400";
    private const string SeedWanted = "give a whole number from 0 to 18446744073709551615";
    private const string HzWanted = "give frames per second, from 10 to 1000, or 0";
    private const string ScoresWanted = "give the file that is to hold the scores";

    public static int Invoke(string[] args) => HostCommand.Invoke("mainspring-game", Build(), args);

    /// <summary>The command; separate, so that tests can parse without running.</summary>
    internal static RootCommand Build()
    {
        var bot = new Option<double?>("--bot")
        {
            Description = "No window and no terminal: a scripted player plays so many seconds of game time, and a summary is printed. Equal seeds give equal hashes of the state, at every frame rate and on every machine.",
            HelpName = "SECONDS",
            CustomParser = static argument => HostCommand.Parse<double?>(argument, static text => HostCommand.Number(text, static n => n is >= 0.1 and <= 86_400, BotWanted)),
        };
        var seed = new Option<ulong?>("--seed")
        {
            Description = "What decides about all chance in the game; without it, another one for each game (with --bot: 1).",
            HelpName = "N",
            CustomParser = static argument => HostCommand.Parse<ulong?>(argument, static text =>
                ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : throw new FormatException($"'{text}' is no seed; {SeedWanted}")),
        };
        var hz = new Option<double>("--hz")
        {
            Description = "Frames per second. 0, the default: with --bot as fast as the machine can, in a window at the display's rate, in a terminal 60.",
            HelpName = "N",
            CustomParser = static argument => HostCommand.Parse(argument, static text => HostCommand.Number(text, static n => n is 0 or (>= 10 and <= 1000), HzWanted)),
        };
        var terminal = new Option<bool>("--terminal") { Description = "Play in this terminal; by itself where there is no display." };
        var backend = new Option<WindowBackend>("--backend")
        {
            Description = $"What opens the window: glfw, the system's GLFW, or silk, Silk.NET{(WindowBackends.HasSilk ? "" : ", which this program was built without")}. The game is the same.",
            HelpName = "glfw|silk",
            CustomParser = static argument => HostCommand.Parse(argument, WindowBackends.Parse),
            DefaultValueFactory = static _ => WindowBackends.Default,
        };
        var scores = new Option<string?>("--scores")
        {
            Description = "The file with the best scores; without it mainspring-game/scores.json in $XDG_DATA_HOME, which is ~/.local/share where it is not set.",
            HelpName = "FILE",
            CustomParser = static argument => HostCommand.Parse<string?>(argument, static text =>
                Path.GetFileName(text).Length > 0 && !text.Contains('\0') ? text : throw new FormatException($"'{text}' names no file; {ScoresWanted}")),
        };
        var json = new Option<bool>("--json") { Description = "With --bot: print the summary as one JSON object." };

        var root = new RootCommand("Twelve Hours: a small game on Mainspring. Keep the clock going: twelve hours of rust, moths, hammers and acid, and three regulators.\n\n"
            + "Move with WASD or the arrow keys, leap with SPACE, strike the hour with X or ENTER, pause with P or ESC. Shots find the nearest enemy by themselves; in a window the mouse's button or a "
            + "gamepad's right stick aims. F3 or G shows how long frames take, F11 fills the screen, Q quits.")
        {
            bot, seed, hz, terminal, backend, scores, json,
        };
        root.Validators.Add(result =>
        {
            if (result.GetResult(json) is { Implicit: false } && result.GetResult(bot) is not { Implicit: false })
            {
                result.AddError("--json: only --bot prints a summary");
            }

            if (result.GetResult(terminal) is { Implicit: false } && result.GetResult(bot) is { Implicit: false })
            {
                result.AddError("--terminal and --bot exclude each other: the bot plays without a screen");
            }

            if (result.GetResult(terminal) is { Implicit: false } && result.GetResult(backend) is { Implicit: false })
            {
                result.AddError("--terminal and --backend exclude each other: a backend opens a window");
            }
        });
        root.SetAction(result =>
        {
            var settings = new GameSettings(
                result.GetValue(bot) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                result.GetValue(seed),
                result.GetValue(hz),
                result.GetValue(terminal),
                result.GetValue(backend),
                result.GetValue(scores),
                result.GetValue(json));
            return settings.BotTime is null ? PlayHost.Run(settings) : BotHost.Run(settings);
        });
        return root;
    }
}
