using System.Text;
using Mainspring.Devices.Glfw;
using Silk.NET.GLFW;
using Silk.NET.Windowing;
using Silk.NET.Windowing.Glfw;
using Api = Silk.NET.GLFW.Glfw;
using GlfwCallbacks = Silk.NET.GLFW.GlfwCallbacks;
using KeyModifiers = Silk.NET.GLFW.KeyModifiers;
using MouseButton = Silk.NET.GLFW.MouseButton;

namespace Mainspring.Devices.Silk;

/// <summary>
/// Stands between GLFW and Silk.NET, where Silk.NET's window is GLFW's. What a handler of Silk.NET's events throws ends here, and is reported by the loop: unwound through GLFW it would end the process. And it
/// tells what Silk.NET keeps to itself: modifiers, repeated keys, characters beyond 16 bits, that the mouse has entered, and that the window has to be drawn.
/// </summary>
/// <remarks>It also holds Silk.NET's own callbacks, which Silk.NET holds only until it sets those of another window.</remarks>
internal sealed unsafe class GlfwGuard
{
    private readonly SilkWindowSource _source;
    private readonly Api _api;
    private readonly WindowHandle* _window;

    // These live as long as GLFW may call them.
    private readonly GlfwCallbacks.KeyCallback _onKey;
    private readonly GlfwCallbacks.CharCallback _onCharacter;
    private readonly GlfwCallbacks.MouseButtonCallback _onButton;
    private readonly GlfwCallbacks.CursorPosCallback _onMotion;
    private readonly GlfwCallbacks.CursorEnterCallback _onEnter;
    private readonly GlfwCallbacks.ScrollCallback _onScroll;
    private readonly GlfwCallbacks.DropCallback _onDrop;
    private readonly GlfwCallbacks.WindowPosCallback _onPosition;
    private readonly GlfwCallbacks.WindowSizeCallback _onSize;
    private readonly GlfwCallbacks.FramebufferSizeCallback _onFramebufferSize;
    private readonly GlfwCallbacks.WindowCloseCallback _onClose;
    private readonly GlfwCallbacks.WindowRefreshCallback _onRefresh;
    private readonly GlfwCallbacks.WindowFocusCallback _onFocus;
    private readonly GlfwCallbacks.WindowIconifyCallback _onIconify;
    private readonly GlfwCallbacks.WindowMaximizeCallback _onMaximize;

    // Silk.NET's own.
    private readonly GlfwCallbacks.KeyCallback? _key;
    private readonly GlfwCallbacks.CharCallback? _character;
    private readonly GlfwCallbacks.MouseButtonCallback? _button;
    private readonly GlfwCallbacks.CursorPosCallback? _motion;
    private readonly GlfwCallbacks.CursorEnterCallback? _enter;
    private readonly GlfwCallbacks.ScrollCallback? _scroll;
    private readonly GlfwCallbacks.DropCallback? _drop;
    private readonly GlfwCallbacks.WindowPosCallback? _position;
    private readonly GlfwCallbacks.WindowSizeCallback? _size;
    private readonly GlfwCallbacks.FramebufferSizeCallback? _framebufferSize;
    private readonly GlfwCallbacks.WindowCloseCallback? _close;
    private readonly GlfwCallbacks.WindowRefreshCallback? _refresh;
    private readonly GlfwCallbacks.WindowFocusCallback? _focus;
    private readonly GlfwCallbacks.WindowIconifyCallback? _iconify;
    private readonly GlfwCallbacks.WindowMaximizeCallback? _maximize;

    public GlfwGuard(SilkWindowSource source, IWindow window)
    {
        _source = source;
        _api = SilkLibrary.Glfw;
        _window = GlfwWindowing.GetHandle(window);
        _onKey = OnKey;
        _onCharacter = OnCharacter;
        _onButton = OnButton;
        _onMotion = OnMotion;
        _onEnter = OnEnter;
        _onScroll = OnScroll;
        _onDrop = OnDrop;
        _onPosition = OnPosition;
        _onSize = OnSize;
        _onFramebufferSize = OnFramebufferSize;
        _onClose = OnClose;
        _onRefresh = OnRefresh;
        _onFocus = OnFocus;
        _onIconify = OnIconify;
        _onMaximize = OnMaximize;

        _key = _api.SetKeyCallback(_window, _onKey);
        _character = _api.SetCharCallback(_window, _onCharacter);
        _button = _api.SetMouseButtonCallback(_window, _onButton);
        _motion = _api.SetCursorPosCallback(_window, _onMotion);
        _enter = _api.SetCursorEnterCallback(_window, _onEnter);
        _scroll = _api.SetScrollCallback(_window, _onScroll);
        _drop = _api.SetDropCallback(_window, _onDrop);
        _position = _api.SetWindowPosCallback(_window, _onPosition);
        _size = _api.SetWindowSizeCallback(_window, _onSize);
        _framebufferSize = _api.SetFramebufferSizeCallback(_window, _onFramebufferSize);
        _close = _api.SetWindowCloseCallback(_window, _onClose);
        _refresh = _api.SetWindowRefreshCallback(_window, _onRefresh);
        _focus = _api.SetWindowFocusCallback(_window, _onFocus);
        _iconify = _api.SetWindowIconifyCallback(_window, _onIconify);
        _maximize = _api.SetWindowMaximizeCallback(_window, _onMaximize);
    }

