using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Mainspring.Devices.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Simulation;

/// <summary>
/// An input device that the kernel makes for this program (uinput): every program sees it as a real one, until it is disposed. For tests with the kernel, and to script inputs. It needs
/// /dev/uinput, and the permission to write to it. Not safe for concurrent use.
/// </summary>
/// <remarks>Writing never waits. What is written goes to the kernel with <see cref="InputScript.Report"/>, at once, or when 64 events are waiting for it.</remarks>
[SupportedOSPlatform("linux")]
[DebuggerDisplay("{Path}")]
public sealed unsafe class UserInputDevice : InputScript, IDisposable
{
    private const string Node = "/dev/uinput";
    private const int MaxEvents = 64;
    private const int MaxName = 64;

    private readonly SafeFileHandle _uinput;
    private readonly InputEvent[] _events = new InputEvent[MaxEvents];
    private int _count;

    /// <summary>Makes a device.</summary>
    /// <param name="layout">What it is.</param>
    /// <exception cref="IOException">There is no /dev/uinput, it may not be opened, or the kernel refuses the layout; the message says what to do.</exception>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public UserInputDevice(InputLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("UserInputDevice needs Linux; SimulatedInputDevice runs anywhere.");
        }

        _uinput = Open();
        try
        {
            Make(layout);
            Path = FindNode();
        }
        catch
        {
            _uinput.Dispose();
            throw;
        }
    }

    /// <summary>Its node, such as <c>/dev/input/event5</c>.</summary>
    public string Path { get; }

    /// <summary>How many events the kernel has taken, the ends of frames included.</summary>
    public long Written { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="IOException">The kernel does not take the events.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public override InputScript Write(ushort type, ushort code, int value)
    {
        ObjectDisposedException.ThrowIf(_uinput.IsClosed, this);
        _events[_count++] = new InputEvent { Type = type, Code = code, Value = value };
        if (_count == MaxEvents || (type == InputEventType.Synchronization && code == InputEventType.Report))
        {
            Flush();
        }

        return this;
    }

    /// <summary>Takes what a program has told the device to do, such as to switch a light.</summary>
    /// <param name="led">Which light.</param>
    /// <param name="isLit">Whether it is on now.</param>
    /// <returns>False when there is nothing now.</returns>
    public bool TryReadLed(out InputLedCode led, out bool isLit)
    {
        InputEvent e = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<InputEvent>(ref e));
        while (Descriptor.Read(_uinput, bytes, out _) == bytes.Length)
        {
            if (e.Type == InputEventType.Led)
            {
                (led, isLit) = ((InputLedCode)e.Code, e.Value != 0);
                return true;
            }
        }

        (led, isLit) = (default, false);
        return false;
    }

    /// <summary>Unplugs the device. Idempotent.</summary>
    public void Dispose()
    {
        if (!_uinput.IsClosed)
        {
            _ = Libc.Control(_uinput, UinputAbi.Destroy, null); // closing does it as well
            _uinput.Dispose();
        }
    }

    private static SafeFileHandle Open()
    {
        int descriptor = Libc.Open(Node, Libc.OpenDevice);
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        Errno error = Errno.Last;
        string what = error switch
        {
            _ when error == Errno.NoEntry || error == Errno.NoDevice => "it is not there; load its module: sudo modprobe uinput",
            _ when error == Errno.Access || error == Errno.Permission => "permission denied; run as root, or give a group the right to write to it by a udev rule",
            _ => error.Message,
        };
        throw new IOException($"{Node}: {what}.", error.Number);
    }

    private void Flush()
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(_events.AsSpan(0, _count));
        int written = Descriptor.Write(_uinput, bytes, out Errno error);
        if (written != bytes.Length)
        {
            throw new IOException($"{Path}: the kernel does not take events: {error.Message}.", error.Number);
        }

        Written += _count;
        _count = 0;
    }

    private void Make(InputLayout layout)
    {
        Declare(InputEventType.Key, UinputAbi.HasKey, layout.Keys.Select(static key => (int)key));
        Declare(InputEventType.Motion, UinputAbi.HasMotion, layout.Motions.Select(static motion => (int)motion));
        Declare(InputEventType.Axis, UinputAbi.HasAxis, layout.Axes.Keys.Select(static axis => (int)axis));
        Declare(InputEventType.Switch, UinputAbi.HasSwitch, layout.Switches.Select(static code => (int)code));
        Declare(InputEventType.Led, UinputAbi.HasLed, layout.Leds.Select(static led => (int)led));
        foreach (InputProperty property in layout.Properties)
        {
            Set(UinputAbi.HasProperty, (int)property);
        }

        Span<byte> axis = stackalloc byte[UinputAbi.AxisSetupSize];
        foreach ((InputAxisCode code, InputAxisInfo info) in layout.Axes)
        {
            axis.Clear();
            var range = new AbsoluteInfo { Minimum = info.Minimum, Maximum = info.Maximum, Fuzz = info.Fuzz, Flat = info.Flat, Resolution = info.Resolution };
            MemoryMarshal.Write(axis, (ushort)code);
            MemoryMarshal.Write(axis[UinputAbi.AxisInfoOffset..], range);
            Ask(UinputAbi.SetupAxis, axis, $"the axis {code} from {info.Minimum} to {info.Maximum}");
        }

        Span<byte> setup = stackalloc byte[UinputAbi.SetupSize];
        setup.Clear();
        MemoryMarshal.Write(setup, new InputId { Bus = (ushort)layout.Bus, Vendor = layout.Vendor, Product = layout.Product, Version = layout.Version });
        Encoding.UTF8.TryGetBytes(layout.Name.AsSpan(0, Math.Min(layout.Name.Length, UinputAbi.NameSize - 1)), setup.Slice(UinputAbi.NameOffset, UinputAbi.NameSize - 1), out _);
        Ask(UinputAbi.Setup, setup, "its name and numbers");
        Ask(UinputAbi.Create, default, "this layout");
    }

    private void Declare(int type, uint request, IEnumerable<int> codes)
    {
        bool hasSome = false;
        foreach (int code in codes)
        {
            hasSome = true;
            Set(request, code);
        }

        if (hasSome)
        {
            Set(UinputAbi.HasType, type);
        }
    }

    private void Set(uint request, int number)
    {
        if (Libc.Control(_uinput, request, (void*)number) < 0)
        {
            throw Refused($"the code {number}");
        }
    }

    private void Ask(uint request, ReadOnlySpan<byte> argument, string what)
    {
        fixed (byte* first = argument)
        {
            if (Libc.Control(_uinput, request, first) < 0)
            {
                throw Refused(what);
            }
        }
    }

    private static IOException Refused(string what) => new($"{Node}: the kernel does not take {what}: {Errno.Last.Message}.", Errno.Last.Number);

    [SkipLocalsInit]
    private string FindNode()
    {
        byte* name = stackalloc byte[MaxName];
        int length = Libc.Control(_uinput, EvdevAbi.WithLength(UinputAbi.GetSystemName, MaxName), name);
        string input = length > 0 ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)) : throw Refused("the question for its name");
        foreach (string folder in Directory.EnumerateDirectories($"/sys/devices/virtual/input/{input}", "event*"))
        {
            return $"/dev/input/{System.IO.Path.GetFileName(folder)}";
        }

        throw new IOException($"{Node}: {input} has no event node; load the module that makes them: sudo modprobe evdev.");
    }
}
