using System.Runtime.InteropServices;

namespace Mainspring.Devices.Linux;

/// <summary>The GPIO character device, version 2 (linux/gpio.h). tests/headers checks the numbers and layouts against the C header.</summary>
internal static unsafe partial class GpioAbi
{
    public const nuint GetChipInfo = 0x8044B401;                // GPIO_GET_CHIPINFO_IOCTL
    public const nuint GetLineInfo = 0xC100B405;                // GPIO_V2_GET_LINEINFO_IOCTL
    public const nuint WatchLineInfo = 0xC100B406;              // GPIO_V2_GET_LINEINFO_WATCH_IOCTL
    public const nuint GetLine = 0xC250B407;                    // GPIO_V2_GET_LINE_IOCTL
    public const nuint SetConfig = 0xC110B40D;                  // GPIO_V2_LINE_SET_CONFIG_IOCTL
    public const nuint GetValues = 0xC010B40E;                  // GPIO_V2_LINE_GET_VALUES_IOCTL
    public const nuint SetValues = 0xC010B40F;                  // GPIO_V2_LINE_SET_VALUES_IOCTL

    public const int NameSize = 32;                             // GPIO_MAX_NAME_SIZE
    public const int MaxLines = 64;                             // GPIO_V2_LINES_MAX
    public const int MaxAttributes = 10;                        // GPIO_V2_LINE_NUM_ATTRS_MAX

    public const ulong Used = 0x1;                              // GPIO_V2_LINE_FLAG_USED
    public const ulong ActiveLow = 0x2;                         // GPIO_V2_LINE_FLAG_ACTIVE_LOW
    public const ulong Input = 0x4;                             // GPIO_V2_LINE_FLAG_INPUT
    public const ulong Output = 0x8;                            // GPIO_V2_LINE_FLAG_OUTPUT
    public const ulong EdgeRising = 0x10;                       // GPIO_V2_LINE_FLAG_EDGE_RISING
    public const ulong EdgeFalling = 0x20;                      // GPIO_V2_LINE_FLAG_EDGE_FALLING
    public const ulong OpenDrain = 0x40;                        // GPIO_V2_LINE_FLAG_OPEN_DRAIN
    public const ulong OpenSource = 0x80;                       // GPIO_V2_LINE_FLAG_OPEN_SOURCE
    public const ulong BiasPullUp = 0x100;                      // GPIO_V2_LINE_FLAG_BIAS_PULL_UP
    public const ulong BiasPullDown = 0x200;                    // GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN
    public const ulong BiasDisabled = 0x400;                    // GPIO_V2_LINE_FLAG_BIAS_DISABLED
    public const ulong ClockRealtime = 0x800;                   // GPIO_V2_LINE_FLAG_EVENT_CLOCK_REALTIME
    public const ulong ClockHardware = 0x1000;                  // GPIO_V2_LINE_FLAG_EVENT_CLOCK_HTE

    public const uint AttributeFlags = 1;                       // GPIO_V2_LINE_ATTR_ID_FLAGS
    public const uint AttributeValues = 2;                      // GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES
    public const uint AttributeDebounce = 3;                    // GPIO_V2_LINE_ATTR_ID_DEBOUNCE

    public const uint Rising = 1;                               // GPIO_V2_LINE_EVENT_RISING_EDGE
    public const uint Falling = 2;                              // GPIO_V2_LINE_EVENT_FALLING_EDGE

    // The large structures are bytes in a buffer, with the fields at these places.
    public const int ChipInfoSize = 68;                         // sizeof(struct gpiochip_info)
    public const int ChipLabel = 32;                            // offsetof(struct gpiochip_info, label)
    public const int ChipLines = 64;                            // offsetof(struct gpiochip_info, lines)

