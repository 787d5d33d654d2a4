using Mainspring.Devices.Glfw;

namespace Mainspring.Devices.Silk;

/// <summary>Which modifiers are held, by the keys that were pressed and released: for backends of Silk.NET that do not say it. The locks are not known.</summary>
internal sealed class ModifierKeys
{
    private uint _held; // a bit for each key from LeftShift to RightSuper

    /// <summary>The modifiers of the keys that are held.</summary>
    public KeyModifiers Held
    {
        get
        {
            uint either = (_held | (_held >> 4)) & 0xf; // left or right
            return (KeyModifiers)either;                // in the same order: Shift, Control, Alt, Super
        }
    }

    public void Take(Key key, KeyAction action)
    {
        if (key is >= Key.LeftShift and <= Key.RightSuper)
        {
            uint bit = 1u << (key - Key.LeftShift);
            _held = action == KeyAction.Release ? _held & ~bit : _held | bit;
        }
    }

    public void Clear() => _held = 0;
}
