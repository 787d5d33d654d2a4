namespace Mainspring.Devices;

#pragma warning disable CS1591 // what stands beside each is its name in the kernel, which says all that is known

/// <summary>A relative axis: a mouse, a wheel (REL_ of linux/input-event-codes.h; checked against it).</summary>
public enum InputMotionCode : ushort
{
    X = 0,                              // REL_X
    Y = 1,                              // REL_Y
    Z = 2,                              // REL_Z
    RotationX = 3,                      // REL_RX
    RotationY = 4,                      // REL_RY
    RotationZ = 5,                      // REL_RZ
    HorizontalWheel = 6,                // REL_HWHEEL
    Dial = 7,                           // REL_DIAL
    Wheel = 8,                          // REL_WHEEL
    Misc = 9,                           // REL_MISC
    WheelHighResolution = 11,           // REL_WHEEL_HI_RES
    HorizontalWheelHighResolution = 12, // REL_HWHEEL_HI_RES
}
