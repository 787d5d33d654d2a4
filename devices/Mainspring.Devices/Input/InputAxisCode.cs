namespace Mainspring.Devices;

#pragma warning disable CS1591 // what stands beside each is its name in the kernel, which says all that is known

/// <summary>An absolute axis: a stick, a trigger, a touch position (ABS_ of linux/input-event-codes.h; checked against it).</summary>
public enum InputAxisCode : ushort
{
    X = 0,                 // ABS_X
    Y = 1,                 // ABS_Y
    Z = 2,                 // ABS_Z
    RotationX = 3,         // ABS_RX
    RotationY = 4,         // ABS_RY
    RotationZ = 5,         // ABS_RZ
    Throttle = 6,          // ABS_THROTTLE
    Rudder = 7,            // ABS_RUDDER
    Wheel = 8,             // ABS_WHEEL
    Gas = 9,               // ABS_GAS
    Brake = 10,            // ABS_BRAKE
    Hat0X = 16,            // ABS_HAT0X
    Hat0Y = 17,            // ABS_HAT0Y
    Hat1X = 18,            // ABS_HAT1X
    Hat1Y = 19,            // ABS_HAT1Y
    Hat2X = 20,            // ABS_HAT2X
    Hat2Y = 21,            // ABS_HAT2Y
    Hat3X = 22,            // ABS_HAT3X
    Hat3Y = 23,            // ABS_HAT3Y
    Pressure = 24,         // ABS_PRESSURE
    Distance = 25,         // ABS_DISTANCE
    TiltX = 26,            // ABS_TILT_X
    TiltY = 27,            // ABS_TILT_Y
    ToolWidth = 28,        // ABS_TOOL_WIDTH
    Volume = 32,           // ABS_VOLUME
    Profile = 33,          // ABS_PROFILE
    Misc = 40,             // ABS_MISC
    TouchSlot = 47,        // ABS_MT_SLOT
    TouchMajor = 48,       // ABS_MT_TOUCH_MAJOR
    TouchMinor = 49,       // ABS_MT_TOUCH_MINOR
    TouchWidthMajor = 50,  // ABS_MT_WIDTH_MAJOR
    TouchWidthMinor = 51,  // ABS_MT_WIDTH_MINOR
    TouchOrientation = 52, // ABS_MT_ORIENTATION
    TouchX = 53,           // ABS_MT_POSITION_X
    TouchY = 54,           // ABS_MT_POSITION_Y
    TouchToolType = 55,    // ABS_MT_TOOL_TYPE
    TouchBlobId = 56,      // ABS_MT_BLOB_ID
    TouchTrackingId = 57,  // ABS_MT_TRACKING_ID
    TouchPressure = 58,    // ABS_MT_PRESSURE
    TouchDistance = 59,    // ABS_MT_DISTANCE
    TouchToolX = 60,       // ABS_MT_TOOL_X
    TouchToolY = 61,       // ABS_MT_TOOL_Y
}
