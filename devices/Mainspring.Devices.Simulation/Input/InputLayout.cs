namespace Mainspring.Devices.Simulation;

/// <summary>What a made-up input device is and can report.</summary>
public sealed record InputLayout
{
    private const int StickMaximum = 32767;
    private const int StickFlat = 128;
    private const int TriggerMaximum = 255;

    /// <summary>A keyboard of 105 keys with its three lights.</summary>
    public static InputLayout Keyboard { get; } = new()
    {
        Keys = [.. Range(InputKeyCode.Escape, InputKeyCode.KeypadDot), .. Range(InputKeyCode.NonUsBackslash, InputKeyCode.F12), .. Range(InputKeyCode.KeypadEnter, InputKeyCode.Delete), InputKeyCode.LeftMeta, InputKeyCode.RightMeta],
        Leds = [InputLedCode.NumLock, InputLedCode.CapsLock, InputLedCode.ScrollLock],
    };

    /// <summary>A mouse with three buttons and a wheel.</summary>
    public static InputLayout Mouse { get; } = new()
    {
        Keys = [InputKeyCode.ButtonLeft, InputKeyCode.ButtonRight, InputKeyCode.ButtonMiddle],
        Motions = [InputMotionCode.X, InputMotionCode.Y, InputMotionCode.Wheel, InputMotionCode.WheelHighResolution],
    };

    /// <summary>A gamepad: two sticks, two triggers, a hat and the usual buttons, with the ranges of an Xbox controller.</summary>
    public static InputLayout Gamepad { get; } = new()
    {
        Keys =
        [
            InputKeyCode.ButtonSouth, InputKeyCode.ButtonEast, InputKeyCode.ButtonNorth, InputKeyCode.ButtonWest, InputKeyCode.ButtonShoulderLeft, InputKeyCode.ButtonShoulderRight,
            InputKeyCode.ButtonSelect, InputKeyCode.ButtonStart, InputKeyCode.ButtonMode, InputKeyCode.ButtonThumbLeft, InputKeyCode.ButtonThumbRight,
        ],
        Axes = new Dictionary<InputAxisCode, InputAxisInfo>
        {
            [InputAxisCode.X] = new(-StickMaximum - 1, StickMaximum, 0, StickFlat),
            [InputAxisCode.Y] = new(-StickMaximum - 1, StickMaximum, 0, StickFlat),
            [InputAxisCode.RotationX] = new(-StickMaximum - 1, StickMaximum, 0, StickFlat),
            [InputAxisCode.RotationY] = new(-StickMaximum - 1, StickMaximum, 0, StickFlat),
            [InputAxisCode.Z] = new(0, TriggerMaximum),
            [InputAxisCode.RotationZ] = new(0, TriggerMaximum),
            [InputAxisCode.Hat0X] = new(-1, 1),
            [InputAxisCode.Hat0Y] = new(-1, 1),
        },
    };

    /// <summary>What it calls itself; the kernel takes 79 bytes of it.</summary>
    public string Name { get; init; } = "Mainspring simulated input";

    /// <summary>How it says that it is connected.</summary>
    public InputBus Bus { get; init; } = InputBus.Virtual;

    /// <summary>The vendor's number.</summary>
    public ushort Vendor { get; init; } = 0x4d53;

    /// <summary>The product's number.</summary>
    public ushort Product { get; init; } = 1;

    /// <summary>The product's version.</summary>
    public ushort Version { get; init; } = 1;

    /// <summary>Its keys and buttons.</summary>
    public IReadOnlyList<InputKeyCode> Keys { get; init; } = [];

    /// <summary>Its absolute axes and their ranges.</summary>
    public IReadOnlyDictionary<InputAxisCode, InputAxisInfo> Axes { get; init; } = new Dictionary<InputAxisCode, InputAxisInfo>();

    /// <summary>Its relative axes.</summary>
    public IReadOnlyList<InputMotionCode> Motions { get; init; } = [];

    /// <summary>Its switches.</summary>
    public IReadOnlyList<InputSwitchCode> Switches { get; init; } = [];

    /// <summary>Its lights.</summary>
    public IReadOnlyList<InputLedCode> Leds { get; init; } = [];

    /// <summary>How it is used.</summary>
    public IReadOnlyList<InputProperty> Properties { get; init; } = [];

    /// <summary>A screen that is touched with several fingers.</summary>
    /// <param name="width">One more than the greatest X.</param>
    /// <param name="height">One more than the greatest Y.</param>
    /// <param name="contacts">How many fingers at the same time.</param>
    public static InputLayout Touchscreen(int width, int height, int contacts = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(contacts, 1);
        return new InputLayout
        {
            Keys = [InputKeyCode.ButtonTouch],
            Axes = new Dictionary<InputAxisCode, InputAxisInfo>
            {
                [InputAxisCode.X] = new(0, width - 1),
                [InputAxisCode.Y] = new(0, height - 1),
                [InputAxisCode.TouchSlot] = new(0, contacts - 1),
                [InputAxisCode.TouchTrackingId] = new(0, ushort.MaxValue),
                [InputAxisCode.TouchX] = new(0, width - 1),
                [InputAxisCode.TouchY] = new(0, height - 1),
            },
            Properties = [InputProperty.Direct],
        };
    }

    internal InputDeviceInfo ToInfo(string path)
    {
        var capabilities = new InputCapabilities();
        foreach (InputKeyCode key in Keys)
        {
            capabilities.KeyBits[(int)key] = true;
        }

        foreach (InputAxisCode axis in Axes.Keys)
        {
            capabilities.AxisBits[(int)axis] = true;
        }

        foreach (InputMotionCode motion in Motions)
        {
            capabilities.MotionBits[(int)motion] = true;
        }

        foreach (InputSwitchCode code in Switches)
        {
            capabilities.SwitchBits[(int)code] = true;
        }

        foreach (InputLedCode led in Leds)
        {
            capabilities.LedBits[(int)led] = true;
        }

        foreach (InputProperty property in Properties)
        {
            capabilities.PropertyBits[(int)property] = true;
        }

        return new InputDeviceInfo { Path = path, Name = Name, Bus = Bus, Vendor = Vendor, Product = Product, Version = Version, Capabilities = capabilities };
    }

    private static IEnumerable<InputKeyCode> Range(InputKeyCode first, InputKeyCode last) =>
        Enumerable.Range((int)first, last - first + 1).Select(static code => (InputKeyCode)code);
}
