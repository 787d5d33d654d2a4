namespace Mainspring.Devices.Glfw;

/// <summary>Turns the states of gamepads, which can only be asked for, into events: what has changed since the last time.</summary>
internal sealed class GamepadTracker
{
    public const int Most = 16;

    private readonly GamepadState[] _last = new GamepadState[Most];
    private int _present; // a bit for each

    public bool IsAny => _present != 0;

    /// <summary>A gamepad has come; what is held on it already comes with the next comparison.</summary>
    public void Add(int pad, Action<WindowEvent> emit)
    {
        _present |= 1 << pad;
        _last[pad] = GamepadState.Released;
        emit(new WindowEvent(WindowEventKind.GamepadConnected) { Gamepad = pad });
    }

    /// <summary>A gamepad has gone, if it was one.</summary>
    public void Remove(int pad, Action<WindowEvent> emit)
    {
        if ((_present & (1 << pad)) != 0)
        {
            Compare(pad, GamepadState.Released, isSynthetic: true, emit);
            _present &= ~(1 << pad);
            emit(new WindowEvent(WindowEventKind.GamepadDisconnected) { Gamepad = pad });
        }
    }

    /// <summary>Asks for the state of each.</summary>
    /// <param name="ask">Gives the state, or null when there is none now.</param>
    public void Poll(Func<int, GamepadState?> ask, Action<WindowEvent> emit)
    {
        for (int pad = 0; pad < Most; pad++)
        {
            if ((_present & (1 << pad)) != 0 && ask(pad) is { } now && (_present & (1 << pad)) != 0) // asking may find that it has gone
            {
                Compare(pad, now, isSynthetic: false, emit);
            }
        }
    }

    /// <summary>Releases what is held: the input is for another window.</summary>
    public void ReleaseAll(Action<WindowEvent> emit)
    {
        for (int pad = 0; pad < Most; pad++)
        {
            if ((_present & (1 << pad)) != 0)
            {
                Compare(pad, GamepadState.Released, isSynthetic: true, emit);
            }
        }
    }

    public void Clear() => _present = 0;

    private void Compare(int pad, in GamepadState now, bool isSynthetic, Action<WindowEvent> emit)
    {
        GamepadState before = _last[pad];
        _last[pad] = now;
        for (GamepadButton button = GamepadButton.A; button <= GamepadButton.Left; button++)
        {
            if (before.IsDown(button) != now.IsDown(button))
            {
                KeyAction action = now.IsDown(button) ? KeyAction.Press : KeyAction.Release;
                emit(new WindowEvent(WindowEventKind.GamepadButton) { Gamepad = pad, GamepadButton = button, Action = action, IsSynthetic = isSynthetic });
            }
        }

        for (GamepadAxis axis = GamepadAxis.LeftX; axis <= GamepadAxis.RightTrigger; axis++)
        {
            if (before.Axis(axis) != now.Axis(axis))
            {
                emit(new WindowEvent(WindowEventKind.GamepadAxis) { Gamepad = pad, GamepadAxis = axis, Value = now.Axis(axis), IsSynthetic = isSynthetic });
            }
        }
    }
}
