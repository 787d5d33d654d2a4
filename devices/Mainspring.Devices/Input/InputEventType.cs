namespace Mainspring.Devices;

/// <summary>The numbers of the kernel's event types, and of those codes that mean something to the decoder (tests/headers checks them).</summary>
internal static class InputEventType
{
    public const ushort Synchronization = 0x0;     // EV_SYN
    public const ushort Key = 0x1;                 // EV_KEY
    public const ushort Motion = 0x2;              // EV_REL
    public const ushort Axis = 0x3;                // EV_ABS
    public const ushort Switch = 0x5;              // EV_SW
    public const ushort Led = 0x11;                // EV_LED
    public const ushort Feedback = 0x15;           // EV_FF
    public const ushort Report = 0x0;              // SYN_REPORT
    public const ushort Dropped = 0x3;             // SYN_DROPPED
}
