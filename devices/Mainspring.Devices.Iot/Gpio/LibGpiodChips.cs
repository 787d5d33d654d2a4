using System.Device.Gpio;
using System.Device.Gpio.Drivers;
using System.Globalization;

namespace Mainspring.Devices.Iot;

/// <summary>Finds chips of Linux for the package, which knows them by their numbers.</summary>
internal static class LibGpiodChips
{
    private const string Folder = "/dev/";
    private const string Prefix = "gpiochip";

    /// <summary>Opens a chip by its path, name or label.</summary>
    public static GpioController Open(string chip)
    {
        try
        {
            return new GpioController(new LibGpiodV2Driver(Number(chip, LibGpiodV2Driver.GetAvailableChips)));
        }
        catch (Exception exception) when (exception.GetBaseException() is DllNotFoundException or PlatformNotSupportedException)
        {
            return new GpioController(new LibGpiodDriver(Number(chip, LibGpiodDriver.GetAvailableChips))); // there is only the older library
        }
    }

    private static int Number(string chip, Func<IList<GpioChipInfo>> list)
    {
        ReadOnlySpan<char> name = chip.StartsWith(Folder, StringComparison.Ordinal) ? chip.AsSpan(Folder.Length) : chip;
        if (name.StartsWith(Prefix) && int.TryParse(name[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number;
        }

        IList<GpioChipInfo> chips = list();
        foreach (GpioChipInfo info in chips)
        {
            if (info.Name == chip || info.Label == chip)
            {
                return info.Id;
            }
        }

        string has = chips.Count == 0 ? "this machine shows none" : $"there are {string.Join(", ", chips.Select(static info => $"{Prefix}{info.Id} ('{info.Label}', {info.NumLines} lines)"))}";
        throw new IOException($"there is no such chip; {has}");
    }
}
