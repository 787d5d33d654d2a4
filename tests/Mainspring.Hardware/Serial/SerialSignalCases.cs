using System.Text;
using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Hardware.Serial;

/// <summary>What is beside the data: breaks, modem lines, and what the driver counts.</summary>
public sealed unsafe class SerialSignalCases
{
    private const string Looped = "/dev/ttyS1";
    private const int TiedTogether = 0x8000; // TIOCM_LOOP (asm-generic/termios.h): the UART ties RTS to CTS and DTR to DSR
    private const string Host = "/dev/ttyS3"; // at its other end the host obeys lines

    private static readonly SerialOptions s_options = new() { BaudRate = 115_200 };

    [Case]
    public void Break_IsAnEvent_InItsPlaceAmongTheData_AndCounted()
    {
        using MainLoop loop = Loops.New();
        var port = new SerialEnd(loop, Host, s_options);
        long before = port.Port.Errors.Device.Breaks;
        Ask(port, "send 41");
        Pump.Until(loop, () => port.Received.Count == 1);
        Ask(port, "break");
        Pump.Until(loop, () => port.Trace.Count == 1);
        Ask(port, "send ff42");
        Pump.Until(loop, () => port.Received.Count == 3);
        Ask(port, "break");
        Pump.Until(loop, () => port.Trace.Count == 2);
        Check.Sequence(["break 1 after 1", "break 2 after 3"], port.Trace);
        Check.Sequence<byte>([0x41, 0xFF, 0x42], port.Received);
        Check.Equal(2L, port.Port.Errors.Breaks);
        Check.Equal(before + 2, port.Port.Errors.Device.Breaks);
        Check.Equal(0L, port.Port.Errors.CharacterErrors);
    }

    [Case]
    public void Break_IsIgnored_WhenMarksAreOff_ButTheDriverCountsIt()
    {
        using MainLoop loop = Loops.New();
        var port = new SerialEnd(loop, Host, s_options with { MarkErrors = false });
        Ask(port, "break");
        Pump.Until(loop, () => port.Port.Errors.Device.Breaks == 1);
        Ask(port, "send ff");
        Pump.Until(loop, () => port.Received.Count == 1);
        Check.Sequence<byte>([0xFF], port.Received);
        Check.Equal(0, port.Trace.Count);
    }

    [Case]
    public void Break_GarblesTheMessageInWhichItFalls_AndTheNextIsWhole()
    {
        using MainLoop loop = Loops.New();
        var port = new SerialEnd(loop, Host, s_options with { Framing = new LineFraming(80) });
        var lines = new List<string>();
        port.Source.On((in SerialLine line, in EventInfo _) => lines.Add(Encoding.ASCII.GetString(line.Bytes)));
        port.Source.On((in SerialMessageDropped e, in EventInfo _) => lines.Add($"<{e.Kind} {e.Length}>"));
        Ask(port, "send 414243");
        Pump.Until(loop, () => port.Received.Count == 3);
        Ask(port, "break");
        Pump.Until(loop, () => port.Trace.Count == 1);
        Ask(port, "send 440a450a");
        Pump.Until(loop, () => lines.Count == 2);
        Check.Sequence(["<Garbled 4>", "E"], lines);
        Check.Equal(1L, port.Port.Errors.DroppedMessages);
    }

    [Case]
    public void Flood_WithoutADelimiter_ReceivedAndOverrunsAreAllThatWasSent_AndTheNextMessageIsWhole()
    {
        const int Sent = 10_000;
        using MainLoop loop = Loops.New();
        var port = new SerialEnd(loop, Host, s_options with { StatusPeriod = TimeSpan.FromMilliseconds(10), Framing = new DelimiterFraming("\r\n"u8, 100) });
        var messages = new List<string>();
        port.Source.On((in SerialMessage e, in EventInfo _) => messages.Add(Encoding.ASCII.GetString(e.Bytes)));
        port.Source.On((in SerialMessageDropped e, in EventInfo _) => messages.Add($"{e.Kind} {e.Length + port.Lost}"));
        Ask(port, $"flood {Sent}");
        while (port.Received.Count + port.Lost < Sent) // every byte is work for the emulation: the case's own limit is the patience
        {
            loop.Tick(Pump.Wait);
        }

        Check.Equal((long)Sent, port.Received.Count + port.Lost);
        Check.Equal(port.Lost, port.Port.Errors.Device.BufferOverruns + port.Port.Errors.Device.Overruns);
        Check.Equal(port.Lost, port.Source.Counters.Lost);
        Check.True(port.Received.TrueForAll(static one => one == (byte)'x'));
        Ask(port, "send 0d0a6f6b0d0a");
        Pump.Until(loop, () => messages.Count == 2);
        Check.Sequence([$"TooLong {Sent}", "ok"], messages);
    }

