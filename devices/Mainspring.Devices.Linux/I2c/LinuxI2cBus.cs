using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>
/// An I2C bus of the kernel, /dev/i2c-N. Its transfers run on the thread pool, one after the other, on one thread at the most; a device that holds the clock or the bus low holds up
/// that thread, until the adapter gives up, and never the loop. Plain transfers are one ioctl (I2C_RDWR); an adapter that speaks SMBus only gets the command that puts the same on the wires.
/// </summary>
public sealed class LinuxI2cBus : II2cBus, II2cTransport
{
    private readonly ExecutorQueue _queue;
    private readonly SafeFileHandle _file;
    private readonly I2cTransferPool _pool = new();
    private volatile bool _isDisposed;
    private bool _isTenBit; // what is set on the descriptor; of the thread that runs the transfers
    private bool _isPec;

    private LinuxI2cBus(string path, SafeFileHandle file, I2cFunctions functions, I2cBusOptions options)
    {
        (Name, _file, Functions) = (path, file, functions);
        _queue = new ExecutorQueue(path, options.QueueCapacity);
    }

    /// <summary>The path.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public I2cFunctions Functions { get; }

    /// <inheritdoc/>
    public int Waiting => _queue.Count;

    I2cTransferPool II2cTransport.Pool => _pool;

    /// <summary>The buses of this machine, by number. Reads sysfs.</summary>
    /// <returns>The buses; none when the module i2c-dev is not loaded.</returns>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public static IReadOnlyList<I2cBusInfo> List()
    {
        LinuxOnly.Check("I2C buses", nameof(LinuxI2cBus), LinuxOnly.BusInstead);
        return I2cSysfs.Buses();
    }

    /// <summary>Opens a bus by its number. Short; nothing is sent.</summary>
    /// <param name="number">The N of /dev/i2c-N.</param>
    /// <param name="options">Settings of the adapter; null leaves it as it is.</param>
    /// <returns>The bus.</returns>
    /// <exception cref="IOException">It is not there, is no I2C bus, or may not be opened; the message says what to do.</exception>
    public static LinuxI2cBus Open(int number, I2cBusOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        return Open($"/dev/i2c-{number}", options);
    }

