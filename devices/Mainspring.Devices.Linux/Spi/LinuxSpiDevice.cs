using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>
/// A device of the kernel's spidev, /dev/spidevB.C. Its transfers run on the thread pool, one after the other, on one thread at the most, and are one ioctl each (SPI_IOC_MESSAGE).
/// Devices on one bus wait for each other in the kernel; give them one <see cref="ExecutorQueue"/>, and they do so without a thread each.
/// </summary>
public sealed unsafe class LinuxSpiDevice : ISpiDevice, SpiTransfers.IRunner
{
    private const string BufferSizePath = "/sys/module/spidev/parameters/bufsiz";
    private const uint KnownModes =
        SpiAbi.ModeMask | SpiAbi.ChipSelectHigh | SpiAbi.LsbFirst | SpiAbi.ThreeWire | SpiAbi.LoopBack | SpiAbi.NoChipSelect;

    private readonly SafeFileHandle _file;
    private readonly ExecutorQueue _queue;
    private readonly SpiTransfers _transfers;
    private volatile bool _isDisposed;

    private LinuxSpiDevice(string path, SafeFileHandle file, SpiOptions settings, ExecutorQueue? queue)
    {
        (Name, _file, Settings, _queue) = (path, file, settings, queue ?? new ExecutorQueue(path));
        MaxTransferBytes = BufferSize();
        _transfers = new SpiTransfers(path, MaxTransferBytes, this);
    }

    /// <summary>The path.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public SpiOptions Settings { get; }

    /// <inheritdoc/>
    public int MaxTransferBytes { get; }

    /// <summary>The SPI devices of this machine that programs may open.</summary>
    /// <returns>Their paths, sorted.</returns>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public static IReadOnlyList<string> List()
    {
        LinuxOnly.Check("SPI devices", nameof(LinuxSpiDevice), LinuxOnly.SpiInstead);
        return [.. Directory.EnumerateFiles("/dev", "spidev*").Order(StringComparer.Ordinal)];
    }

