using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mainspring.Windows;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Windows;

/// <summary>Opens serial ports as <see cref="SerialOptions"/> say.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe class SerialDevice
{
    private const double RateTolerance = 0.03;
    private const string Namespace = @"\\.\";

    /// <summary>Refuses what Windows cannot do, so that a program learns it at once.</summary>
    /// <exception cref="NotSupportedException">See <see cref="WindowsSerialPort"/>.</exception>
    public static void Check(string device, SerialOptions options)
    {
        string? wrong = options switch
        {
            { LowLatency: true } => "LowLatency: there it is a setting of the driver (the device manager's 'Latency timer'); leave it off",
            { HangUpOnCarrierLoss: true } => "HangUpOnCarrierLoss; leave it off, and watch the line with StatusPeriod",
            { HangUpOnClose: false } => "HangUpOnClose = false: drivers let DTR fall when a port is closed; leave it null",
            { Exclusive: false } => "Exclusive = false: every port is opened exclusively; leave it true",
            _ => null,
        };
        if (wrong is not null)
        {
            throw new NotSupportedException($"{device}: Windows does not offer SerialOptions.{wrong}.");
        }
    }

    /// <summary>Opens a port, for overlapped reads and writes.</summary>
    /// <exception cref="IOException">It is not there or refuses; the message says what to do.</exception>
    public static SafeFileHandle Open(string device, SerialOptions options)
    {
        // Without the prefix only COM1 to COM9 are names. What begins so is a path already, such as that of a device's interface (\\?\…).
        string path = device.StartsWith(@"\\", StringComparison.Ordinal) ? device : Namespace + device;
        SafeFileHandle file = Kernel32.OpenFile(path, Kernel32.GenericRead | Kernel32.GenericWrite, 0, null, Kernel32.OpenExisting, Kernel32.Overlapped, 0);
        if (file.IsInvalid)
        {
            throw SerialErrors.Opening(device, Marshal.GetLastPInvokeError());
        }

        try
        {
            Configure(file, device, options);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void Configure(SafeFileHandle file, string device, SerialOptions options)
    {
        SerialAbi.DeviceControl state = new() { Length = (uint)sizeof(SerialAbi.DeviceControl) };
        if (!SerialAbi.GetState(file, &state))
        {
            throw SerialErrors.Asking(device, Marshal.GetLastPInvokeError());
        }

        SerialAbi.DeviceControl wanted = state;
        Fill(ref wanted, options);
        if (!SerialAbi.SetState(file, &wanted))
        {
            throw SerialErrors.Unsupported(device, $"{options.BaudRate} baud with these settings", Marshal.GetLastPInvokeError());
        }

        if (SerialAbi.GetState(file, &state) && Difference(in state, options) is { } difference)
        {
            throw SerialErrors.Unsupported(device, difference, SerialAbi.InvalidParameter);
        }

        // No time-outs: a read ends when it has all that it asked for. That is one byte, and then what the driver has besides: all drivers agree on that, and not on the time-outs that would save the first.
        SerialAbi.Timeouts timeouts = default;
        if (!SerialAbi.SetTimeouts(file, &timeouts))
        {
            throw SerialErrors.Refused(device, "to set its time-outs was");
        }

        _ = SerialAbi.SetQueues(file, (uint)Math.Max(options.ReadBufferSize, 16384), 4096); // a recommendation
    }

    /// <summary>What is to be set.</summary>
    internal static void Fill(ref SerialAbi.DeviceControl state, SerialOptions options)
    {
        bool hasRtsCts = options.FlowControl.HasFlag(FlowControl.RtsCts), hasXonXoff = options.FlowControl.HasFlag(FlowControl.XonXoff);
        state.BaudRate = (uint)options.BaudRate;
        state.DataBits = (byte)options.DataBits;
        state.Parity = (byte)options.Parity;                              // NOPARITY, ODDPARITY, EVENPARITY, MARKPARITY, SPACEPARITY
        state.StopBits = options.StopBits == StopBits.Two ? (byte)2 : (byte)0; // TWOSTOPBITS, ONESTOPBIT
        state.Flags = 1                                                   // fBinary
            | (options.Parity != Parity.None ? 1u << 1 : 0)               // fParity
            | (hasRtsCts ? 1u << 2 : 0)                                   // fOutxCtsFlow
            | (options.Dtr ?? true ? 1u << 4 : 0)                         // fDtrControl: DTR_CONTROL_ENABLE
            | (hasXonXoff ? 1u << 7 | 1u << 8 | 1u << 9 : 0)              // fTXContinueOnXoff: who holds the other back goes on sending, as on Linux; fOutX, fInX
            | (hasRtsCts ? 2u << 12 : options.Rts ?? true ? 1u << 12 : 0); // fRtsControl: RTS_CONTROL_HANDSHAKE, RTS_CONTROL_ENABLE
        (state.Xon, state.Xoff) = (0x11, 0x13);
        (state.XonLimit, state.XoffLimit) = (2048, 512);
    }

    /// <summary>What the driver offers in place of what was asked for; null when it is the same.</summary>
    internal static string? Difference(in SerialAbi.DeviceControl state, SerialOptions options) => 0 switch
    {
        _ when Math.Abs((double)state.BaudRate - options.BaudRate) > options.BaudRate * RateTolerance => $"{options.BaudRate} baud (it offers {state.BaudRate})",
        _ when state.DataBits != options.DataBits => $"{options.DataBits} data bits",
        _ when state.Parity != (byte)options.Parity => $"parity {options.Parity}",
        _ when state.StopBits == 2 != (options.StopBits == StopBits.Two) => $"{options.StopBits} stop bits",
        _ => null,
    };
}