    /// <summary>Opens a bus by its path, as <see cref="Open(int, I2cBusOptions)"/>.</summary>
    /// <param name="path">The path, or a link to it.</param>
    /// <param name="options">Settings of the adapter; null leaves it as it is.</param>
    /// <returns>The bus.</returns>
    /// <exception cref="IOException">It is not there, is no I2C bus, or may not be opened; the message says what to do.</exception>
    public static LinuxI2cBus Open(string path, I2cBusOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        LinuxOnly.Check(path, nameof(LinuxI2cBus), LinuxOnly.BusInstead);
        options ??= new I2cBusOptions();
        SafeFileHandle file = DeviceNode.Open(path, "i2c", Missing());
        try
        {
            I2cFunctions functions = ReadFunctions(file, path);
            if (options.Timeout is { } timeout)
            {
                Set(file, path, I2cAbi.SetTimeout, (nuint)Math.Ceiling(timeout.TotalMilliseconds / 10), "the time-out");
            }

            if (options.Retries is { } retries)
            {
                Set(file, path, I2cAbi.SetRetries, (nuint)retries, "the number of retries");
            }

            return new LinuxI2cBus(path, file, functions, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public II2cDevice Device(int address, I2cDeviceOptions? options = null)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var device = new I2cDevice(this, address, options);
        if (!device.Options.Force)
        {
            // On a descriptor of its own: a transfer may be using the other one.
            using SafeFileHandle file = DeviceNode.Open(Name, "i2c", Missing());
            Address(file, device);
        }

        return device;
    }

    /// <summary>Closes it. What runs ends; what waits fails with <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _file.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    LoopTask<int> II2cTransport.RunAsync(MainLoop loop, I2cTransfer transfer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _queue.Run(loop, static (work, _) => work.Bus.Run(work.Transfer), (Bus: this, Transfer: transfer), cancellationToken);
    }

    // On a thread of the pool, one at a time.
    private int Run(I2cTransfer transfer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (transfer.Protocol is { } protocol)
        {
            I2cTransfer.Segment block = transfer.Count > 0 ? transfer.Segments[0] : default;
            return RunCommand(transfer, new Smbus.Call(protocol, transfer.Command, transfer.Value, block));
        }

        if ((Functions & I2cFunctions.I2c) != 0)
        {
            RunMessages(transfer);
            return 0;
        }

        Smbus.Call call = Smbus.For(transfer, Functions, Name);
        int result = RunCommand(transfer, call);
        Span<byte> bytes = transfer.All.Slice(call.Block.Offset, call.Block.Length);
        switch (call.Protocol)
        {
            case SmbusProtocol.ReadByte or SmbusProtocol.ReadByteData:
                bytes[0] = (byte)result;
                break;
            case SmbusProtocol.ReadWordData or SmbusProtocol.ProcessCall:
                (bytes[0], bytes[1]) = ((byte)result, (byte)(result >> 8));
                break;
            case SmbusProtocol.ReadI2cBlock when result != bytes.Length:
                throw I2cErrors.Of(I2cFault.BadData, transfer.Device.Name, Name, $"{result} bytes in place of {bytes.Length}");
        }

        return 0;
    }

    private unsafe void RunMessages(I2cTransfer transfer)
    {
        I2cDevice device = transfer.Device;
        I2cAbi.Message* messages = stackalloc I2cAbi.Message[I2cAbi.MostMessages];
        fixed (byte* bytes = transfer.All)
        {
            ReadOnlySpan<I2cTransfer.Segment> segments = transfer.Segments;
            for (int i = 0; i < segments.Length; i++)
            {
                messages[i] = new I2cAbi.Message
                {
                    Address = (ushort)device.Address,
                    Flags = (ushort)((segments[i].IsRead ? I2cAbi.ReadMessage : 0) | (device.Options.TenBit ? I2cAbi.TenBitMessage : 0)),
                    Length = (ushort)segments[i].Length,
                    Bytes = (nint)(bytes + segments[i].Offset),
                };
            }

            var all = new I2cAbi.Messages { First = (nint)messages, Count = (uint)segments.Length };
            Control(device, I2cAbi.Transfer, &all);
        }
    }

    private unsafe int RunCommand(I2cTransfer transfer, in Smbus.Call call)
    {
        I2cDevice device = transfer.Device;
        Prepare(device);
        Span<byte> block = transfer.All.Slice(call.Block.Offset, call.Block.Length);
        byte* data = stackalloc byte[I2cAbi.DataSize];
        new Span<byte>(data, I2cAbi.DataSize).Clear();
        (byte direction, uint size) = Encode(call.Protocol);
        switch (call.Protocol)
        {
            case SmbusProtocol.WriteByteData:
                data[0] = (byte)call.Value;
                break;
            case SmbusProtocol.WriteWordData or SmbusProtocol.ProcessCall:
                *(ushort*)data = (ushort)call.Value;
                break;
            case SmbusProtocol.ReadI2cBlock:
                data[0] = (byte)block.Length;
                break;
            case SmbusProtocol.WriteBlockData or SmbusProtocol.WriteI2cBlock:
                data[0] = (byte)block.Length;
                block.CopyTo(new Span<byte>(data + 1, I2cAbi.LongestBlock));
                break;
        }

        var smbus = new I2cAbi.SmbusCall
        {
            Direction = direction,
            Command = call.Protocol == SmbusProtocol.WriteByte ? (byte)call.Value : call.Command, // where the kernel looks for it
            Size = size,
            Data = (nint)data,
        };
        Control(device, I2cAbi.SmbusTransfer, &smbus);
        switch (call.Protocol)
        {
            case SmbusProtocol.ReadByte or SmbusProtocol.ReadByteData:
                return data[0];
            case SmbusProtocol.ReadWordData or SmbusProtocol.ProcessCall:
                return *(ushort*)data;
            case SmbusProtocol.ReadBlockData or SmbusProtocol.ReadI2cBlock:
                if (data[0] > block.Length)
                {
                    throw I2cErrors.Of(I2cFault.BadData, device.Name, Name, $"a block of {data[0]} bytes, and room for {block.Length}");
                }

                new Span<byte>(data + 1, data[0]).CopyTo(block);
                return data[0];
            default:
                return 0;
        }
    }

    private static (byte Direction, uint Size) Encode(SmbusProtocol protocol) => protocol switch
    {
        SmbusProtocol.QuickWrite => (I2cAbi.Write, I2cAbi.Quick),
        SmbusProtocol.QuickRead => (I2cAbi.Read, I2cAbi.Quick),
        SmbusProtocol.ReadByte => (I2cAbi.Read, I2cAbi.Byte),
        SmbusProtocol.WriteByte => (I2cAbi.Write, I2cAbi.Byte),
        SmbusProtocol.ReadByteData => (I2cAbi.Read, I2cAbi.ByteData),
        SmbusProtocol.WriteByteData => (I2cAbi.Write, I2cAbi.ByteData),
        SmbusProtocol.ReadWordData => (I2cAbi.Read, I2cAbi.WordData),
        SmbusProtocol.WriteWordData => (I2cAbi.Write, I2cAbi.WordData),
        SmbusProtocol.ProcessCall => (I2cAbi.Write, I2cAbi.ProcessCall),
        SmbusProtocol.ReadBlockData => (I2cAbi.Read, I2cAbi.BlockData),
        SmbusProtocol.WriteBlockData => (I2cAbi.Write, I2cAbi.BlockData),
        SmbusProtocol.ReadI2cBlock => (I2cAbi.Read, I2cAbi.I2cBlockData),
        _ => (I2cAbi.Write, I2cAbi.I2cBlockData),
    };

    // An SMBus command goes to the address that is set. It is set each time, since the kernel then also finds a driver that has come meanwhile.
    private unsafe void Prepare(I2cDevice device)
    {
        if (device.Options.Pec != _isPec)
        {
            Control(device, I2cAbi.SetPec, (void*)(device.Options.Pec ? 1 : 0));
            _isPec = device.Options.Pec;
        }

        if (device.Options.TenBit != _isTenBit)
        {
            Control(device, I2cAbi.SetTenBit, (void*)(device.Options.TenBit ? 1 : 0));
            _isTenBit = device.Options.TenBit;
        }

        if (device.Options.Force)
        {
            Control(device, I2cAbi.ForceAddress, (void*)device.Address);
        }
        else if (Libc.Control(_file, I2cAbi.SetAddress, (void*)device.Address) != 0)
        {
            throw Refused(device, Errno.Last);
        }
    }

    private unsafe void Address(SafeFileHandle file, I2cDevice device)
    {
        if ((device.Options.TenBit && Libc.Control(file, I2cAbi.SetTenBit, (void*)1) != 0) || Libc.Control(file, I2cAbi.SetAddress, (void*)device.Address) != 0)
        {
            throw Refused(device, Errno.Last);
        }
    }

    private I2cException Refused(I2cDevice device, Errno error) => error != Errno.Busy
        ? Failure(device, error)
        : I2cErrors.Of(
            I2cFault.InUse,
            device.Name,
            Name,
            I2cSysfs.Driver(Name, device.Address, device.Options.TenBit) is { } driver
                ? $"the kernel's driver '{driver}' holds this address; use what the driver offers (/sys/bus/i2c/drivers/{driver}), or unload it, or set I2cDeviceOptions.Force to speak to the chip behind its back."
                : "a kernel driver holds this address; unload it, or set I2cDeviceOptions.Force to speak to the chip behind its back.",
            error.Number);

    private unsafe void Control(I2cDevice device, nuint request, void* argument)
    {
        while (Libc.Control(_file, request, argument) < 0)
        {
            Errno error = Errno.Last;
            if (error != Errno.Interrupted) // by a signal to this thread, such as the collector's: some adapters then give the transfer up
            {
                throw Failure(device, error);
            }
        }
    }

    private I2cException Failure(I2cDevice device, Errno error) => I2cErrors.Of(I2cErrno.Fault(error), device.Name, Name, error.Message, error.Number);

    private static string Missing()
    {
        IReadOnlyList<I2cBusInfo> buses = List();
        return buses.Count == 0
            ? "this machine shows no I2C bus: switch it on (on a Raspberry Pi 'sudo raspi-config', Interface Options, or dtparam=i2c_arm=on in config.txt) and load the module 'i2c-dev'"
            : $"there are {string.Join(", ", Array.ConvertAll<I2cBusInfo, string>([.. buses], static bus => $"{bus.Path} ({bus.Adapter})"))}";
    }

    private static unsafe I2cFunctions ReadFunctions(SafeFileHandle file, string path)
    {
        CULong functions; // unsigned long
        return Libc.Control(file, I2cAbi.GetFunctions, &functions) == 0
            ? (I2cFunctions)(uint)functions.Value
            : throw (Errno.Last == Errno.NotTerminal
                ? new IOException($"{path}: is no I2C bus; check the path.", Errno.NotTerminal.Number)
                : new IOException($"{path}: {Errno.Last.Message}.", Errno.Last.Number));
    }

    private static unsafe void Set(SafeFileHandle file, string path, nuint request, nuint value, string what)
    {
        if (Libc.Control(file, request, (void*)value) != 0)
        {
            throw new IOException($"{path}: the adapter does not take {what}: {Errno.Last.Message}.", Errno.Last.Number);
        }
    }
}
