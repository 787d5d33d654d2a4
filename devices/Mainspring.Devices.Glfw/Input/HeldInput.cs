namespace Mainspring.Devices.Glfw;

/// <summary>Which keys and buttons of a window are held, as far as its events have told, so that each press is followed by one release.</summary>
internal sealed class HeldInput
{
    private const int MostButtons = 8;

    private readonly List<(Key Key, int ScanCode)> _keys = new(16);
    private uint _buttons;

    public bool IsDown(Key key)
    {
        foreach ((Key held, _) in _keys)
        {
            if (held == key)
            {
                return true;
            }
        }

        return false;
    }

    public bool IsDown(MouseButton button) => (_buttons & (1u << (int)button)) != 0;

    /// <summary>Notes what an event says; false when it is the release of what is not held.</summary>
    public bool Take(in WindowEvent e) => e.Kind == WindowEventKind.Key ? TakeKey(in e) : TakeButton(in e);

    /// <summary>The release of one that is held, and that a question says is not.</summary>
    public bool TryRelease(Func<Key, bool> isKeyDown, Func<MouseButton, bool> isButtonDown, out WindowEvent release)
    {
        foreach ((Key key, int scanCode) in _keys)
        {
            if (!isKeyDown(key))
            {
                release = new WindowEvent(WindowEventKind.Key) { Key = key, ScanCode = scanCode, Action = KeyAction.Release, IsSynthetic = true };
                return true;
            }
        }

        for (int i = 0; i < MostButtons; i++)
        {
            if (IsDown((MouseButton)i) && !isButtonDown((MouseButton)i))
            {
                release = new WindowEvent(WindowEventKind.MouseButton) { Button = (MouseButton)i, Action = KeyAction.Release, IsSynthetic = true };
                return true;
            }
        }

        release = default;
        return false;
    }

    public void Clear()
    {
        _keys.Clear();
        _buttons = 0;
    }

    private bool TakeKey(in WindowEvent e)
    {
        for (int i = 0; i < _keys.Count; i++)
        {
            (Key key, int scanCode) = _keys[i];
            if (key == e.Key && (key != Key.Unknown || scanCode == e.ScanCode))
            {
                if (e.Action == KeyAction.Release)
                {
                    _keys.RemoveAt(i);
                }

                return true;
            }
        }

        if (e.Action == KeyAction.Release)
        {
            return false;
        }

        _keys.Add((e.Key, e.ScanCode));
        return true;
    }

    private bool TakeButton(in WindowEvent e)
    {
        uint bit = 1u << (int)e.Button;
        bool wasDown = (_buttons & bit) != 0;
        _buttons = e.Action == KeyAction.Release ? _buttons & ~bit : _buttons | bit;
        return wasDown || e.Action != KeyAction.Release;
    }
}
