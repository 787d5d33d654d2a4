using Mainspring.Contracts;

namespace Mainspring.Hardware.Guest;

/// <summary>The guest is what the other cases take for granted.</summary>
public sealed class GuestCases
{
    [Case]
    public void Kernel_IsDebians_AndNotTheMachinesOwn()
    {
        Check.Contains("Debian", File.ReadAllText("/proc/version"));
        Check.Contains("mainspring.guest", File.ReadAllText("/proc/cmdline"));
    }

    [Case]
    public void Devices_AreThere()
    {
        foreach (string path in new[] { "/dev/ttyS1", "/dev/ttyS2", "/dev/ttyS3", "/dev/uinput", "/dev/i2c-0", "/sys/kernel/config/gpio-sim" })
        {
            Check.True(Path.Exists(path), path);
        }
    }

    [Case]
    public void Loop_Ticks_WithTheKernelsPreciseWait()
    {
        using MainLoop loop = Loops.New();
        int ran = 0;
        loop.CallEvery(TimeSpan.FromMilliseconds(2), () => ran++);
        Pump.Until(loop, () => ran >= 5);
        Check.True(loop.Now >= TimeSpan.FromMilliseconds(10));
    }
}
