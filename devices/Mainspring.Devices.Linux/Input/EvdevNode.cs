using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>A node of the kernel's event interface (linux/input.h, Documentation/input/event-codes.rst): opens it, and asks it.</summary>
internal sealed unsafe class EvdevNode : IEvdevNode
{
    private const int MaxText = 256;

    private readonly string _path;
    private readonly bool _mayWrite;

    private EvdevNode(string path, SafeFileHandle file, bool mayWrite)
    {
        (_path, File, _mayWrite) = (path, file, mayWrite);
        InputId id;
        if (Control(EvdevAbi.GetId, &id) < 0)
        {
            throw Errno.Last == Errno.NotTerminal || Errno.Last == Errno.Invalid ? InputErrors.NoEventDevice(path) : InputErrors.Asking(path, Errno.Last);
        }

        int clock = EvdevAbi.MonotonicClock;
        if (Control(EvdevAbi.SetClock, &clock) < 0)
        {
            throw InputErrors.Asking(path, Errno.Last);
        }

        var capabilities = new InputCapabilities();
        ReadBits(EvdevAbi.GetBits + InputEventType.Key, capabilities.KeyBits);
        ReadBits(EvdevAbi.GetBits + InputEventType.Axis, capabilities.AxisBits);
        ReadBits(EvdevAbi.GetBits + InputEventType.Motion, capabilities.MotionBits);
        ReadBits(EvdevAbi.GetBits + InputEventType.Switch, capabilities.SwitchBits);
        ReadBits(EvdevAbi.GetBits + InputEventType.Led, capabilities.LedBits);
        ReadBits(EvdevAbi.GetBits + InputEventType.Feedback, capabilities.FeedbackBits);
        ReadBits(EvdevAbi.GetProperties, capabilities.PropertyBits);
        Info = new InputDeviceInfo
        {
            Path = path,
            StablePath = InputNodes.IsStable(path) ? path : null,
            Name = Text(EvdevAbi.GetName),
            Physical = Text(EvdevAbi.GetPhysical),
            Unique = Text(EvdevAbi.GetUnique),
            Bus = (InputBus)id.Bus,
            Vendor = id.Vendor,
            Product = id.Product,
            Version = id.Version,
            Capabilities = capabilities,
        };
    }

    public SafeFileHandle File { get; }

    public InputDeviceInfo Info { get; }

    /// <summary>Opens a node, for reading and lights, or for reading alone where that is all that is allowed.</summary>
    /// <exception cref="IOException">It is not there, refuses, or is something else; the message says what to do.</exception>
    public static EvdevNode Open(string path, InputOptions options)
    {
        bool mayWrite = true;
        if (!TryOpen(path, Libc.OpenDevice, out SafeFileHandle file, out Errno error)
            && (error == Errno.Access || error == Errno.Permission || error == Errno.ReadOnly || error == Errno.IsDirectory))
        {
            mayWrite = false;
            TryOpen(path, EvdevAbi.OpenReadOnly, out file, out error);
        }

        if (error != Errno.None)
        {
            throw InputErrors.Opening(path, error);
        }

        try
        {
            var node = new EvdevNode(path, file, mayWrite);
            if (options.Grab && Libc.Control(file, EvdevAbi.Grab, (void*)1) < 0)
            {
                throw Errno.Last == Errno.Busy ? InputErrors.Grabbed(path) : InputErrors.Asking(path, Errno.Last);
            }

            return node;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void ReadKeys(InputBits keys) => ReadBits(EvdevAbi.GetKeys, keys);

    public void ReadSwitches(InputBits switches) => ReadBits(EvdevAbi.GetSwitches, switches);

    public void ReadLeds(InputBits leds) => ReadBits(EvdevAbi.GetLeds, leds);

    public int ReadAxis(int code, out InputAxisInfo info)
    {
        AbsoluteInfo axis;
        if (Control(EvdevAbi.GetAxis + (uint)code, &axis) < 0)
        {
            throw InputErrors.Asking(_path, Errno.Last);
        }

        info = new InputAxisInfo(axis.Minimum, axis.Maximum, axis.Fuzz, axis.Flat, axis.Resolution);
        return axis.Value;
    }

    public void ReadTouches(int code, Span<int> values)
    {
        // struct input_mt_request_layout: the code, then the values.
        Span<int> request = stackalloc int[values.Length + 1];
        request[0] = code;
        fixed (int* first = request)
        {
            if (Control(EvdevAbi.WithLength(EvdevAbi.GetTouches, request.Length * sizeof(int)), first) < 0)
            {
                throw InputErrors.Asking(_path, Errno.Last);
            }
        }

        request[1..].CopyTo(values);
    }

    public bool TrySetLed(int led, bool isLit)
    {
        if (!_mayWrite || !Info.Capabilities.LedBits[led])
        {
            return false;
        }

        Span<InputEvent> events = [new InputEvent { Type = InputEventType.Led, Code = (ushort)led, Value = isLit ? 1 : 0 }, new InputEvent { Type = InputEventType.Synchronization }];
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(events);
        return Descriptor.Write(File, bytes, out _) == bytes.Length; // else the device is gone, which reading tells
    }

    private static bool TryOpen(string path, int flags, out SafeFileHandle file, out Errno error)
    {
        int descriptor;
        do
        {
            descriptor = Libc.Open(path, flags);
            error = descriptor < 0 ? Errno.Last : Errno.None;
        }
        while (error == Errno.Interrupted);
        file = new SafeFileHandle(descriptor, ownsHandle: true);
        return descriptor >= 0;
    }

    private int Control(nuint request, void* argument)
    {
        int result;
        do
        {
            result = Libc.Control(File, request, argument);
        }
        while (result < 0 && Errno.Last == Errno.Interrupted); // a signal, such as the collector's, came while another program used the device

        return result;
    }

    // A bitmap; the kernel gives as much of it as it has.
    private void ReadBits(uint request, InputBits bits)
    {
        bits.Clear();
        Span<byte> bytes = bits.Bytes;
        fixed (byte* first = bytes)
        {
            // A type that the device has not is EINVAL to some requests, and then all bits are 0.
            if (Control(EvdevAbi.WithLength(request, bytes.Length), first) < 0 && Errno.Last != Errno.Invalid)
            {
                throw InputErrors.Asking(_path, Errno.Last);
            }
        }
    }

    [SkipLocalsInit]
    private string Text(uint request)
    {
        byte* text = stackalloc byte[MaxText];
        int length = Control(EvdevAbi.WithLength(request, MaxText), text); // fails where the device has none
        return length > 0 ? Encoding.UTF8.GetString(new ReadOnlySpan<byte>(text, Math.Min(length, MaxText)).TrimEnd((byte)0)) : "";
    }
}
