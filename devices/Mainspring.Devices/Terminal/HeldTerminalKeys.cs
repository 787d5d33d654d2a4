namespace Mainspring.Devices;

/// <summary>The keys that are held, as far as releases are told. Of more keys than a keyboard tells apart at once the later ones are not remembered.</summary>
internal sealed class HeldTerminalKeys
{
    private readonly TerminalKey[] _keys = new TerminalKey[32];
    private int _count;

    /// <summary>Forgets all of them.</summary>
    public void Clear() => _count = 0;

    /// <summary>Whether a key is held.</summary>
    public bool Contains(in TerminalKey key)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_keys[i].Code == key.Code && _keys[i].Character == key.Character)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes note of a key that has releases.</summary>
    public void Take(in TerminalKey key)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_keys[i].Code == key.Code && _keys[i].Character == key.Character)
            {
                if (key.Action == TerminalKeyAction.Release)
                {
                    _keys[i] = _keys[--_count];
                }

                return;
            }
        }

        if (key.Action != TerminalKeyAction.Release && _count < _keys.Length)
        {
            _keys[_count++] = key;
        }
    }

    /// <summary>Releases one of them.</summary>
    public bool TryRelease(out TerminalKey key)
    {
        if (_count == 0)
        {
            key = default;
            return false;
        }

        key = _keys[--_count] with { Modifiers = TerminalModifiers.None, Action = TerminalKeyAction.Release, IsSynthetic = true };
        return true;
    }
}