    /// <summary>Opens a device by the numbers of its bus and chip select. Short; nothing is sent.</summary>
    /// <param name="bus">The B of /dev/spidevB.C.</param>
    /// <param name="chipSelect">The C of /dev/spidevB.C.</param>
    /// <param name="options">How it is spoken to; null is mode 0, 8 bits, and the driver's clock.</param>
    /// <param name="queue">The queue of the bus, when several devices on it are used; null makes one.</param>
    /// <returns>The device.</returns>
    /// <exception cref="IOException">It is not there, may not be opened, or cannot do what the options want; the message says what to do.</exception>
    public static LinuxSpiDevice Open(int bus, int chipSelect, SpiOptions? options = null, ExecutorQueue? queue = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bus);
        ArgumentOutOfRangeException.ThrowIfNegative(chipSelect);
        return Open($"/dev/spidev{bus}.{chipSelect}", options, queue);
    }

    /// <summary>Opens a device by its path, as <see cref="Open(int, int, SpiOptions, ExecutorQueue)"/>.</summary>
    /// <param name="path">The path, or a link to it.</param>
    /// <param name="options">How it is spoken to; null is mode 0, 8 bits, and the driver's clock.</param>
    /// <param name="queue">The queue of the bus, when several devices on it are used; null makes one.</param>
    /// <returns>The device.</returns>
    /// <exception cref="IOException">It is not there, may not be opened, or cannot do what the options want; the message says what to do.</exception>
    public static LinuxSpiDevice Open(string path, SpiOptions? options = null, ExecutorQueue? queue = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        LinuxOnly.Check(path, nameof(LinuxSpiDevice), LinuxOnly.SpiInstead);
        SafeFileHandle file = DeviceNode.Open(
            path, "spi", "switch the bus on (on a Raspberry Pi 'sudo raspi-config', Interface Options, or dtparam=spi=on in config.txt); 'ls /dev/spidev*' shows what there is");
        try
        {
            options ??= new SpiOptions();
            Configure(file, path, options);
            return new LinuxSpiDevice(path, file, ReadSettings(file, path, options), queue);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public LoopTask TransferAsync(MainLoop loop, ReadOnlyMemory<byte> write, Memory<byte> read, CancellationToken cancellationToken = default) =>
        _transfers.Run(loop, write, read, cancellationToken);

    /// <inheritdoc/>
    public LoopTask TransferAsync(MainLoop loop, ReadOnlyMemory<SpiSegment> segments, CancellationToken cancellationToken = default) =>
        _transfers.Run(loop, segments, cancellationToken);

    /// <summary>Closes it. What runs ends; what waits fails with <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _file.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    LoopTask<int> SpiTransfers.IRunner.RunAsync(MainLoop loop, SpiTransfer transfer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _queue.Run(loop, static (work, _) => work.Device.Run(work.Transfer), (Device: this, Transfer: transfer), cancellationToken);
    }

    // On a thread of the pool, one at a time.
    private int Run(SpiTransfer transfer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        SpiAbi.Transfer* messages = stackalloc SpiAbi.Transfer[transfer.Count];
        fixed (byte* written = transfer.Written, read = transfer.Read)
        {
            for (int i = 0; i < transfer.Count; i++)
            {
                ref readonly SpiTransfer.Segment segment = ref transfer.Segments[i];
                messages[i] = new SpiAbi.Transfer
                {
                    Written = (ulong)(written + segment.Offset),
                    Read = (ulong)(read + segment.Offset),
                    Length = (uint)segment.Length,
                    Speed = segment.SpeedHz,
                    Delay = segment.DelayMicroseconds,
                    BitsPerWord = segment.BitsPerWord,
                    ChipSelectChange = segment.TogglesChipSelect ? (byte)1 : (byte)0,
                };
            }

            nuint request = SpiAbi.NoMessage + (SpiAbi.MessageStep * (nuint)transfer.Count);
            while (Libc.Control(_file, request, messages) < 0)
            {
                Errno error = Errno.Last;
                if (error != Errno.Interrupted)
                {
                    throw Failure(Name, error, $"a transfer of {transfer.Length} bytes in {transfer.Count} segments");
                }
            }
        }

        return transfer.Length;
    }

    private static void Configure(SafeFileHandle file, string path, SpiOptions options)
    {
        uint mode;
        Check(Libc.Control(file, SpiAbi.GetMode, &mode), path, "to tell its mode");
        mode = (mode & ~KnownModes) | (uint)options.Mode | Flag(options.ChipSelectHigh, SpiAbi.ChipSelectHigh) | Flag(options.LsbFirst, SpiAbi.LsbFirst)
            | Flag(options.ThreeWire, SpiAbi.ThreeWire) | Flag(options.LoopBack, SpiAbi.LoopBack) | Flag(options.NoChipSelect, SpiAbi.NoChipSelect);
        Check(Libc.Control(file, SpiAbi.SetMode, &mode), path, $"mode {options.Mode}{Extras(options)}");
        byte bits = (byte)options.BitsPerWord;
        Check(Libc.Control(file, SpiAbi.SetBits, &bits), path, $"words of {options.BitsPerWord} bits");
        if (options.SpeedHz is { } speed)
        {
            uint clock = (uint)speed;
            Check(Libc.Control(file, SpiAbi.SetSpeed, &clock), path, $"{speed} clocks per second");
        }
    }

    private static SpiOptions ReadSettings(SafeFileHandle file, string path, SpiOptions wanted)
    {
        uint mode, speed;
        byte bits;
        Check(Libc.Control(file, SpiAbi.GetMode, &mode), path, "to tell its mode");
        Check(Libc.Control(file, SpiAbi.GetBits, &bits), path, "to tell its word size");
        Check(Libc.Control(file, SpiAbi.GetSpeed, &speed), path, "to tell its clock");
        var settings = new SpiOptions
        {
            Mode = (int)(mode & SpiAbi.ModeMask),
            SpeedHz = speed is > 0 and <= int.MaxValue ? (int)speed : null,
            BitsPerWord = bits == 0 ? 8 : bits, // the kernel's way to say 8
            LsbFirst = (mode & SpiAbi.LsbFirst) != 0,
            ChipSelectHigh = (mode & SpiAbi.ChipSelectHigh) != 0,
            NoChipSelect = (mode & SpiAbi.NoChipSelect) != 0,
            ThreeWire = (mode & SpiAbi.ThreeWire) != 0,
            LoopBack = (mode & SpiAbi.LoopBack) != 0,
        };

        // The polarity of the chip select may be the device tree's business, and the clock is the nearest below.
        SpiOptions compared = wanted with { SpeedHz = settings.SpeedHz, ChipSelectHigh = settings.ChipSelectHigh };
        return compared == settings
            ? settings
            : throw new IOException($"{path}: the driver did not take the settings: wanted {wanted}, found {settings}; choose what the controller can do.", Errno.Invalid.Number);
    }

    private static string Extras(SpiOptions options)
    {
        string extras = string.Join(", ", new[]
        {
            options.ChipSelectHigh ? "ChipSelectHigh" : "",
            options.LsbFirst ? "LsbFirst" : "",
            options.ThreeWire ? "ThreeWire" : "",
            options.LoopBack ? "LoopBack" : "",
            options.NoChipSelect ? "NoChipSelect" : "",
        }.Where(static extra => extra.Length > 0));
        return extras.Length > 0 ? $" with {extras}" : "";
    }

    private static uint Flag(bool isSet, uint bit) => isSet ? bit : 0;

    private static void Check(int result, string path, string what)
    {
        if (result < 0)
        {
            throw Failure(path, Errno.Last, what);
        }
    }

    private static IOException Failure(string path, Errno error, string what) => new(
        error switch
        {
            _ when error == Errno.NotTerminal => $"{path}: is no SPI device; check the path.",
            _ when error == Errno.Invalid => $"{path}: the controller does not take {what}; choose what it can do.",
            _ when error == Errno.NoDevice => $"{path}: its driver was unloaded; open it again.",
            { Number: SpiAbi.TooLong } => $"{path}: {what}: more than the buffer of spidev takes, in which each segment is rounded up; send it in parts, or give 'spidev.bufsiz=' on the kernel's command line.",
            _ => $"{path}: {what}: {error.Message}.",
        },
        error.Number);

    private static int BufferSize() =>
        File.Exists(BufferSizePath) && int.TryParse(File.ReadAllText(BufferSizePath), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int size) && size > 0
            ? size
            : 4096; // spidev's own
}
