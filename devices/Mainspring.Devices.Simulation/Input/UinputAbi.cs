namespace Mainspring.Devices.Simulation;

/// <summary>The requests of linux/uinput.h. Where a length belongs into the number, it is that of length 0. tests/headers checks them.</summary>
internal static class UinputAbi
{
    public const uint Create = 0x5501;                  // UI_DEV_CREATE
    public const uint Destroy = 0x5502;                 // UI_DEV_DESTROY
    public const uint Setup = 0x405C5503;               // UI_DEV_SETUP
    public const uint SetupAxis = 0x401C5504;           // UI_ABS_SETUP
    public const uint HasType = 0x40045564;             // UI_SET_EVBIT
    public const uint HasKey = 0x40045565;              // UI_SET_KEYBIT
    public const uint HasMotion = 0x40045566;           // UI_SET_RELBIT
    public const uint HasAxis = 0x40045567;             // UI_SET_ABSBIT
    public const uint HasLed = 0x40045569;              // UI_SET_LEDBIT
    public const uint HasSwitch = 0x4004556D;           // UI_SET_SWBIT
    public const uint HasProperty = 0x4004556E;         // UI_SET_PROPBIT
    public const uint GetSystemName = 0x8000552C;       // UI_GET_SYSNAME(0)
    public const int SetupSize = 92;                    // sizeof(struct uinput_setup)
    public const int NameOffset = 8;                    // offsetof(struct uinput_setup, name)
    public const int NameSize = 80;                     // UINPUT_MAX_NAME_SIZE
    public const int AxisSetupSize = 28;                // sizeof(struct uinput_abs_setup)
    public const int AxisInfoOffset = 4;                // offsetof(struct uinput_abs_setup, absinfo)
}
