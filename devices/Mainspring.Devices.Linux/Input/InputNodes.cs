using System.Globalization;
using System.Runtime.InteropServices;

namespace Mainspring.Devices.Linux;

/// <summary>The event nodes of a machine, as /dev/input and /sys/class/input show them. No device is opened for it.</summary>
internal sealed partial class InputNodes(string devices, string classes)
{
    public const string Prefix = "event";

    public static InputNodes System { get; } = new("/dev/input", "/sys/class/input");

    public string Folder => devices;

    public static bool IsStable(string path) => path.Contains("/by-id/", StringComparison.Ordinal) || path.Contains("/by-path/", StringComparison.Ordinal);

    public IReadOnlyList<InputDeviceInfo> List()
    {
        if (!Directory.Exists(devices))
        {
            return [];
        }

        Dictionary<string, string> stable = StablePaths();
        return
        [
            .. from path in Directory.EnumerateFiles(devices, Prefix + "*")
               let number = Number(path)
               where number >= 0
               orderby number
               select Describe(path, stable.GetValueOrDefault(Path.GetFileName(path)), Refusal(path)),
        ];
    }

    /// <summary>What is known of a node.</summary>
    public InputDeviceInfo Describe(string path, string? stablePath, string? problem)
    {
        string folder = Path.Combine(classes, Path.GetFileName(path), "device");
        var capabilities = new InputCapabilities();
        ReadBits("capabilities/key", capabilities.KeyBits);
        ReadBits("capabilities/abs", capabilities.AxisBits);
        ReadBits("capabilities/rel", capabilities.MotionBits);
        ReadBits("capabilities/sw", capabilities.SwitchBits);
        ReadBits("capabilities/led", capabilities.LedBits);
        ReadBits("capabilities/ff", capabilities.FeedbackBits);
        ReadBits("properties", capabilities.PropertyBits);
        return new InputDeviceInfo
        {
            Path = path,
            StablePath = stablePath,
            Name = Text("name"),
            Physical = Text("phys"),
            Unique = Text("uniq"),
            Bus = (InputBus)Hex("id/bustype"),
            Vendor = Hex("id/vendor"),
            Product = Hex("id/product"),
            Version = Hex("id/version"),
            Capabilities = capabilities,
            Problem = problem,
        };

        string Text(string name)
        {
            try
            {
                return File.ReadAllText(Path.Combine(folder, name)).TrimEnd('\n');
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return ""; // not known: the device is just going, or /sys is not there
            }
        }

        ushort Hex(string name) => ushort.TryParse(Text(name), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort number) ? number : (ushort)0;

        // Words of 64 bits, the highest first, without leading zeros.
        void ReadBits(string name, InputBits bits)
        {
            string[] words = Text(name).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (int i = 0; i < Math.Min(words.Length, bits.Words.Length); i++)
            {
                bits.Words[i] = ulong.TryParse(words[^(i + 1)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong word) ? word : 0;
            }
        }
    }

    /// <summary>The path that udev has made for a node: by its identity, else by its place; null for none.</summary>
    public string? StablePath(string path) => StablePaths().GetValueOrDefault(Path.GetFileName(path));

    /// <summary>Why this program may not read a node; null when it may. The node is not opened.</summary>
    public static string? Refusal(string path) =>
        Access(EvdevAbi.WorkingFolder, path, EvdevAbi.ReadAccess, EvdevAbi.EffectiveIds) == 0 ? null : InputErrors.Refusal(Errno.Last);

    private static int Number(string path) =>
        int.TryParse(Path.GetFileName(path.AsSpan())[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;

    // By the node's name. What is found by identity counts more.
    private Dictionary<string, string> StablePaths()
    {
        var paths = new Dictionary<string, string>();
        foreach (string folder in (ReadOnlySpan<string>)["by-path", "by-id"])
        {
            string full = Path.Combine(devices, folder);
            if (!Directory.Exists(full))
            {
                continue;
            }

            foreach (string link in Links(full))
            {
                if (Target(link) is { } target)
                {
                    paths[target.Name] = link;
                }
            }
        }

        return paths;
    }

    // udev removes links, and then their folder, while they are looked at.
    private static IEnumerable<string> Links(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static FileSystemInfo? Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(int folder, string path, int mode, int flags);
}
