namespace Mainspring.Devices;

/// <summary>What a device can report, and which lights it has.</summary>
public sealed class InputCapabilities
{
    internal const int KeyCount = 768;    // KEY_CNT
    internal const int AxisCount = 64;    // ABS_CNT
    internal const int MotionCount = 16;  // REL_CNT
    internal const int SwitchCount = 32;  // more than SW_CNT
    internal const int LedCount = 16;     // LED_CNT
    internal const int PropertyCount = 32; // INPUT_PROP_CNT
    internal const int FeedbackCount = 128; // FF_CNT
    private const int Rumble = 0x50;      // FF_RUMBLE

    internal InputBits KeyBits { get; } = new(KeyCount);

    internal InputBits AxisBits { get; } = new(AxisCount);

    internal InputBits MotionBits { get; } = new(MotionCount);

    internal InputBits SwitchBits { get; } = new(SwitchCount);

    internal InputBits LedBits { get; } = new(LedCount);

    internal InputBits PropertyBits { get; } = new(PropertyCount);

    internal InputBits FeedbackBits { get; } = new(FeedbackCount);

    /// <summary>Its keys and buttons, by number.</summary>
    public IEnumerable<InputKeyCode> Keys => KeyBits.All().Select(static code => (InputKeyCode)code);

    /// <summary>Its absolute axes.</summary>
    public IEnumerable<InputAxisCode> Axes => AxisBits.All().Select(static code => (InputAxisCode)code);

    /// <summary>Its relative axes.</summary>
    public IEnumerable<InputMotionCode> Motions => MotionBits.All().Select(static code => (InputMotionCode)code);

    /// <summary>Its switches.</summary>
    public IEnumerable<InputSwitchCode> Switches => SwitchBits.All().Select(static code => (InputSwitchCode)code);

    /// <summary>Its lights.</summary>
    public IEnumerable<InputLedCode> Leds => LedBits.All().Select(static code => (InputLedCode)code);

    /// <summary>How it is used.</summary>
    public IEnumerable<InputProperty> Properties => PropertyBits.All().Select(static code => (InputProperty)code);

    /// <summary>Whether it can shake.</summary>
    public bool HasRumble => FeedbackBits[Rumble];

    /// <summary>What it is, judged by these.</summary>
    public InputKinds Kinds
    {
        get
        {
            InputKinds kinds = InputKinds.None;
            Add(InputKinds.Keys, KeyBits.First(1) is >= 1 and < (int)InputKeyCode.Button0 || HasFrom(InputKeyCode.Ok, InputKeyCode.ButtonDPadUp));
            Add(InputKinds.Keyboard, HasAll(InputKeyCode.Escape, InputKeyCode.S)); // as udev judges
            Add(InputKinds.Mouse, Has(InputKeyCode.ButtonLeft) && Has(InputMotionCode.X) && Has(InputMotionCode.Y));
            Add(InputKinds.Tablet, Has(InputKeyCode.ButtonToolPen) || Has(InputKeyCode.ButtonStylus));
            bool isTouched = Has(InputAxisCode.TouchX) || (Has(InputKeyCode.ButtonTouch) && Has(InputAxisCode.X));
            if (isTouched && (kinds & InputKinds.Tablet) == 0)
            {
                bool isPad = !Has(InputProperty.Direct) && (Has(InputProperty.NeedsPointer) || Has(InputKeyCode.ButtonToolFinger));
                Add(isPad ? InputKinds.Touchpad : InputKinds.Touchscreen, true);
            }

            Add(InputKinds.Gamepad, Has(InputKeyCode.ButtonSouth));
            Add(InputKinds.Joystick, !Has(InputKeyCode.ButtonSouth) && Has(InputAxisCode.X) && HasFrom(InputKeyCode.ButtonTrigger, InputKeyCode.ButtonSouth));
            Add(InputKinds.Switches, !SwitchBits.IsEmpty);
            Add(InputKinds.Accelerometer, Has(InputProperty.Accelerometer));
            return kinds;

            void Add(InputKinds kind, bool isOne) => kinds |= isOne ? kind : InputKinds.None;
        }
    }

    /// <summary>Whether it has this key or button.</summary>
    public bool Has(InputKeyCode key) => KeyBits[(int)key];

    /// <summary>Whether it has this absolute axis.</summary>
    public bool Has(InputAxisCode axis) => AxisBits[(int)axis];

    /// <summary>Whether it has this relative axis.</summary>
    public bool Has(InputMotionCode motion) => MotionBits[(int)motion];

    /// <summary>Whether it has this switch.</summary>
    public bool Has(InputSwitchCode code) => SwitchBits[(int)code];

    /// <summary>Whether it has this light.</summary>
    public bool Has(InputLedCode led) => LedBits[(int)led];

    /// <summary>Whether it has this property.</summary>
    public bool Has(InputProperty property) => PropertyBits[(int)property];

    private bool HasFrom(InputKeyCode first, InputKeyCode end) => KeyBits.First((int)first) is var found && found >= 0 && found < (int)end;

    private bool HasAll(InputKeyCode first, InputKeyCode last)
    {
        for (int key = (int)first; key <= (int)last; key++)
        {
            if (!KeyBits[key])
            {
                return false;
            }
        }

        return true;
    }
}
