using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>Finds and asks GPIO chips.</summary>
internal static unsafe class GpioDevice
{
    private const string Folder = "/dev";
    private const string Prefix = "gpiochip";

    /// <summary>The chips of this machine, by their numbers. Links to them are left out.</summary>
    public static IReadOnlyList<GpioChipInfo> List()
    {
        var chips = new List<GpioChipInfo>();
        if (!Directory.Exists(Folder))
        {
            return chips;
        }

        foreach (string path in Directory.EnumerateFiles(Folder, $"{Prefix}*"))
        {
            if (new FileInfo(path).LinkTarget is not null)
            {
                continue;
            }

            try
            {
                using SafeFileHandle file = Open(path);
                chips.Add(Info(file, path));
            }
            catch (IOException exception)
            {
                chips.Add(new GpioChipInfo(path, Path.GetFileName(path), "", 0, exception.Message));
            }
        }

        chips.Sort(static (a, b) => a.Path.Length != b.Path.Length ? a.Path.Length - b.Path.Length : string.CompareOrdinal(a.Path, b.Path));
        return chips;
    }

    /// <summary>The path of a chip that is given by its path, name or label.</summary>
    public static string PathOf(string chip)
    {
        if (chip.Contains('/'))
        {
            return chip;
        }

        string path = $"{Folder}/{chip}";
        if (chip.StartsWith(Prefix, StringComparison.Ordinal) && File.Exists(path))
        {
            return path;
        }

        GpioChipInfo[] found = [.. List().Where(one => one.Label == chip)];
        return found.Length switch
        {
            0 => throw GpioErrors.NoSuchChip(chip),
            1 => found[0].Path,
            _ => throw GpioErrors.Ambiguous(chip, found),
        };
    }

    public static SafeFileHandle Open(string path)
    {
        while (true)
        {
            int descriptor = Libc.Open(path, GpioAbi.OpenChip);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            Errno error = Errno.Last;
            if (error == Errno.IsDirectory)
            {
                throw GpioErrors.NotAChip(path);
            }

            if (error != Errno.Interrupted)
            {
                throw GpioErrors.Opening(path, error);
            }
        }
    }

    public static GpioChipInfo Info(SafeFileHandle file, string path)
    {
        byte* info = stackalloc byte[GpioAbi.ChipInfoSize];
        if (Libc.Control(file, GpioAbi.GetChipInfo, info) != 0)
        {
            Errno error = Errno.Last;
            throw error == Errno.NotTerminal || error == Errno.Invalid ? GpioErrors.NotAChip(path) : GpioErrors.Opening(path, error);
        }

        return new GpioChipInfo(path, Text(info), Text(info + GpioAbi.ChipLabel), *(int*)(info + GpioAbi.ChipLines));
    }

    /// <summary>Whether the chip behind a descriptor was removed.</summary>
    public static bool IsGone(SafeFileHandle chip)
    {
        byte* info = stackalloc byte[GpioAbi.ChipInfoSize];
        return Libc.Control(chip, GpioAbi.GetChipInfo, info) != 0 && Errno.Last == Errno.NoDevice;
    }

    public static void MakeNonBlocking(SafeFileHandle file, string path)
    {
        int descriptor = (int)file.DangerousGetHandle(); // ours, and open
        int flags = GpioAbi.FileControl(descriptor, GpioAbi.GetFileFlags, 0);
        if (flags < 0 || GpioAbi.FileControl(descriptor, GpioAbi.SetFileFlags, flags | GpioAbi.NonBlocking) < 0)
        {
            throw GpioErrors.Using(path, "making it non-blocking", Errno.Last);
        }
    }

    public static GpioLineInfo LineInfo(SafeFileHandle file, string path, int offset, bool watch = false)
    {
        ulong* info = stackalloc ulong[GpioAbi.LineInfoSize / sizeof(ulong)];
        new Span<byte>(info, GpioAbi.LineInfoSize).Clear();
        ((uint*)info)[GpioAbi.LineOffset / sizeof(uint)] = (uint)offset;
        return Libc.Control(file, watch ? GpioAbi.WatchLineInfo : GpioAbi.GetLineInfo, info) == 0
            ? ToInfo(new ReadOnlySpan<byte>(info, GpioAbi.LineInfoSize))
            : throw GpioErrors.Using(path, $"asking for line {offset}", Errno.Last);
    }

    /// <summary>The names of all lines; empty for those without.</summary>
    public static string[] Names(SafeFileHandle file, string path, int lineCount)
    {
        string[] names = new string[lineCount];
        for (int i = 0; i < lineCount; i++)
        {
            names[i] = LineInfo(file, path, i).Name;
        }

        return names;
    }

    /// <summary>A <c>struct gpio_v2_line_info</c>; strings that were known before are not made anew.</summary>
    public static GpioLineInfo ToInfo(ReadOnlySpan<byte> info, in GpioLineInfo known = default)
    {
        ulong flags = BinaryPrimitives.ReadUInt64LittleEndian(info[GpioAbi.LineFlags..]);
        TimeSpan debounce = default;
        int count = Math.Min(GpioAbi.MaxAttributes, BinaryPrimitives.ReadInt32LittleEndian(info[GpioAbi.LineAttributeCount..]));
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> attribute = info[(GpioAbi.LineAttributes + (i * GpioAbi.AttributeSize))..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(attribute) == GpioAbi.AttributeDebounce)
            {
                debounce = TimeSpan.FromMicroseconds(BinaryPrimitives.ReadUInt32LittleEndian(attribute[GpioAbi.AttributePeriod..]));
            }
        }

        return new GpioLineInfo(
            BinaryPrimitives.ReadInt32LittleEndian(info[GpioAbi.LineOffset..]),
            Text(info[..GpioAbi.NameSize], known.Name),
            Text(info.Slice(GpioAbi.LineConsumer, GpioAbi.NameSize), known.Consumer),
            (flags & GpioAbi.Used) != 0,
            (flags & GpioAbi.Output) != 0 ? GpioDirection.Output : GpioDirection.Input,
            ((flags & GpioAbi.EdgeRising) != 0 ? GpioEdges.Rising : 0) | ((flags & GpioAbi.EdgeFalling) != 0 ? GpioEdges.Falling : 0),
            (flags & GpioAbi.BiasPullUp) != 0 ? GpioBias.PullUp
                : (flags & GpioAbi.BiasPullDown) != 0 ? GpioBias.PullDown
                : (flags & GpioAbi.BiasDisabled) != 0 ? GpioBias.Disabled : GpioBias.AsIs,
            (flags & GpioAbi.OpenDrain) != 0 ? GpioDrive.OpenDrain : (flags & GpioAbi.OpenSource) != 0 ? GpioDrive.OpenSource : GpioDrive.PushPull,
            (flags & GpioAbi.ActiveLow) != 0,
            debounce,
            (flags & GpioAbi.ClockRealtime) != 0 ? GpioEventClock.Realtime : (flags & GpioAbi.ClockHardware) != 0 ? GpioEventClock.Hardware : GpioEventClock.Monotonic);
    }

    private static string Text(byte* text) => Text(new ReadOnlySpan<byte>(text, GpioAbi.NameSize), null);

    private static string Text(ReadOnlySpan<byte> text, string? known)
    {
        int end = text.IndexOf((byte)0);
        text = end < 0 ? text : text[..end];
        Span<char> characters = stackalloc char[GpioAbi.NameSize];
        int length = Encoding.UTF8.GetChars(text, characters);
        return known is not null && characters[..length].SequenceEqual(known) ? known : new string(characters[..length]);
    }
}