    /// <summary>Gives Silk.NET its callbacks back.</summary>
    public void Remove()
    {
        _api.SetKeyCallback(_window, _key!);
        _api.SetCharCallback(_window, _character!);
        _api.SetMouseButtonCallback(_window, _button!);
        _api.SetCursorPosCallback(_window, _motion!);
        _api.SetCursorEnterCallback(_window, _enter!);
        _api.SetScrollCallback(_window, _scroll!);
        _api.SetDropCallback(_window, _drop!);
        _api.SetWindowPosCallback(_window, _position!);
        _api.SetWindowSizeCallback(_window, _size!);
        _api.SetFramebufferSizeCallback(_window, _framebufferSize!);
        _api.SetWindowCloseCallback(_window, _close!);
        _api.SetWindowRefreshCallback(_window, _refresh!);
        _api.SetWindowFocusCallback(_window, _focus!);
        _api.SetWindowIconifyCallback(_window, _iconify!);
        _api.SetWindowMaximizeCallback(_window, _maximize!);
    }

    private void OnKey(WindowHandle* window, Keys key, int scanCode, InputAction action, KeyModifiers modifiers)
    {
        try
        {
            _source.Modifiers = (Glfw.KeyModifiers)modifiers;
            if (action == InputAction.Repeat)
            {
                _source.QueueKey((Key)key, scanCode, KeyAction.Repeat); // of which Silk.NET tells nothing
            }

            _key?.Invoke(window, key, scanCode, action, modifiers);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnCharacter(WindowHandle* window, uint character)
    {
        try
        {
            if (Rune.TryCreate(character, out Rune text))
            {
                _source.Queue(new WindowEvent(WindowEventKind.Text) { Text = text });
            }

            _character?.Invoke(window, character);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnButton(WindowHandle* window, MouseButton button, InputAction action, KeyModifiers modifiers)
    {
        try
        {
            _source.Modifiers = (Glfw.KeyModifiers)modifiers;
            _button?.Invoke(window, button, action, modifiers);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnEnter(WindowHandle* window, bool isInside)
    {
        try
        {
            _source.Queue(new WindowEvent(WindowEventKind.MouseEntered) { IsOn = isInside });
            _enter?.Invoke(window, isInside);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnRefresh(WindowHandle* window)
    {
        try
        {
            _source.OnRefresh();
            _refresh?.Invoke(window);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnMotion(WindowHandle* window, double x, double y)
    {
        try
        {
            _motion?.Invoke(window, x, y);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnScroll(WindowHandle* window, double x, double y)
    {
        try
        {
            _scroll?.Invoke(window, x, y);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnDrop(WindowHandle* window, int count, nint paths)
    {
        try
        {
            _drop?.Invoke(window, count, paths);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnPosition(WindowHandle* window, int x, int y)
    {
        try
        {
            _position?.Invoke(window, x, y);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnSize(WindowHandle* window, int width, int height)
    {
        try
        {
            _size?.Invoke(window, width, height);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnFramebufferSize(WindowHandle* window, int width, int height)
    {
        try
        {
            _framebufferSize?.Invoke(window, width, height);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnClose(WindowHandle* window)
    {
        try
        {
            _close?.Invoke(window);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnFocus(WindowHandle* window, bool isOn)
    {
        try
        {
            _focus?.Invoke(window, isOn);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnIconify(WindowHandle* window, bool isOn)
    {
        try
        {
            _iconify?.Invoke(window, isOn);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }

    private void OnMaximize(WindowHandle* window, bool isOn)
    {
        try
        {
            _maximize?.Invoke(window, isOn);
        }
        catch (Exception exception)
        {
            _source.Defer(exception);
        }
    }
}
