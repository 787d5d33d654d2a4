using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Windows;

namespace Mainspring.Game;

/// <summary>The game in a terminal. A terminal that is slow gets fewer frames; the loop does not wait for it.</summary>
internal sealed class TerminalGameScreen : IGameScreen
{
    private static readonly TimeSpan s_together = TimeSpan.FromMilliseconds(120); // two arrow keys so near to each other are a diagonal

    private readonly MainLoop _loop;
    private readonly Controls _controls;
    private readonly ITerminal _terminal;
    private readonly TerminalPicture _picture;
    private TimeSpan _lastKeyAt = TimeSpan.MinValue;

    /// <summary>Takes the terminal: raw keys, the alternate screen.</summary>
    /// <param name="pause">Called when nobody looks or listens.</param>
    /// <param name="gone">Called when the terminal has gone, with the reason.</param>
    /// <exception cref="IOException">There is none; the message says so.</exception>
    public TerminalGameScreen(MainLoop loop, Controls controls, Action pause, Action<string> gone)
    {
        (_loop, _controls) = (loop, controls);
        _terminal = OperatingSystem.IsWindows() ? new WindowsTerminal()
            : OperatingSystem.IsLinux() ? new LinuxTerminal()
            : throw new IOException("this system has no terminal to play in, as far as this program knows: play in a window");
        _picture = new TerminalPicture(_terminal.IsUtf8);
        loop.Add(_terminal, RetryPolicy.Never)
            .On<TerminalKey>((in TerminalKey key, in EventInfo _) => OnKey(in key))
            .On<TerminalFocus>((in TerminalFocus e, in EventInfo _) => OnFocus(e.HasFocus, pause))
            .On<TerminalResumed>((in TerminalResumed _, in EventInfo _) => OnFocus(false, pause))
            .On<TerminalDisconnected>((in TerminalDisconnected e, in EventInfo _) => gone(e.Reason));
    }

    /// <summary>Whether there is a terminal to play in.</summary>
    public static bool IsAvailable => OperatingSystem.IsWindows() ? WindowsTerminal.IsAvailable : OperatingSystem.IsLinux() && LinuxTerminal.IsAvailable;

    public string Help => _terminal.KeysHaveReleases
        ? "WASD OR ARROWS MOVE   SPACE LEAP   X STRIKE THE HOUR"
        : "WASD OR ARROWS STEER   C STOP   SPACE LEAP   X STRIKE THE HOUR";

    public void ReadInput(Controls controls, WorldView view)
    {
        // Keys come as events, between frames.
    }

    public void Render(DrawList list)
    {
        if (_terminal.IsOpen)
        {
            _picture.Draw(list, _terminal.Screen);
        }
    }

    public void Present() => _terminal.TryPresent();

    public void ToggleFullScreen()
    {
        // A terminal has one size.
    }

    public void Dispose() => ((IDisposable)_terminal).Dispose();

    private void OnKey(in TerminalKey key)
    {
        GameKey meaning = MeaningOf(in key);
        if (key.Action == TerminalKeyAction.Release)
        {
            _controls.Release(meaning);
        }
        else if (key.HasRelease)
        {
            if (key.Action == TerminalKeyAction.Press)
            {
                _controls.Press(meaning);
            }
        }
        else if (meaning != GameKey.None)
        {
            bool together = _lastKeyAt != TimeSpan.MinValue && _loop.Now - _lastKeyAt < s_together;
            _lastKeyAt = _loop.Now;
            _controls.Steer(meaning, together);
        }
    }

    private void OnFocus(bool hasFocus, Action pause)
    {
        if (!hasFocus)
        {
            _controls.Clear();
            pause();
        }
    }

    private static GameKey MeaningOf(in TerminalKey key) => key.Code switch
    {
        TerminalKeyCode.Up => GameKey.Up,
        TerminalKeyCode.Down => GameKey.Down,
        TerminalKeyCode.Left => GameKey.Left,
        TerminalKeyCode.Right => GameKey.Right,
        TerminalKeyCode.Enter => GameKey.Chime,
        TerminalKeyCode.Escape => GameKey.Pause,
        TerminalKeyCode.F3 => GameKey.Graph,
        TerminalKeyCode.Character => key.Character.Value switch
        {
            'w' or 'k' => GameKey.Up,
            's' or 'j' => GameKey.Down,
            'a' or 'h' => GameKey.Left,
            'd' or 'l' => GameKey.Right,
            'y' => GameKey.UpLeft,
            'u' => GameKey.UpRight,
            'b' => GameKey.DownLeft,
            'n' => GameKey.DownRight,
            'c' or '.' => GameKey.Stop,
            ' ' => GameKey.Dash,
            'x' or 'e' => GameKey.Chime,
            'p' => GameKey.Pause,
            'q' => GameKey.Quit,
            'g' => GameKey.Graph,
            _ => GameKey.None,
        },
        _ => GameKey.None,
    };
}
