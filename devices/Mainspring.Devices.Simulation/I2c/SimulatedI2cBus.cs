namespace Mainspring.Devices.Simulation;

/// <summary>An I2C bus in memory, for one loop, whose transfers take exactly the time that their device says on the loop's clock. Loop's thread only.</summary>
public sealed class SimulatedI2cBus : II2cBus, II2cTransport
{
    private readonly Dictionary<(int Address, bool TenBit), SimulatedI2cDevice> _devices = [];
    private readonly Dictionary<(int Address, bool TenBit), string> _drivers = [];
    private readonly I2cTransferPool _pool = new();
    private readonly SimulatedQueue<I2cTransfer> _queue;
    private bool _isDisposed;

    /// <summary>Makes a bus.</summary>
    /// <param name="name">Its name for messages.</param>
    /// <param name="functions">What its adapter can do; without <see cref="I2cFunctions.I2c"/> it speaks SMBus only.</param>
    public SimulatedI2cBus(string name = "simulated-i2c", I2cFunctions functions = (I2cFunctions)0x0FFF000B)
    {
        (Name, Functions) = (name, functions);
        _queue = new SimulatedQueue<I2cTransfer>(name, Duration, Run);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public I2cFunctions Functions { get; }

    /// <inheritdoc/>
    public int Waiting => _queue.Count;

    /// <summary>A device holds a line low: transfers that begin now fail after <see cref="Timeout"/>, unless it has let go by then.</summary>
    public bool IsStuck { get; set; }

    /// <summary>How long the adapter waits for a bus that is stuck.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many transfers have ended, whichever way.</summary>
    public long Transfers { get; private set; }

    I2cTransferPool II2cTransport.Pool => _pool;

    /// <summary>Connects a device.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="device">The device.</param>
    /// <param name="tenBit">The address has 10 bits.</param>
    /// <exception cref="ArgumentException">There is one at that address.</exception>
    public void Add(int address, SimulatedI2cDevice device, bool tenBit = false)
    {
        ArgumentNullException.ThrowIfNull(device);
        _devices.Add((address, tenBit), device);
    }

    /// <summary>Disconnects the device at an address: nothing answers there any more.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="tenBit">The address has 10 bits.</param>
    /// <returns>False when there was none.</returns>
    public bool Remove(int address, bool tenBit = false) => _devices.Remove((address, tenBit));

    /// <summary>Has a driver hold an address, so that <see cref="Device"/> refuses it; null lets it go.</summary>
    /// <param name="address">The address.</param>
    /// <param name="driver">The driver's name.</param>
    /// <param name="tenBit">The address has 10 bits.</param>
    public void Hold(int address, string? driver, bool tenBit = false)
    {
        if (driver is null)
        {
            _drivers.Remove((address, tenBit));
        }
        else
        {
            _drivers[(address, tenBit)] = driver;
        }
    }

    /// <inheritdoc/>
    public II2cDevice Device(int address, I2cDeviceOptions? options = null)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var device = new I2cDevice(this, address, options);
        return device.Options.Force || !_drivers.TryGetValue((address, device.Options.TenBit), out string? driver)
            ? device
            : throw I2cErrors.Of(I2cFault.InUse, device.Name, Name, $"the driver '{driver}' holds this address; unload it, or set I2cDeviceOptions.Force to speak to the chip behind its back.");
    }

    /// <summary>Closes it: what runs ends, what waits fails with <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _isDisposed = true;

    /// <inheritdoc/>
    public override string ToString() => Name;

    LoopTask<int> II2cTransport.RunAsync(MainLoop loop, I2cTransfer transfer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _queue.Run(loop, transfer, cancellationToken);
    }

    private TimeSpan Duration(I2cTransfer transfer) =>
        _isDisposed ? TimeSpan.Zero : IsStuck ? Timeout : Find(transfer)?.Latency ?? TimeSpan.Zero;

    private SimulatedI2cDevice? Find(I2cTransfer transfer) => _devices.GetValueOrDefault((transfer.Device.Address, transfer.Device.Options.TenBit));

