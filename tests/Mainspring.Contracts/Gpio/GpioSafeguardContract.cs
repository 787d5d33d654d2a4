using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>What still reaches outputs when the process ends on one thread, and the loop goes on on its own.</summary>
public sealed class GpioSafeguardContract
{
    [Case]
    public void AfterTheProcesssEnd_NothingIsWrittenOrReconfigured()
    {
        Sys.NeedsLinux();
        using SafeFileHandle lines = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite); // refuses each call that reaches it
        var set = new GpioLineSet(new GpioOptions { Lines = [GpioLine.Output(0) with { Safe = false }] });
        var safeguard = new GpioSafeguard(lines, set.Safe, set.SafeValues);
        Check.Equal(Errno.NotTerminal, safeguard.Write(1, 1));
        Check.Equal(Errno.NotTerminal, safeguard.Reconfigure(set, 1));
        safeguard.End();
        Check.Equal(Errno.None, safeguard.Write(1, 1), "the safe level stays");
        Check.Equal(Errno.None, safeguard.Reconfigure(set, 1), "the safe level stays");
        safeguard.Release();
    }
}
