using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>Modem lines, breaks and counters of a serial line (ioctl_tty(2)).</summary>
internal static unsafe class SerialLines
{
    public static bool TryRead(SafeFileHandle file, out ModemLines lines)
    {
        int bits;
        bool hasLines = Libc.Control(file, SerialAbi.GetModemLines, &bits) == 0;
        lines = hasLines
            ? Line(bits, SerialAbi.LineDtr, ModemLines.Dtr) | Line(bits, SerialAbi.LineRts, ModemLines.Rts) | Line(bits, SerialAbi.LineCts, ModemLines.Cts)
                | Line(bits, SerialAbi.LineDsr, ModemLines.Dsr) | Line(bits, SerialAbi.LineDcd, ModemLines.Dcd) | Line(bits, SerialAbi.LineRi, ModemLines.Ri)
            : ModemLines.None;
        return hasLines;
    }

    public static void Write(SafeFileHandle file, string device, ModemLines on, ModemLines off)
    {
        Change(file, device, SerialAbi.SetModemBits, on);
        Change(file, device, SerialAbi.ClearModemBits, off);
    }

    public static void SetBreak(SafeFileHandle file, string device, bool isOn)
    {
        if (Libc.Control(file, isOn ? SerialAbi.StartBreak : SerialAbi.EndBreak, null) != 0)
        {
            throw SerialErrors.Refused(device, isOn ? "to send a break was" : "to end a break was", Errno.Last);
        }
    }

    public static bool TryReadCounts(SafeFileHandle file, out SerialDeviceCounts counts, out long lineChanges)
    {
        int* c = stackalloc int[SerialAbi.CounterCount];
        if (Libc.Control(file, SerialAbi.GetCounters, c) != 0)
        {
            (counts, lineChanges) = (default, 0);
            return false;
        }

        counts = new SerialDeviceCounts(c[SerialAbi.FrameIndex], c[SerialAbi.ParityIndex], c[SerialAbi.BreakIndex], c[SerialAbi.OverrunIndex], c[SerialAbi.BufferOverrunIndex]);
        lineChanges = (ushort)c[SerialAbi.CtsIndex] | (long)(ushort)c[SerialAbi.DsrIndex] << 16 | (long)(ushort)c[SerialAbi.RingIndex] << 32 | (long)(ushort)c[SerialAbi.DcdIndex] << 48;
        return true;
    }

    /// <summary>Bytes that the driver holds, and one for what its device holds where that tells.</summary>
    public static int Unsent(SafeFileHandle file)
    {
        int unsent = 0;
        if (Libc.Control(file, Libc.GetOutputQueue, &unsent) != 0 || unsent > 0)
        {
            return unsent;
        }

        int status;
        return Libc.Control(file, SerialAbi.GetLineStatus, &status) == 0 && (status & SerialAbi.TransmitterEmpty) == 0 ? 1 : 0;
    }

    public static void Discard(SafeFileHandle file, string device, SerialBuffers buffers)
    {
        nint queue = buffers switch { SerialBuffers.Input => SerialAbi.FlushInput, SerialBuffers.Output => SerialAbi.FlushOutput, _ => SerialAbi.FlushBoth };
        if (Libc.Control(file, SerialAbi.Flush, (void*)queue) != 0)
        {
            throw SerialErrors.Refused(device, "to discard was", Errno.Last);
        }
    }

    private static ModemLines Line(int bits, int bit, ModemLines line) => (bits & bit) != 0 ? line : ModemLines.None;

    private static void Change(SafeFileHandle file, string device, nuint request, ModemLines lines)
    {
        int bits = (lines.HasFlag(ModemLines.Dtr) ? SerialAbi.LineDtr : 0) | (lines.HasFlag(ModemLines.Rts) ? SerialAbi.LineRts : 0);
        if (bits != 0 && Libc.Control(file, request, &bits) != 0)
        {
            throw SerialErrors.Refused(device, $"to set {lines} was", Errno.Last);
        }
    }
}
