namespace Mainspring.Devices;

#pragma warning disable CS1591 // what stands beside each is its name in the kernel, which says all that is known

/// <summary>A switch that stays as it is put: a lid, a jack (SW_ of linux/input-event-codes.h; checked against it).</summary>
public enum InputSwitchCode : ushort
{
    Lid = 0,                // SW_LID
    TabletMode = 1,         // SW_TABLET_MODE
    HeadphoneInsert = 2,    // SW_HEADPHONE_INSERT
    RadioEnabled = 3,       // SW_RFKILL_ALL
    MicrophoneInsert = 4,   // SW_MICROPHONE_INSERT
    Dock = 5,               // SW_DOCK
    LineOutInsert = 6,      // SW_LINEOUT_INSERT
    JackPhysicalInsert = 7, // SW_JACK_PHYSICAL_INSERT
    VideoOutInsert = 8,     // SW_VIDEOOUT_INSERT
    CameraLensCover = 9,    // SW_CAMERA_LENS_COVER
    KeypadSlide = 10,       // SW_KEYPAD_SLIDE
    FrontProximity = 11,    // SW_FRONT_PROXIMITY
    RotateLock = 12,        // SW_ROTATE_LOCK
    LineInInsert = 13,      // SW_LINEIN_INSERT
    MuteDevice = 14,        // SW_MUTE_DEVICE
    PenInserted = 15,       // SW_PEN_INSERTED
    MachineCover = 16,      // SW_MACHINE_COVER
}
