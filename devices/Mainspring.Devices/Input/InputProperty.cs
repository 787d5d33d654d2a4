namespace Mainspring.Devices;

#pragma warning disable CS1591 // what stands beside each is its name in the kernel, which says all that is known

/// <summary>How a device is used (INPUT_PROP_ of linux/input-event-codes.h; checked against it).</summary>
public enum InputProperty : ushort
{
    NeedsPointer = 0,   // INPUT_PROP_POINTER
    Direct = 1,         // INPUT_PROP_DIRECT
    ButtonPad = 2,      // INPUT_PROP_BUTTONPAD
    SemiMultitouch = 3, // INPUT_PROP_SEMI_MT
    TopButtonPad = 4,   // INPUT_PROP_TOPBUTTONPAD
    PointingStick = 5,  // INPUT_PROP_POINTING_STICK
    Accelerometer = 6,  // INPUT_PROP_ACCELEROMETER
}
