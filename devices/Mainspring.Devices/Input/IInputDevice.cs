namespace Mainspring.Devices;

/// <summary>
/// A keyboard, mouse, gamepad or touch surface as a source of events, whatever is behind it. It emits <see cref="InputConnected"/>, <see cref="InputKey"/>, <see cref="InputAxis"/>,
/// <see cref="InputMotion"/>, <see cref="InputTouch"/>, <see cref="InputSwitch"/>, <see cref="InputLed"/>, <see cref="InputOther"/>, <see cref="InputFrame"/> after what belongs together,
/// <see cref="InputLost"/>, and <see cref="InputDisconnected"/>. The state is that of the events emitted so far. All members are for the loop's thread.
/// </summary>
public interface IInputDevice : IEventSource
{
    /// <summary>The device's path or name.</summary>
    string Device { get; }

    /// <summary>How it is opened.</summary>
    InputOptions Options { get; }

    /// <summary>Whether it is open: from a successful attach until it is removed or gone.</summary>
    bool IsOpen { get; }

    /// <summary>What it says of itself, now or when it was last open; null before that.</summary>
    InputDeviceInfo? Info { get; }

    /// <summary>Whether a key or button is down.</summary>
    bool IsPressed(InputKeyCode key);

    /// <summary>Whether a switch is on.</summary>
    bool IsOn(InputSwitchCode code);

    /// <summary>Whether a light is on.</summary>
    bool IsLit(InputLedCode led);

    /// <summary>An axis's value, in its own units; 0 for an axis that the device has not.</summary>
    int Axis(InputAxisCode axis);

    /// <summary>An axis's range, as it was when the device was opened; all zero for an axis that the device has not.</summary>
    InputAxisInfo AxisInfo(InputAxisCode axis);

    /// <summary>Switches a light. <see cref="InputLed"/> comes when it is done.</summary>
    /// <returns>False when the device is not open, has no such light, or may only be read.</returns>
    bool TrySetLed(InputLedCode led, bool isLit);

    /// <summary>
    /// Emits the release of every key that is down and the end of every contact, as synthetic events: for a game that loses the focus, and before <see cref="SourceHandle.Remove"/>, after
    /// which nothing is emitted any more. What is really still held counts as pressed again when it is pressed again.
    /// </summary>
    void ReleaseAll();
}
