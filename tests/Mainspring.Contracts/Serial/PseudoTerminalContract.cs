using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Simulation;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>The simulated serial device.</summary>
public sealed class PseudoTerminalContract
{
    [Case]
    public void FarEnd_IsRawFromTheBeginning_AndKeepsBytesForALaterOpener()
    {
        using var bench = new SerialBench();
        bench.Source.Remove();
        Check.True(bench.Device.TryWrite("\u0003early\r\n"u8));
        bench.Received.Clear();
        bench.Loop.Add(bench.Port).On((in SerialData e, in EventInfo _) => bench.Received.AddRange(e.Bytes));
        Pump.Until(bench.Loop, () => bench.Received.Count == 8);
        Check.Sequence("\u0003early\r\n"u8.ToArray(), bench.Received);
    }

    [Case]
    public void ClosingTheFarEnd_IsNoHangUp()
    {
        using var bench = new SerialBench();
        SourceHandle device = bench.Loop.Add(bench.Device);
        bench.Source.Remove();
        Pump.Ticks(bench.Loop, 10);
        Check.Equal(SourceState.Attached, device.State);
        Check.Equal(0L, device.Counters.Dispatches);
    }

    [Case]
    public void Link_IsThereWhileItIsPluggedIn()
    {
        Sys.NeedsLinux();
        string folder = Directory.CreateTempSubdirectory("mainspring-").FullName;
        try
        {
            string link = Path.Combine(folder, "ttyTest");
            using (PseudoTerminal device = PseudoTerminal.At(link))
            {
                Check.Equal(link, device.Path);
                Check.True(File.Exists(link) && device.IsConnected);
                device.HangUp();
                device.HangUp();
                Check.False(File.Exists(link) || device.IsConnected);
                Check.False(device.TryWrite("x"u8));
                device.Reconnect();
                device.Reconnect();
                Check.True(File.Exists(link) && device.IsConnected);
            }

            Check.Equal(0, Directory.GetFileSystemEntries(folder).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Case]
    public void HangUp_WithinItsOwnHandler_ClosesIt()
    {
        Sys.NeedsLinux();
        using var loop = new MainLoop();
        using var device = new PseudoTerminal();
        using SafeFileHandle program = SerialDevice.Open(device.Path);
        SourceHandle source = loop.Add(device, RetryPolicy.Never);
        int events = 0;
        source.On((in SerialData _, in EventInfo _) =>
        {
            events++;
            device.HangUp();
        });
        Sys.Write(program, 3);
        Pump.Until(loop, () => source.State == SourceState.Failed);
        Check.Equal(1, events);
        Check.Equal(0, Sys.Read(program, 1), "the far end has hung up");
        source.Remove();
        Check.Throws<IOException>(() => loop.Add(device));
    }

    [Case]
    public void Dispose_OnALoop_HangsUp()
    {
        Sys.NeedsLinux();
        using var loop = new MainLoop();
        var device = new PseudoTerminal();
        using SafeFileHandle program = SerialDevice.Open(device.Path);
        loop.Add(device, RetryPolicy.Never);
        device.Dispose();
        device.Dispose();
        Check.Equal(0, Sys.Read(program, 1), "the far end has hung up");
        Check.Throws<ObjectDisposedException>(device.Reconnect);
    }
}
