using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>Opens and closes terminals as serial lines (open(2), flock(2), ioctl_tty(2)).</summary>
internal static unsafe class SerialDevice
{
    /// <summary>Opens a device, takes it exclusively where that is wanted, and configures it.</summary>
    /// <exception cref="IOException">It is not there, refuses, or is no terminal; the message says what to do.</exception>
    public static SafeFileHandle Open(string device, SerialOptions options)
    {
        SafeFileHandle file = Open(device);
        bool isTaken = false; // what another one has taken is not ours to give back
        try
        {
            Termios2 before = Settings(file, device);
            int number;
            if (Libc.Control(file, Libc.GetPseudoTerminalNumber, &number) == 0)
            {
                throw SerialErrors.Multiplexer(device);
            }

            if (options.Exclusive)
            {
                TakeExclusively(file, device);
                isTaken = true;
            }

            Configure(file, device, before, options);
            SetLines(file, device, options);
            if (options.LowLatency)
            {
                SetLowLatency(file, device);
            }

            return file;
        }
        catch
        {
            Close(file, isTaken);
            throw;
        }
    }

    /// <summary>Opens a path that may be a terminal, without becoming its session and without waiting for a carrier.</summary>
    public static SafeFileHandle Open(string device)
    {
        while (true)
        {
            int descriptor = Libc.Open(device, Libc.OpenDevice);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            if (Errno.Last != Errno.Interrupted)
            {
                throw SerialErrors.Opening(device, Errno.Last);
            }
        }
    }

    /// <summary>Closes a device. The loop does not wait for what the device has not sent yet.</summary>
    public static void Close(SafeFileHandle file, bool exclusive)
    {
        // What fails here fails because the device is gone, and its locks with it.
        int unsent = 0;
        _ = Libc.Control(file, Libc.GetOutputQueue, &unsent);
        if (exclusive)
        {
            // Others may hold the terminal open, and then it would stay exclusive.
            _ = Libc.Control(file, Libc.ClearExclusive, null);
            _ = Libc.Lock(file, Libc.Unlock);
        }

        if (unsent > 0)
        {
            // close(2) of a serial line waits until all is sent, up to 30 s while the other side holds it back.
            ThreadPool.UnsafeQueueUserWorkItem(static file => file.Dispose(), file, preferLocal: false);
        }
        else
        {
            file.Dispose();
        }
    }

    /// <summary>The settings that are in force.</summary>
    public static Termios2 Settings(SafeFileHandle file, string device)
    {
        Termios2 settings;
        return Libc.Control(file, Libc.GetTermios2, &settings) == 0 ? settings : throw SerialErrors.Configuring(device, Errno.Last);
    }

    // TIOCEXCL refuses everybody else, but not the superuser; flock(2) refuses also him, but only where it is asked.
    private static void TakeExclusively(SafeFileHandle file, string device)
    {
        if (Libc.Lock(file, Libc.LockExclusively) != 0)
        {
            throw Errno.Last == Errno.Again ? SerialErrors.InUse(device) : SerialErrors.Configuring(device, Errno.Last);
        }

        if (Libc.Control(file, Libc.SetExclusive, null) != 0)
        {
            throw SerialErrors.Configuring(device, Errno.Last);
        }
    }

    private static void Configure(SafeFileHandle file, string device, in Termios2 before, SerialOptions options)
    {
        Termios2 wanted = TerminalSettings.Raw(before, options);
        if (Libc.Control(file, Libc.SetTermios2, &wanted) != 0)
        {
            throw Errno.Last == Errno.Invalid ? SerialErrors.Unsupported(device, "these settings") : SerialErrors.Configuring(device, Errno.Last);
        }

        // The call succeeds when any one setting was taken.
        Termios2 set = Settings(file, device);
        if (TerminalSettings.Difference(in set, options, hasNoLine: IsPseudoTerminal(device)) is { } difference)
        {
            throw SerialErrors.Unsupported(device, difference);
        }
    }

    private static void SetLines(SafeFileHandle file, string device, SerialOptions options)
    {
        ModemLines on = (options.Dtr == true ? ModemLines.Dtr : 0) | (options.Rts == true ? ModemLines.Rts : 0);
        ModemLines off = (options.Dtr == false ? ModemLines.Dtr : 0) | (options.Rts == false ? ModemLines.Rts : 0);
        SerialLines.Write(file, device, on, off);
    }

    /// <summary>Whether the driver hands over each byte at once.</summary>
    public static bool IsLowLatency(SafeHandle file)
    {
        byte* serial = stackalloc byte[SerialAbi.SerialSize];
        return Libc.Control((SafeFileHandle)file, SerialAbi.GetSerial, serial) == 0 && (*(int*)(serial + SerialAbi.SerialFlagsOffset) & SerialAbi.LowLatency) != 0;
    }

    private static void SetLowLatency(SafeFileHandle file, string device)
    {
        byte* serial = stackalloc byte[SerialAbi.SerialSize];
        int* flags = (int*)(serial + SerialAbi.SerialFlagsOffset);
        if (Libc.Control(file, SerialAbi.GetSerial, serial) == 0)
        {
            *flags |= SerialAbi.LowLatency;
            if (Libc.Control(file, SerialAbi.SetSerial, serial) == 0)
            {
                return;
            }
        }

        throw SerialErrors.LowLatency(device, Errno.Last);
    }

    private static bool IsPseudoTerminal(string device)
    {
        string target = File.ResolveLinkTarget(device, returnFinalTarget: true)?.FullName ?? device;
        return target.StartsWith("/dev/pts/", StringComparison.Ordinal);
    }
}