    public const int LineInfoSize = 256;                        // sizeof(struct gpio_v2_line_info)
    public const int LineConsumer = 32;                         // offsetof(struct gpio_v2_line_info, consumer)
    public const int LineOffset = 64;                           // offsetof(struct gpio_v2_line_info, offset)
    public const int LineAttributeCount = 68;                   // offsetof(struct gpio_v2_line_info, num_attrs)
    public const int LineFlags = 72;                            // offsetof(struct gpio_v2_line_info, flags)
    public const int LineAttributes = 80;                       // offsetof(struct gpio_v2_line_info, attrs)

    public const int ChangeSize = 288;                          // sizeof(struct gpio_v2_line_info_changed)
    public const int ChangeTime = 256;                          // offsetof(struct gpio_v2_line_info_changed, timestamp_ns)
    public const int ChangeKind = 264;                          // offsetof(struct gpio_v2_line_info_changed, event_type)

    public const int RequestSize = 592;                         // sizeof(struct gpio_v2_line_request)
    public const int RequestConsumer = 256;                     // offsetof(struct gpio_v2_line_request, consumer)
    public const int RequestConfig = 288;                       // offsetof(struct gpio_v2_line_request, config)
    public const int RequestLineCount = 560;                    // offsetof(struct gpio_v2_line_request, num_lines)
    public const int RequestBufferSize = 564;                   // offsetof(struct gpio_v2_line_request, event_buffer_size)
    public const int RequestDescriptor = 588;                   // offsetof(struct gpio_v2_line_request, fd)

    public const int ConfigSize = 272;                          // sizeof(struct gpio_v2_line_config)
    public const int ConfigAttributeCount = 8;                  // offsetof(struct gpio_v2_line_config, num_attrs)
    public const int ConfigAttributes = 32;                     // offsetof(struct gpio_v2_line_config, attrs)
    public const int ConfigAttributeSize = 24;                  // sizeof(struct gpio_v2_line_config_attribute)
    public const int ConfigAttributeMask = 16;                  // offsetof(struct gpio_v2_line_config_attribute, mask)

    public const int AttributeSize = 16;                        // sizeof(struct gpio_v2_line_attribute)
    public const int AttributeValue = 8;                        // offsetof(struct gpio_v2_line_attribute, flags)
    public const int AttributePeriod = 8;                       // offsetof(struct gpio_v2_line_attribute, debounce_period_us)

    public const int GetFileFlags = 3;                          // F_GETFL
    public const int SetFileFlags = 4;                          // F_SETFL
    public const int NonBlocking = 0x800;                       // O_NONBLOCK
    public const int OpenChip = 0x80002;                        // O_RDWR | O_CLOEXEC
    public const int ClockIdMonotonic = 1;                      // CLOCK_MONOTONIC
    public const int ClockIdRealtime = 0;                       // CLOCK_REALTIME

    public static readonly Errno NoMemory = new(12);            // ENOMEM
    public static readonly Errno NotSupported = new(95);        // EOPNOTSUPP

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, Timespec* time);

    /// <summary>A clock of the kernel, in nanoseconds.</summary>
    public static long Time(int clock)
    {
        Timespec time;
        _ = GetTime(clock, &time); // fails for clocks that there are not, only
        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    /// <summary>Levels of lines.</summary>
    public struct Values // struct gpio_v2_line_values
    {
        public ulong Bits;                                      // bits
        public ulong Mask;                                      // mask
    }

    /// <summary>An edge.</summary>
    public struct LineEvent // struct gpio_v2_line_event
    {
        public ulong TimestampNs;                               // timestamp_ns
        public uint Id;                                         // id
        public uint Offset;                                     // offset
        public uint Sequence;                                   // seqno
        public uint LineSequence;                               // line_seqno
        public uint ReservedA;                                  // padding[0]
        public uint ReservedB;                                  // padding[1]
        public uint ReservedC;                                  // padding[2]
        public uint ReservedD;                                  // padding[3]
        public uint ReservedE;                                  // padding[4]
        public uint ReservedF;                                  // padding[5]
    }

    private struct Timespec // struct timespec
    {
        public long Seconds;                                    // tv_sec
        public long Nanoseconds;                                // tv_nsec
    }
}
