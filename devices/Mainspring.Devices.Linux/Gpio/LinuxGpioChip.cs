using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>
/// A GPIO chip of Linux, to be asked what lines it has (linux/gpio.h, the character device). Asking changes nothing; to use lines add a <see cref="LinuxGpioLines"/>
/// to a loop. Any thread, one at a time.
/// </summary>
[DebuggerDisplay("{Info}")]
public sealed class LinuxGpioChip : IDisposable
{
    private readonly SafeFileHandle _file;

    private LinuxGpioChip(SafeFileHandle file, GpioChipInfo info)
    {
        _file = file;
        Info = info;
    }

    /// <summary>Path, name, label and number of lines.</summary>
    public GpioChipInfo Info { get; }

    /// <summary>How many lines it has.</summary>
    public int LineCount => Info.LineCount;

    /// <summary>The chips of this machine, in the order of their numbers; those that may not be opened say so in <see cref="GpioChipInfo.Problem"/>.</summary>
    /// <returns>The chips; none on a machine without.</returns>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public static IReadOnlyList<GpioChipInfo> List()
    {
        LinuxOnly.Check("GPIO chips", nameof(LinuxGpioChip), LinuxOnly.GpioInstead);
        return GpioDevice.List();
    }

    /// <summary>Opens a chip.</summary>
    /// <param name="chip">Its path (<c>/dev/gpiochip0</c>), name (<c>gpiochip0</c>) or label (<c>pinctrl-bcm2711</c>). The numbers may change from boot to boot, the labels do not.</param>
    /// <returns>The chip.</returns>
    /// <exception cref="IOException">There is no such chip, or it refuses; the message says which chips there are.</exception>
    public static LinuxGpioChip Open(string chip)
    {
        ArgumentException.ThrowIfNullOrEmpty(chip);
        LinuxOnly.Check(chip, nameof(LinuxGpioChip), LinuxOnly.GpioInstead);
        string path = GpioDevice.PathOf(chip);
        SafeFileHandle file = GpioDevice.Open(path);
        try
        {
            return new LinuxGpioChip(file, GpioDevice.Info(file, path));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What is known of a line now.</summary>
    /// <param name="offset">Its number, from 0.</param>
    /// <returns>The line.</returns>
    /// <exception cref="IOException">There is no such line, or the chip is gone.</exception>
    public GpioLineInfo Line(int offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return offset < LineCount ? GpioDevice.LineInfo(_file, Info.Path, offset) : throw GpioOffsets.NoSuchLine(Info.Path, offset, LineCount);
    }

    /// <summary>The number of the first line with a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The line's number.</returns>
    /// <exception cref="IOException">There is no such line, and the message says which there are; or the chip is gone.</exception>
    public int FindLine(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        string[] names = GpioDevice.Names(_file, Info.Path, LineCount);
        int offset = Array.IndexOf(names, name);
        return offset >= 0 ? offset : throw GpioOffsets.NoSuchName(Info.Path, name, names);
    }

    /// <summary>Closes it. Lines that were requested are not affected.</summary>
    public void Dispose() => _file.Dispose();
}
