using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>Opens terminals, and asks and sets what they are (open(2), tty(4), ioctl_tty(2)).</summary>
internal static unsafe class TerminalDevice
{
    public const string Controlling = "/dev/tty";
    private const int UsualColumns = 80;
    private const int UsualRows = 24;

    /// <summary>
    /// Opens a terminal anew: that gives a description of its own, so that its reads do not block while those of the shell, which shares standard input with this program, still do.
    /// </summary>
    /// <exception cref="IOException">There is none, or it refuses; the message says what to do.</exception>
    public static SafeFileHandle Open(string device)
    {
        SafeFileHandle file = TryOpen(device, out Errno error);
        if (error == Errno.NoAddress && device == Controlling && InputTerminal() is { } path)
        {
            device = path; // no session of ours has it, but somebody gave it to us
            file = TryOpen(device, out error);
        }

        if (error != Errno.None)
        {
            throw TerminalErrors.Opening(device, error);
        }

        if (!TryGetSettings(file, out _, out error))
        {
            file.Dispose();
            throw TerminalErrors.Opening(device, error);
        }

        return file;
    }

    /// <summary>The settings that are in force.</summary>
    public static bool TryGetSettings(SafeFileHandle file, out Termios2 settings, out Errno error)
    {
        Termios2 found;
        error = Libc.Control(file, Libc.GetTermios2, &found) == 0 ? Errno.None : Errno.Last;
        settings = found;
        return error == Errno.None;
    }

    /// <summary>Puts settings into force at once.</summary>
    public static Errno Set(SafeFileHandle file, Termios2 settings)
    {
        while (Libc.Control(file, Libc.SetTermios2, &settings) != 0)
        {
            if (Errno.Last != Errno.Interrupted)
            {
                return Errno.Last;
            }
        }

        return Errno.None;
    }

    /// <summary>Raw mode: bytes as they are typed. Output stays as it is, so that what others write to the terminal has its lines.</summary>
    public static Termios2 Raw(in Termios2 before, bool withSignals)
    {
        Termios2 raw = before;
        raw.Input &= ~(Termios2.IgnoreBreak | TerminalAbi.BreakInterrupts | Termios2.MarkErrors | TerminalAbi.StripInput | TerminalAbi.NewlineToReturn | TerminalAbi.IgnoreReturn
            | TerminalAbi.ReturnToNewline | Termios2.XonXoffOut);
        raw.Local &= ~(TerminalAbi.Echo | TerminalAbi.EchoNewline | TerminalAbi.Lines | TerminalAbi.Extended | (withSignals ? 0 : TerminalAbi.Signals));
        raw.Special[Termios2.MinimumIndex] = 1;
        raw.Special[Termios2.TimeIndex] = 0;
        return raw;
    }

    /// <summary>Its size in cells; 80 x 24 where it does not know.</summary>
    public static (int Columns, int Rows) Size(SafeFileHandle file)
    {
        TerminalAbi.WindowSize size = default;
        return Libc.Control(file, TerminalAbi.GetWindowSize, &size) == 0 && size is { Columns: > 0, Rows: > 0 } ? (size.Columns, size.Rows) : (UsualColumns, UsualRows);
    }

    /// <summary>Whether this process may use it now: not when the shell has put it into the background. A terminal of another session knows no background.</summary>
    public static bool IsForeground(SafeFileHandle file)
    {
        int group = 0;
        return Libc.Control(file, TerminalAbi.GetForeground, &group) != 0 || group == Libc.ProcessGroup(0);
    }

    /// <summary>Throws away what was not read, or not shown yet.</summary>
    public static void Discard(SafeFileHandle file, bool output) => _ = Libc.Control(file, SerialAbi.Flush, (void*)(output ? SerialAbi.FlushOutput : SerialAbi.FlushInput));

    private static SafeFileHandle TryOpen(string device, out Errno error)
    {
        int descriptor;
        do
        {
            descriptor = Libc.Open(device, Libc.OpenDevice);
            error = descriptor < 0 ? Errno.Last : Errno.None;
        }
        while (error == Errno.Interrupted);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static string? InputTerminal() =>
        File.ResolveLinkTarget("/proc/self/fd/0", returnFinalTarget: false)?.FullName is { } path && path.StartsWith("/dev/", StringComparison.Ordinal) && path != "/dev/null" ? path : null;
}
