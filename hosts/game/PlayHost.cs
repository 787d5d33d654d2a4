using Mainspring.Hosts;

namespace Mainspring.Game;

/// <summary>The program with a person who plays: one loop, and on it the simulation in fixed steps, the screen in frames, keys between them, and the disk beside them.</summary>
internal sealed class PlayHost : IDisposable
{
    private const string Program = "mainspring-game";
    private const double TerminalHz = 60;

    private readonly MainLoop _loop;
    private readonly Controls _controls;
    private readonly WorldView _view;
    private readonly ScoreBoard _scores;
    private readonly GameFlow _flow;
    private readonly FrameTimes _times = new();
    private readonly Scene _scene;
    private readonly IGameScreen _screen;
    private TimeSpan _frameBefore;
    private string? _reason; // why it cannot go on

    private PlayHost(MainLoop loop, GameSettings settings, bool inTerminal)
    {
        _loop = loop;
        var latch = new InputLatch();
        var session = new GameSession(loop, latch);
        _view = new WorldView(session.World);
        session.Stepped = _view.Capture;
        _scores = new ScoreBoard(loop, new ScoreFile(settings.ScoreFile ?? ScoreFile.DefaultPath));
        _flow = new GameFlow(loop, session, latch, _scores, settings.Seed);
        _scene = new Scene(new ArenaScene(_view), new OverlayScene(session.World, _flow, _scores, _times));
        _controls = new Controls(latch) { Pressed = Press };
        _screen = inTerminal ? new TerminalGameScreen(loop, _controls, _flow.Pause, End) : InWindow(() => new WindowGameScreen(loop, settings.Backend, _controls, _flow.Pause, End));
        loop.OnFrame(FramePhase.Input, _ => _screen.ReadInput(_controls, _view), "input");
        loop.OnFrame(FramePhase.Update, _ => _flow.Update(), "flow");
        loop.OnFrame(FramePhase.Render, Render, "render");
        loop.OnFrame(FramePhase.Present, Present, "present");
        LoadFont().Forget();
    }

    private static bool HasDisplay =>
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
        || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DISPLAY")) || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("WAYLAND_DISPLAY"));

    /// <returns>The exit code.</returns>
    public static int Run(GameSettings settings)
    {
        bool inTerminal = settings.Terminal || !HasDisplay;
        try
        {
            if (inTerminal && !TerminalGameScreen.IsAvailable)
            {
                throw new IOException(settings.Terminal
                    ? OperatingSystem.IsWindows() ? "there is no console to play in: start it in one, with its output not redirected" : "there is no terminal to play in: start it in one whose TERM is not dumb"
                    : "there is no display (DISPLAY is not set), and no terminal to play in instead; --bot SECONDS plays without either");
            }

            using var loop = new MainLoop(new LoopOptions
            {
                Name = "game",
                FrameRate = settings.Hz > 0 ? settings.Hz : inTerminal ? TerminalHz : InWindow(() => WindowBackends.DisplayHz(settings.Backend)),
                FixedStep = Units.Step,
                MaxFixedSteps = 24, // a stall of more than 0.2 s is slow motion, not a leap in the dark
                ErrorPolicy = ErrorPolicy.Stop,
            });
            using var signals = new EndSignals(loop.Stop); // before there is a terminal: a signal ends the run, and the run gives the terminal back
            string? reason, remark;
            using (var host = new PlayHost(loop, settings, inTerminal))
            {
                (reason, remark) = host.Run();
            }

            // Now that the terminal is as it was.
            if (remark is not null)
            {
                _ = HostEnd.Refuse(Program, remark);
            }

            return reason is null ? HostCommand.Done : HostEnd.Refuse(Program, reason);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return HostEnd.Refuse(Program, exception.Message);
        }
    }

    public void Dispose() => _screen.Dispose();

    // Runs until somebody ends it, and saves the score of the game that runs. Gives why it cannot go on, and what else there is to say.
    private (string? Reason, string? Remark) Run()
    {
        try
        {
            _scene.Overlay.Help = _screen.Help;
            _loop.Run();
        }
        finally
        {
            _flow.Submit();
            _scores.Finish();
        }

        return (_reason ?? _scores.Failure, _reason is not null || _scores.Failure is null ? _scores.Problem : null);
    }

    // Who cannot have a window can still play.
    private static T InWindow<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (IOException exception)
        {
            throw new IOException($"{exception.Message} To play in a terminal instead: {Program} --terminal", exception);
        }
    }

    private void End(string reason)
    {
        _reason = reason;
        _loop.Stop();
    }

    private void Press(GameKey key)
    {
        if (key == GameKey.FullScreen)
        {
            _screen.ToggleFullScreen();
        }

        _flow.Press(key);
    }

    // Assets come while frames go on: the big letters appear when they are there.
    private async LoopTask LoadFont() => _scene.Overlay.Font = await _loop.RunInExecutor(Font.Read);

    private void Render(Frame frame)
    {
        _view.Part = (float)_loop.Interpolation;
        float seconds = (float)(frame.Start - _frameBefore).TotalSeconds;
        _scene.Overlay.Help = _screen.Help;
        _scene.Draw(_flow.Mode == GameMode.Paused ? 0 : Math.Min(seconds, 0.1f));
        _screen.Render(_scene.List);
    }

    private void Present(Frame frame)
    {
        float workMs = (float)(_loop.TimeProvider.GetElapsedTime(0) - frame.Start).TotalMilliseconds; // before it waits for the display
        _screen.Present();
        _times.Add((float)(frame.Start - _frameBefore).TotalMilliseconds, workMs);
        _frameBefore = frame.Start;
    }
}
