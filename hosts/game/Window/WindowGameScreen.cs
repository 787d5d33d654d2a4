using Mainspring.Devices.Glfw;

namespace Mainspring.Game;

/// <summary>The game in a window, at the display's rate.</summary>
internal sealed class WindowGameScreen : IGameScreen
{
    private const float Trigger = 0.4f; // how far a trigger or a stick is to be moved to count

    private readonly WindowSource _window;
    private readonly SourceHandle _source;
    private readonly Controls _controls;
    private readonly WindowPicture _picture;
    private GamepadState _padBefore;

    /// <summary>Opens the window.</summary>
    /// <param name="backend">What opens it.</param>
    /// <param name="pause">Called when the window loses the focus.</param>
    /// <param name="gone">Called when the display has gone, with the reason.</param>
    /// <exception cref="IOException">There is no display, no GLFW, or no OpenGL 3.3; the message says so.</exception>
    public WindowGameScreen(MainLoop loop, WindowBackend backend, Controls controls, Action pause, Action<string> gone)
    {
        _controls = controls;
        _window = WindowBackends.Create(backend, new GlfwWindowOptions { Title = "Twelve Hours", Width = 1280, Height = 768, VSync = true, DepthBits = 0, StencilBits = 0 });
        _source = loop.Add(_window, RetryPolicy.Never)
            .OnKey(OnKey)
            .OnFocusChanged(focused => OnFocus(focused, pause))
            .OnCloseRequested(loop.Stop)
            .OnDisplayLost(e => gone(e.Reason));
        _window.MakeCurrent();
        _picture = new WindowPicture(_window.GetProcAddress);
        LoadFont(loop).Forget();
    }

    public string Help => "WASD, ARROWS, STICK MOVE  SPACE LEAP  X STRIKE  MOUSE AIMS  F11 FULL SCREEN";

    public void ReadInput(Controls controls, WorldView view)
    {
        GamepadState pad = default;
        for (int i = 0; _window.IsFocused && i < 16 && !_window.TryGetGamepad(i, out pad); i++)
        {
            pad = default; // the first one that is there; none plays in the background
        }

        controls.Stick(pad.Axis(GamepadAxis.LeftX), pad.Axis(GamepadAxis.LeftY));
        (float x, float y) = (pad.Axis(GamepadAxis.RightX), pad.Axis(GamepadAxis.RightY));
        if ((x * x) + (y * y) > Trigger * Trigger)
        {
            controls.Aim(x, y);
        }
        else if (_window.IsDown(MouseButton.Left))
        {
            (double mouseX, double mouseY) = _window.MousePosition;
            (float sceneX, float sceneY) = WindowPicture.ToScene((float)mouseX, (float)mouseY, _window.Size);
            controls.Aim(sceneX - view.Player.X, sceneY - DrawList.LineHeight - view.Player.Y);
        }
        else
        {
            controls.Aim(0, 0);
        }

        OnPad(in pad, GamepadButton.A, GameKey.Dash);
        OnPad(in pad, GamepadButton.B, GameKey.Chime);
        OnPad(in pad, GamepadButton.X, GameKey.Chime);
        OnPad(in pad, GamepadButton.Start, GameKey.Pause);
        OnPad(in pad, GamepadButton.Back, GameKey.Quit);
        OnPad(in pad, GamepadButton.Up, GameKey.Up);
        OnPad(in pad, GamepadButton.Down, GameKey.Down);
        OnPad(in pad, GamepadButton.Left, GameKey.Left);
        OnPad(in pad, GamepadButton.Right, GameKey.Right);
        _padBefore = pad;
    }

    public void Render(DrawList list) => _picture.Draw(list, _window.FramebufferSize);

    public void Present() => _window.SwapBuffers();

    public void ToggleFullScreen()
    {
        if (_window.IsFullScreen)
        {
            _window.LeaveFullScreen();
        }
        else
        {
            _window.EnterFullScreen();
        }
    }

    public void Dispose() => _source.Remove();

    private async LoopTask LoadFont(MainLoop loop) => _picture.Take(await loop.RunInExecutor(Font.Read));

    private void OnPad(in GamepadState pad, GamepadButton button, GameKey key)
    {
        bool isDown = pad.IsDown(button);
        if (isDown == _padBefore.IsDown(button))
        {
            return;
        }

        if (isDown)
        {
            _controls.Press(key);
        }
        else
        {
            _controls.Release(key);
        }
    }

    private void OnKey(WindowEvent e)
    {
        GameKey key = MeaningOf(e.Key);
        if (e.Action == KeyAction.Press)
        {
            _controls.Press(key);
        }
        else if (e.Action == KeyAction.Release)
        {
            _controls.Release(key);
        }
    }

    private void OnFocus(bool focused, Action pause)
    {
        if (!focused)
        {
            _controls.Clear();
            pause();
        }
    }

    private static GameKey MeaningOf(Key key) => key switch
    {
        Key.W or Key.Up or Key.K => GameKey.Up,
        Key.S or Key.Down or Key.J => GameKey.Down,
        Key.A or Key.Left or Key.H => GameKey.Left,
        Key.D or Key.Right or Key.L => GameKey.Right,
        Key.Space => GameKey.Dash,
        Key.X or Key.E or Key.Enter => GameKey.Chime,
        Key.P or Key.Escape => GameKey.Pause,
        Key.Q => GameKey.Quit,
        Key.F3 or Key.G => GameKey.Graph,
        Key.F11 or Key.F => GameKey.FullScreen,
        _ => GameKey.None,
    };
}