    [Case]
    public void RtsCtsAndDtrDsr_TiedByTheLoop_FollowEachOther_AndChangesAreEvents()
    {
        using MainLoop loop = Loops.New();
        var port = new SerialEnd(loop, Looped, s_options with { StatusPeriod = TimeSpan.FromMilliseconds(2), Dtr = false, Rts = false });
        Check.Equal(ModemLines.None, port.Port.ModemLines & ModemLines.Outputs, "as asked for at the opening");
        int loopBack = TiedTogether;
        Check.Equal(0, Libc.Control((Microsoft.Win32.SafeHandles.SafeFileHandle)port.Port.Handle, SerialAbi.SetModemBits, &loopBack));
        try
        {
            Pump.Until(loop, () => (port.Port.ModemLines & (ModemLines.Cts | ModemLines.Dsr)) == 0);
            Pump.Until(loop, () => port.Trace.Count > 0 && port.Trace[^1] == "lines None, changed Cts, Dsr");
            port.Trace.Clear();
            (ModemLines On, ModemLines Off, string Event)[] steps =
            [
                (ModemLines.Rts, 0, "lines Cts, changed Cts"),
                (ModemLines.Dtr, 0, "lines Cts, Dsr, changed Dsr"),
                (0, ModemLines.Rts, "lines Dsr, changed Cts"),
                (ModemLines.Rts, ModemLines.Dtr, "lines Cts, changed Cts, Dsr"),
                (0, ModemLines.Outputs, "lines None, changed Cts"),
            ];
            foreach ((ModemLines on, ModemLines off, string expected) in steps)
            {
                int events = port.Trace.Count;
                port.Port.SetModemLines(on, off);
                Pump.Until(loop, () => port.Trace.Count > events);
                Check.Equal(expected, port.Trace[^1]);
            }

            Check.Equal(steps.Length, port.Trace.Count, "one event for each");
        }
        finally
        {
            Check.Equal(0, Libc.Control((Microsoft.Win32.SafeHandles.SafeFileHandle)port.Port.Handle, SerialAbi.ClearModemBits, &loopBack));
        }
    }

    [Case]
    public void SendBreak_LastsItsTime_HoldsWritesBack_AndBlocksNothing()
    {
        using MainLoop loop = Loops.New();
        var near = new SerialEnd(loop, Looped, s_options);
        var far = new SerialEnd(loop, "/dev/ttyS2", s_options);
        TimeSpan start = loop.Now;
        near.Port.TryWrite("x"u8);
        Task sent = near.Port.SendBreakAsync(TimeSpan.FromMilliseconds(300)).AsTask();
        int tried = 1;
        Pump.Until(loop, () =>
        {
            tried += near.Port.TryWrite("x"u8) ? 1 : 0;
            return near.Port.QueuedBytes > 0; // it has begun
        });
        long before = near.Port.WrittenBytes;
        Pump.Until(loop, () => sent.IsCompleted);
        sent.GetAwaiter().GetResult();
        Check.True(loop.Now - start >= TimeSpan.FromMilliseconds(300));
        Check.Equal(before, near.Port.WrittenBytes, "nothing was written within it");
        Pump.Until(loop, () => far.Received.Count == tried);
    }

    private static void Ask(SerialEnd port, string line) => Check.True(port.Port.TryWrite(Encoding.ASCII.GetBytes($"{line}\n")));
}
