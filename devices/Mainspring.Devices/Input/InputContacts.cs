namespace Mainspring.Devices;

/// <summary>The contacts of a touch surface, one per slot, and what of each was not emitted yet.</summary>
internal sealed class InputContacts
{
    private const int MaxSlots = 256;

    private readonly Contact[] _slots;
    private readonly int[] _values; // of one property, for reading the state

    public InputContacts(IInputState state)
    {
        InputCapabilities capabilities = state.Info.Capabilities;
        if (!capabilities.Has(InputAxisCode.TouchSlot) || !capabilities.Has(InputAxisCode.TouchTrackingId))
        {
            _slots = []; // without slots (protocol A) they are plain axes
            _values = [];
            return;
        }

        _ = state.ReadAxis((int)InputAxisCode.TouchSlot, out InputAxisInfo info);
        _slots = new Contact[Math.Clamp(info.Maximum + 1, 1, MaxSlots)];
        _values = new int[_slots.Length];
        Array.Fill(_slots, new Contact { TrackingId = -1, EmittedId = -1 });
        Read(state);
    }

    /// <summary>The slot that changes are for.</summary>
    public int Current { get; private set; }

    /// <summary>Takes a change. False: it is none of a contact.</summary>
    public bool Take(int code, int value)
    {
        if (_slots.Length == 0 || code is < (int)InputAxisCode.TouchSlot or > (int)InputAxisCode.TouchToolY)
        {
            return false;
        }

        if (code == (int)InputAxisCode.TouchSlot)
        {
            Current = value;
        }
        else if ((uint)Current < (uint)_slots.Length)
        {
            Set(ref _slots[Current], code, value);
        }

        return true;
    }

    /// <summary>Reads where every contact is now.</summary>
    public void Read(IInputState state)
    {
        if (_slots.Length == 0)
        {
            return;
        }

        Current = state.ReadAxis((int)InputAxisCode.TouchSlot, out _);
        foreach (InputAxisCode code in (ReadOnlySpan<InputAxisCode>)[InputAxisCode.TouchTrackingId, InputAxisCode.TouchX, InputAxisCode.TouchY, InputAxisCode.TouchPressure, InputAxisCode.TouchMajor])
        {
            if (!state.Info.Capabilities.Has(code))
            {
                continue;
            }

            state.ReadTouches((int)code, _values);
            for (int i = 0; i < _slots.Length; i++)
            {
                Set(ref _slots[i], (int)code, _values[i]);
            }
        }
    }

    /// <summary>Ends all.</summary>
    public void Release()
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i].TrackingId = -1;
        }
    }

    /// <summary>The next change of a contact, by slot: what replaces another in its slot begins after that has ended.</summary>
    public bool TryNext(ref int slot, out int trackingId, out InputTouchAction action, out Contact contact)
    {
        for (; slot < _slots.Length; slot++)
        {
            ref Contact one = ref _slots[slot];
            if (one.EmittedId >= 0 && one.EmittedId != one.TrackingId)
            {
                (trackingId, action, contact) = (one.EmittedId, InputTouchAction.Up, one);
                one.EmittedId = -1;
                return true;
            }

            if (one.TrackingId >= 0 && (one.EmittedId < 0 || one.HasChanged))
            {
                (trackingId, action) = (one.TrackingId, one.EmittedId < 0 ? InputTouchAction.Down : InputTouchAction.Move);
                one.EmittedId = one.TrackingId;
                one.HasChanged = false;
                contact = one;
                return true;
            }
        }

        (trackingId, action, contact) = (-1, default, default);
        return false;
    }

    private static void Set(ref Contact contact, int code, int value)
    {
        switch ((InputAxisCode)code)
        {
            case InputAxisCode.TouchTrackingId:
                contact.TrackingId = value;
                break;
            case InputAxisCode.TouchX:
                contact.HasChanged |= contact.X != value;
                contact.X = value;
                break;
            case InputAxisCode.TouchY:
                contact.HasChanged |= contact.Y != value;
                contact.Y = value;
                break;
            case InputAxisCode.TouchPressure:
                contact.HasChanged |= contact.Pressure != value;
                contact.Pressure = value;
                break;
            case InputAxisCode.TouchMajor:
                contact.HasChanged |= contact.Major != value;
                contact.Major = value;
                break;
        }
    }

    /// <summary>What is in a slot.</summary>
    public struct Contact
    {
        public int TrackingId;   // -1: nothing
        public int EmittedId;    // as the last event said
        public int X;
        public int Y;
        public int Pressure;
        public int Major;
        public bool HasChanged;
    }
}
