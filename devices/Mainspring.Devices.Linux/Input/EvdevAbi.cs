namespace Mainspring.Devices.Linux;

/// <summary>The requests of linux/input.h. Where a length belongs into the number, it is that of length 0. tests/headers checks them.</summary>
internal static class EvdevAbi
{
    public const uint GetId = 0x80084502;               // EVIOCGID
    public const uint GetName = 0x80004506;             // EVIOCGNAME(0)
    public const uint GetPhysical = 0x80004507;         // EVIOCGPHYS(0)
    public const uint GetUnique = 0x80004508;           // EVIOCGUNIQ(0)
    public const uint GetProperties = 0x80004509;       // EVIOCGPROP(0)
    public const uint GetTouches = 0x8000450A;          // EVIOCGMTSLOTS(0)
    public const uint GetKeys = 0x80004518;             // EVIOCGKEY(0)
    public const uint GetLeds = 0x80004519;             // EVIOCGLED(0)
    public const uint GetSwitches = 0x8000451B;         // EVIOCGSW(0)
    public const uint GetBits = 0x80004520;             // EVIOCGBIT(0, 0)
    public const uint GetAxis = 0x80184540;             // EVIOCGABS(0)
    public const uint Grab = 0x40044590;                // EVIOCGRAB
    public const uint SetClock = 0x400445A0;            // EVIOCSCLOCKID
    public const int MonotonicClock = 1;                // CLOCK_MONOTONIC
    public const int OpenReadOnly = 0x80900;            // O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC
    public const int ReadAccess = 4;                    // R_OK
    public const int EffectiveIds = 0x200;              // AT_EACCESS
    public const int WorkingFolder = -100;              // AT_FDCWD
    public const int LengthShift = 16;                  // _IOC_SIZESHIFT

    public static nuint WithLength(uint request, int length) => request | ((uint)length << LengthShift);
}

/// <summary>One event.</summary>
internal struct InputEvent // struct input_event
{
    public long Seconds;                                // input_event_sec
    public long Microseconds;                           // input_event_usec
    public ushort Type;                                 // type
    public ushort Code;                                 // code
    public int Value;                                   // value
}

/// <summary>Who made a device.</summary>
internal struct InputId // struct input_id
{
    public ushort Bus;                                  // bustype
    public ushort Vendor;                               // vendor
    public ushort Product;                              // product
    public ushort Version;                              // version
}

/// <summary>An axis's value and range.</summary>
internal struct AbsoluteInfo // struct input_absinfo
{
    public int Value;                                   // value
    public int Minimum;                                 // minimum
    public int Maximum;                                 // maximum
    public int Fuzz;                                    // fuzz
    public int Flat;                                    // flat
    public int Resolution;                              // resolution
}
