using Mainspring.Contracts;
using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>Events from states: there is no gamepad here, so the states are made up.</summary>
public sealed class GamepadCases
{
    private readonly GamepadTracker _tracker = new();
    private readonly List<string> _events = [];
    private GamepadState? _state = GamepadState.Released;

    [Case]
    public void Changes_AreEvents_EachOnce()
    {
        _tracker.Add(3, Take);
        Poll();
        _state = _state!.Value.With(GamepadButton.A, true).With(GamepadAxis.LeftX, 0.5f);
        Poll();
        Poll();
        _state = _state.Value.With(GamepadButton.A, false).With(GamepadButton.Start, true);
        Poll();
        Check.Sequence(["GamepadConnected 3", "Gamepad 3 A Press", "Gamepad 3 LeftX 0.5", "Gamepad 3 A Release", "Gamepad 3 Start Press"], _events);
    }

    [Case]
    public void Unplugged_WhatIsHeldIsReleased()
    {
        _tracker.Add(0, Take);
        _state = _state!.Value.With(GamepadButton.B, true).With(GamepadAxis.RightTrigger, 1);
        Poll();
        _events.Clear();
        _tracker.Remove(0, Take);
        _tracker.Remove(0, Take);
        Poll();
        Check.Sequence(["Gamepad 0 B Release, synthetic", "Gamepad 0 RightTrigger -1", "GamepadDisconnected 0"], _events);
        Check.False(_tracker.IsAny);
    }

    [Case]
    public void AnotherWindow_GetsTheInput_WhatIsHeldIsReleased_AndComesBack()
    {
        _tracker.Add(0, Take);
        _state = _state!.Value.With(GamepadButton.Up, true);
        Poll();
        _tracker.ReleaseAll(Take);
        _tracker.ReleaseAll(Take);
        Poll();
        Check.Sequence(["GamepadConnected 0", "Gamepad 0 Up Press", "Gamepad 0 Up Release, synthetic", "Gamepad 0 Up Press"], _events);
    }

    private void Poll() => _tracker.Poll(_ => _state, Take);

    private void Take(WindowEvent e) => _events.Add(FormattableString.Invariant($"{e}"));
}
