using System.IO.Ports;

namespace Mainspring.Devices.Ports;

/// <summary>Opens ports of the package as <see cref="SerialOptions"/> say.</summary>
internal static class PortSettings
{
    /// <summary>Refuses what the package cannot do, so that a program learns it at once.</summary>
    /// <exception cref="NotSupportedException">See <see cref="SerialPortSource"/>.</exception>
    public static void Check(string device, SerialOptions options)
    {
        string? wrong = options switch
        {
            { LowLatency: true } => "LowLatency; leave it off",
            { HangUpOnCarrierLoss: true } => "HangUpOnCarrierLoss; leave it off, and watch the line with StatusPeriod",
            { HangUpOnClose: not null } => "HangUpOnClose; leave it null",
            { Exclusive: false } => "Exclusive = false: it opens every port exclusively; leave it true",
            { Parity: Parity.Mark or Parity.Space } when !OperatingSystem.IsWindows() => $"Parity.{options.Parity} on this system, where it would send none; choose another",
            _ => null,
        };
        if (wrong is not null)
        {
            throw new NotSupportedException($"{device}: System.IO.Ports does not offer SerialOptions.{wrong}, or on Linux use LinuxSerialPort.");
        }
    }

    /// <summary>Opens a port.</summary>
    /// <exception cref="IOException">It is not there or refuses; the message says what to do.</exception>
    public static SerialPort Open(string device, SerialOptions options)
    {
        bool hasChoice = options.Dtr is null || options.Rts is null;
        try
        {
            return Open(device, options, options.Dtr ?? true, options.Rts ?? true);
        }
        catch (IOException) when (hasChoice)
        {
            // Perhaps for the lines that nobody has asked for. If for something else, it is refused again.
        }
        catch (Exception exception) when (PortErrors.IsExpected(exception))
        {
            throw PortErrors.Opening(device, options, exception);
        }

        try
        {
            return Open(device, options, options.Dtr ?? false, options.Rts ?? false);
        }
        catch (Exception exception) when (PortErrors.IsExpected(exception))
        {
            throw PortErrors.Opening(device, options, exception);
        }
    }

    private static SerialPort Open(string device, SerialOptions options, bool dtr, bool rts)
    {
        var port = new SerialPort(device, options.BaudRate, (System.IO.Ports.Parity)options.Parity, options.DataBits, options.StopBits == StopBits.Two ? System.IO.Ports.StopBits.Two : System.IO.Ports.StopBits.One)
        {
            Handshake = options.FlowControl switch
            {
                FlowControl.RtsCts => Handshake.RequestToSend,
                FlowControl.XonXoff => Handshake.XOnXOff,
                FlowControl.None => Handshake.None,
                _ => Handshake.RequestToSendXOnXOff,
            },
            DtrEnable = dtr,
            ReadTimeout = SerialPort.InfiniteTimeout,
            WriteTimeout = SerialPort.InfiniteTimeout,
        };
        bool isDriversRts = options.FlowControl.HasFlag(FlowControl.RtsCts);
        try
        {
            if (!isDriversRts)
            {
                port.RtsEnable = rts;
            }

            port.Open();

            // Where there are no lines, the package says nothing when they are to be released. Reading them tells.
            _ = options.Dtr is null || port.DtrEnable;
            _ = options.Rts is null || isDriversRts || port.RtsEnable;
            return port;
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }
}
