namespace Mainspring.Devices;

/// <summary>What went wrong on an I2C bus, in words: the same for the kernel's buses and simulated ones.</summary>
internal static class I2cErrors
{
    public static I2cException Of(I2cFault fault, string device, string bus, string system, int errorNumber = 0) => new(fault, Text(fault, device, bus, system), errorNumber);

    public static I2cException Unsupported(string device, string bus, string what, I2cFunctions functions) => new(
        I2cFault.Unsupported, $"{device} on {bus}: the adapter cannot do {what}; it can {(functions == 0 ? "nothing" : functions)} ('i2cdetect -F' shows the same).");

    private static string Text(I2cFault fault, string device, string bus, string system) => fault switch
    {
        I2cFault.NoAnswer => $"nothing answers at {device} on {bus} ({system}); check wiring, power and address ('i2cdetect -y {Number(bus)}' shows what answers).",
        I2cFault.TimedOut => $"{device} on {bus}: the bus was not free in time ({system}); a device holds a line low, or there are no pull-up resistors: cycle the power, check SDA and SCL.",
        I2cFault.LostArbitration => $"{device} on {bus}: another master took the bus ({system}); try again, or set I2cBusOptions.Retries.",
        I2cFault.BadData => $"{device} on {bus}: what it sent does not match its check sum or length ({system}); check the wiring, and I2cDeviceOptions.Pec.",
        I2cFault.Unsupported => $"{device} on {bus}: the adapter cannot do that ({system}); look at II2cBus.Functions ('i2cdetect -F {Number(bus)}').",
        I2cFault.InUse => $"{device} on {bus}: {system}",
        _ => $"{device} on {bus}: {system}.",
    };

    private static string Number(string bus)
    {
        int digits = bus.AsSpan().LastIndexOfAnyExceptInRange('0', '9') + 1;
        return digits < bus.Length ? bus[digits..] : "N";
    }
}
