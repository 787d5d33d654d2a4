using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>Requests lines of a chip, and changes their settings (GPIO_V2_GET_LINE_IOCTL, GPIO_V2_LINE_SET_CONFIG_IOCTL).</summary>
internal static unsafe class GpioRequest
{
    /// <summary>Requests lines.</summary>
    /// <returns>The lines' descriptor, which does not block.</returns>
    /// <exception cref="IOException">The kernel refuses; the message says why and what to do.</exception>
    public static SafeFileHandle Lines(SafeFileHandle chip, string path, GpioLineSet set, int[] offsets)
    {
        ulong* memory = stackalloc ulong[GpioAbi.RequestSize / sizeof(ulong)];
        var request = new Span<byte>(memory, GpioAbi.RequestSize);
        request.Clear();
        for (int i = 0; i < offsets.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(request[(i * sizeof(int))..], offsets[i]);
        }

        // The last byte stays zero; a character that does not fit is left out as a whole.
        Encoding.UTF8.GetEncoder().Convert(set.Options.Consumer, request.Slice(GpioAbi.RequestConsumer, GpioAbi.NameSize - 1), flush: true, out _, out _, out _);
        BinaryPrimitives.WriteInt32LittleEndian(request[GpioAbi.RequestLineCount..], offsets.Length);
        BinaryPrimitives.WriteInt32LittleEndian(request[GpioAbi.RequestBufferSize..], set.Options.EventBufferSize);
        Configure(request.Slice(GpioAbi.RequestConfig, GpioAbi.ConfigSize), set, set.Initial);
        if (Libc.Control(chip, GpioAbi.GetLine, memory) != 0)
        {
            throw GpioErrors.Requesting(path, set, offsets, offset => GpioDevice.LineInfo(chip, path, offset), Errno.Last);
        }

        var lines = new SafeFileHandle(BinaryPrimitives.ReadInt32LittleEndian(request[GpioAbi.RequestDescriptor..]), ownsHandle: true);
        try
        {
            GpioDevice.MakeNonBlocking(lines, path);
        }
        catch
        {
            lines.Dispose();
            throw;
        }

        return lines;
    }

    /// <summary>Changes the settings of requested lines.</summary>
    /// <param name="levels">Of the outputs, from now on.</param>
    public static Errno Reconfigure(SafeFileHandle lines, GpioLineSet set, ulong levels)
    {
        ulong* memory = stackalloc ulong[GpioAbi.ConfigSize / sizeof(ulong)];
        var config = new Span<byte>(memory, GpioAbi.ConfigSize);
        config.Clear();
        Configure(config, set, levels);
        return Libc.Control(lines, GpioAbi.SetConfig, memory) == 0 ? Errno.None : Errno.Last;
    }

    /// <summary>Fills a <c>struct gpio_v2_line_config</c>: the commonest settings as the default, all others as attributes.</summary>
    internal static void Configure(Span<byte> config, GpioLineSet set, ulong levels)
    {
        int count = 0;
        BinaryPrimitives.WriteUInt64LittleEndian(config, Flags(set.Settings[0].Settings, set.Options.EventClock));
        for (int i = 1; i < set.Settings.Count; i++)
        {
            (GpioSettings settings, ulong mask) = set.Settings[i];
            Add(config, ref count, GpioAbi.AttributeFlags, Flags(settings, set.Options.EventClock), mask);
        }

        foreach ((uint microseconds, ulong mask) in set.Debounces)
        {
            Add(config, ref count, GpioAbi.AttributeDebounce, microseconds, mask);
        }

        if (set.Outputs != 0)
        {
            Add(config, ref count, GpioAbi.AttributeValues, levels, set.Outputs);
        }

        BinaryPrimitives.WriteInt32LittleEndian(config[GpioAbi.ConfigAttributeCount..], count);
    }

    private static void Add(Span<byte> config, ref int count, uint id, ulong value, ulong mask)
    {
        Span<byte> attribute = config[(GpioAbi.ConfigAttributes + (count++ * GpioAbi.ConfigAttributeSize))..];
        BinaryPrimitives.WriteUInt32LittleEndian(attribute, id);
        BinaryPrimitives.WriteUInt64LittleEndian(attribute[GpioAbi.AttributeValue..], value);
        BinaryPrimitives.WriteUInt64LittleEndian(attribute[GpioAbi.ConfigAttributeMask..], mask);
    }

    private static ulong Flags(GpioSettings settings, GpioEventClock clock) =>
        (settings.Direction == GpioDirection.Output ? GpioAbi.Output : GpioAbi.Input)
        | (settings.ActiveLow ? GpioAbi.ActiveLow : 0)
        | ((settings.Edges & GpioEdges.Rising) != 0 ? GpioAbi.EdgeRising : 0)
        | ((settings.Edges & GpioEdges.Falling) != 0 ? GpioAbi.EdgeFalling : 0)
        | settings.Bias switch
        {
            GpioBias.PullUp => GpioAbi.BiasPullUp,
            GpioBias.PullDown => GpioAbi.BiasPullDown,
            GpioBias.Disabled => GpioAbi.BiasDisabled,
            _ => 0,
        }
        | settings.Drive switch
        {
            GpioDrive.OpenDrain => GpioAbi.OpenDrain,
            GpioDrive.OpenSource => GpioAbi.OpenSource,
            _ => 0,
        }
        | (settings.Edges == GpioEdges.None ? 0 : clock switch
        {
            GpioEventClock.Realtime => GpioAbi.ClockRealtime,
            GpioEventClock.Hardware => GpioAbi.ClockHardware,
            _ => 0,
        });
}
