namespace Mainspring.Devices.Simulation;

/// <summary>The hand on a made-up input device. What is written belongs together up to the next <see cref="Report"/>, and is seen by nobody before.</summary>
public abstract class InputScript
{
    private protected InputScript()
    {
    }

    /// <summary>Presses a key or button.</summary>
    public InputScript Press(InputKeyCode key) => Write(InputEventType.Key, (ushort)key, 1);

    /// <summary>Releases a key or button.</summary>
    public InputScript Release(InputKeyCode key) => Write(InputEventType.Key, (ushort)key, 0);

    /// <summary>Has a key that is down repeat.</summary>
    public InputScript Repeat(InputKeyCode key) => Write(InputEventType.Key, (ushort)key, 2);

    /// <summary>Moves an absolute axis to a value.</summary>
    public InputScript MoveTo(InputAxisCode axis, int value) => Write(InputEventType.Axis, (ushort)axis, value);

    /// <summary>Moves a relative axis by an amount.</summary>
    public InputScript MoveBy(InputMotionCode motion, int delta) => Write(InputEventType.Motion, (ushort)motion, delta);

    /// <summary>Puts a switch.</summary>
    public InputScript Put(InputSwitchCode code, bool isOn) => Write(InputEventType.Switch, (ushort)code, isOn ? 1 : 0);

    /// <summary>Begins or moves a contact.</summary>
    /// <param name="slot">Its slot, from 0.</param>
    /// <param name="trackingId">Its number, not below 0; another one than the slot has begins another contact.</param>
    /// <param name="x">Where it is.</param>
    /// <param name="y">Where it is.</param>
    public InputScript Touch(int slot, int trackingId, int x, int y)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trackingId);
        MoveTo(InputAxisCode.TouchSlot, slot).MoveTo(InputAxisCode.TouchTrackingId, trackingId);
        return MoveTo(InputAxisCode.TouchX, x).MoveTo(InputAxisCode.TouchY, y);
    }

    /// <summary>Ends a contact.</summary>
    public InputScript Lift(int slot) => MoveTo(InputAxisCode.TouchSlot, slot).MoveTo(InputAxisCode.TouchTrackingId, -1);

    /// <summary>Ends what belongs together (SYN_REPORT).</summary>
    public InputScript Report() => Write(InputEventType.Synchronization, InputEventType.Report, 0);

    /// <summary>Writes any event, by the kernel's numbers.</summary>
    /// <param name="type">EV_ of linux/input-event-codes.h.</param>
    /// <param name="code">What, within the type.</param>
    /// <param name="value">Its value.</param>
    public abstract InputScript Write(ushort type, ushort code, int value);
}
