namespace Mainspring.Devices;

#pragma warning disable CS1591 // what stands beside each is its name in the kernel, which says all that is known

/// <summary>How a device is connected (BUS_ of linux/input.h; checked against it).</summary>
public enum InputBus : ushort
{
    Pci = 1,           // BUS_PCI
    IsaPnp = 2,        // BUS_ISAPNP
    Usb = 3,           // BUS_USB
    Hil = 4,           // BUS_HIL
    Bluetooth = 5,     // BUS_BLUETOOTH
    Virtual = 6,       // BUS_VIRTUAL
    Isa = 16,          // BUS_ISA
    I8042 = 17,        // BUS_I8042
    XtKeyboard = 18,   // BUS_XTKBD
    Rs232 = 19,        // BUS_RS232
    GamePort = 20,     // BUS_GAMEPORT
    ParallelPort = 21, // BUS_PARPORT
    Amiga = 22,        // BUS_AMIGA
    Adb = 23,          // BUS_ADB
    I2c = 24,          // BUS_I2C
    Host = 25,         // BUS_HOST
    Gsc = 26,          // BUS_GSC
    Atari = 27,        // BUS_ATARI
    Spi = 28,          // BUS_SPI
    Rmi = 29,          // BUS_RMI
    Cec = 30,          // BUS_CEC
    IntelIshtp = 31,   // BUS_INTEL_ISHTP
    AmdSfh = 32,       // BUS_AMD_SFH
}