    private int Run(I2cTransfer transfer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Transfers++;
        if (IsStuck)
        {
            throw Failure(transfer, I2cFault.TimedOut);
        }

        SimulatedI2cDevice device = Find(transfer) ?? throw Failure(transfer, I2cFault.NoAnswer);
        if (device.TakeFault() is { } fault)
        {
            throw Failure(transfer, fault);
        }

        if (transfer.Protocol is { } protocol)
        {
            return RunCommand(device, transfer, new Smbus.Call(protocol, transfer.Command, transfer.Value, transfer.Count > 0 ? transfer.Segments[0] : default));
        }

        if ((Functions & I2cFunctions.I2c) == 0)
        {
            Smbus.Call call = Smbus.For(transfer, Functions, Name);
            int result = RunCommand(device, transfer, call);
            Span<byte> bytes = transfer.All.Slice(call.Block.Offset, call.Block.Length);
            if (call.Protocol is SmbusProtocol.ReadByte or SmbusProtocol.ReadByteData or SmbusProtocol.ReadWordData or SmbusProtocol.ProcessCall)
            {
                bytes[0] = (byte)result;
                if (bytes.Length == 2)
                {
                    bytes[1] = (byte)(result >> 8);
                }
            }

            return 0;
        }

        for (int i = 0; i < transfer.Count; i++)
        {
            if (transfer.Segments[i].IsRead)
            {
                device.Read(transfer.Bytes(i));
            }
            else
            {
                device.Write(transfer.Bytes(i));
            }
        }

        return 0;
    }

    // What the command puts on the wires.
    private int RunCommand(SimulatedI2cDevice device, I2cTransfer transfer, in Smbus.Call call)
    {
        Span<byte> block = transfer.All.Slice(call.Block.Offset, call.Block.Length);
        Span<byte> bytes = stackalloc byte[I2cTransfer.LongestBlock + 2];
        (byte low, byte high) = ((byte)call.Value, (byte)(call.Value >> 8));
        bytes[0] = call.Command;
        switch (call.Protocol)
        {
            case SmbusProtocol.QuickRead or SmbusProtocol.QuickWrite:
                return 0;
            case SmbusProtocol.ReadByte:
                device.Read(bytes[..1]);
                return bytes[0];
            case SmbusProtocol.WriteByte:
                device.Write([low]);
                return 0;
            case SmbusProtocol.ReadByteData:
                device.Write(bytes[..1]);
                device.Read(bytes[..1]);
                return bytes[0];
            case SmbusProtocol.WriteByteData:
                device.Write([call.Command, low]);
                return 0;
            case SmbusProtocol.ReadWordData:
                device.Write(bytes[..1]);
                device.Read(bytes[..2]);
                return bytes[0] | (bytes[1] << 8);
            case SmbusProtocol.WriteWordData:
                device.Write([call.Command, low, high]);
                return 0;
            case SmbusProtocol.ProcessCall:
                device.Write([call.Command, low, high]);
                device.Read(bytes[..2]);
                return bytes[0] | (bytes[1] << 8);
            case SmbusProtocol.ReadI2cBlock:
                device.Write(bytes[..1]);
                device.Read(block);
                return block.Length;
            case SmbusProtocol.WriteI2cBlock:
                block.CopyTo(bytes[1..]);
                device.Write(bytes[..(block.Length + 1)]);
                return 0;
            case SmbusProtocol.ReadBlockData:
                device.Write(bytes[..1]);
                device.Read(bytes[..(I2cTransfer.LongestBlock + 1)]);
                int count = bytes[0];
                if (count == 0 || count > block.Length)
                {
                    throw Failure(transfer, I2cFault.BadData);
                }

                bytes.Slice(1, count).CopyTo(block);
                return count;
            default:
                bytes[1] = (byte)block.Length;
                block.CopyTo(bytes[2..]);
                device.Write(bytes[..(block.Length + 2)]);
                return 0;
        }
    }

    private I2cException Failure(I2cTransfer transfer, I2cFault fault) => I2cErrors.Of(fault, transfer.Device.Name, Name, "simulated");
}
