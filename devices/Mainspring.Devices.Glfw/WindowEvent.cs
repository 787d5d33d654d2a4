using System.Diagnostics;
using System.Text;

namespace Mainspring.Devices.Glfw;

/// <summary>
/// Anything that happens to a window: <see cref="Kind"/> says what, and which fields have a meaning; the others are 0. All events of a window pass the loop's gate as this one type, in
/// the order in which they happened. <see cref="WindowCallbacks"/> has handlers for one kind alone.
/// </summary>
/// <param name="Kind">What happened.</param>
[DebuggerDisplay("{ToString(),nq}")]
public readonly record struct WindowEvent(WindowEventKind Kind)
{
    private readonly int _code; // of a key, a character, or a gamepad and its part
    private readonly object? _more;

    /// <summary>What became of the key or button.</summary>
    public KeyAction Action { get; init; }

    /// <summary>The modifiers that were held before it, and the locks.</summary>
    public KeyModifiers Modifiers { get; init; }

    /// <summary>Whether the user released nothing: it was released since the keyboard went to another window, the gamepad has gone, or events were lost.</summary>
    public bool IsSynthetic { get; init; }

    /// <summary>Whether the window has now what the kind speaks of: the focus, the mouse.</summary>
    public bool IsOn { get; init; }

    /// <summary>The button of the mouse.</summary>
    public MouseButton Button { get; init; }

    /// <summary>The key by its place; <see cref="Glfw.Key.Unknown"/> for one that GLFW does not know: then <see cref="ScanCode"/> says which it is.</summary>
    public Key Key
    {
        get => (Key)_code;
        init => _code = (int)value;
    }

    /// <summary>The system's own number of the key; it differs between systems.</summary>
    public int ScanCode { get; init; }

    /// <summary>The character, with keyboard layout and dead keys applied.</summary>
    public Rune Text
    {
        get => Rune.IsValid(_code) ? new Rune(_code) : Rune.ReplacementChar;
        init => _code = value.Value;
    }

    /// <summary>A position, an offset or a scale.</summary>
    public double X { get; init; }

    /// <summary>A position, an offset or a scale.</summary>
    public double Y { get; init; }

    /// <summary>A width, in the kind's units.</summary>
    public int Width
    {
        get => (int)X;
        init => X = value;
    }

    /// <summary>A height, in the kind's units.</summary>
    public int Height
    {
        get => (int)Y;
        init => Y = value;
    }

    /// <summary>The gamepad's number, from 0 to 15: the lowest that was free when it came.</summary>
    public int Gamepad
    {
        get => ScanCode;
        init => ScanCode = value;
    }

    /// <summary>The gamepad's button.</summary>
    public GamepadButton GamepadButton
    {
        get => (GamepadButton)_code;
        init => _code = (int)value;
    }

    /// <summary>The gamepad's axis.</summary>
    public GamepadAxis GamepadAxis
    {
        get => (GamepadAxis)_code;
        init => _code = (int)value;
    }

    /// <summary>Where the axis stands, from -1 to 1.</summary>
    public float Value
    {
        get => (float)X;
        init => X = value;
    }

    /// <summary>The full paths of what was dropped.</summary>
    public IReadOnlyList<string> Paths
    {
        get => _more as IReadOnlyList<string> ?? [];
        init => _more = value;
    }

    /// <summary>The monitor, as it was when it was connected.</summary>
    public GlfwMonitor? Monitor
    {
        get => _more as GlfwMonitor;
        init => _more = value;
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        WindowEventKind.Key => $"Key {Key} ({ScanCode}) {Action} {Modifiers}{(IsSynthetic ? ", synthetic" : "")}",
        WindowEventKind.Text => $"Text '{Text}'",
        WindowEventKind.MouseButton => $"MouseButton {Button} {Action} {Modifiers} at {X}, {Y}{(IsSynthetic ? ", synthetic" : "")}",
        WindowEventKind.Resized or WindowEventKind.FramebufferResized => $"{Kind} {Width} x {Height}",
        WindowEventKind.MouseMoved or WindowEventKind.Scroll or WindowEventKind.Moved or WindowEventKind.ContentScaleChanged => $"{Kind} {X}, {Y}",
        WindowEventKind.MouseEntered or WindowEventKind.FocusChanged or WindowEventKind.Iconified or WindowEventKind.Maximized => $"{Kind} {IsOn}",
        WindowEventKind.Dropped => $"Dropped {string.Join(", ", Paths)}",
        WindowEventKind.MonitorConnected or WindowEventKind.MonitorDisconnected => $"{Kind} {Monitor?.Name}",
        WindowEventKind.GamepadButton => $"Gamepad {Gamepad} {GamepadButton} {Action}{(IsSynthetic ? ", synthetic" : "")}",
        WindowEventKind.GamepadAxis => $"Gamepad {Gamepad} {GamepadAxis} {Value}",
        WindowEventKind.GamepadConnected or WindowEventKind.GamepadDisconnected => $"{Kind} {Gamepad}",
        _ => Kind.ToString(),
    };
}
