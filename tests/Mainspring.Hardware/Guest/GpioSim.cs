using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Hardware.Guest;

/// <summary>A GPIO chip of the kernel's simulator with one bank, made through configfs: Documentation/admin-guide/gpio/gpio-sim.rst.</summary>
/// <remarks>The outside of the chip is sysfs: what pulls a line, and what level it has.</remarks>
internal sealed class GpioSim : IDisposable
{
    private static int s_next;

    private readonly string _folder;
    private readonly List<string> _folders = [];
    private readonly Dictionary<int, SafeFileHandle> _pulls = [];
    private string _sysfs = "";

    /// <summary>Makes the folders; the chip appears with <see cref="GoLive"/>.</summary>
    /// <param name="lines">How many lines it has.</param>
    /// <param name="label">Its label, none by default.</param>
    /// <param name="names">Names of the first lines; an empty one is none.</param>
    public GpioSim(int lines, string? label = null, params string[] names)
    {
        Lines = lines;
        _folder = $"/sys/kernel/config/gpio-sim/chip{Interlocked.Increment(ref s_next)}";
        Make(_folder);
        Make($"{_folder}/bank");
        Set($"{_folder}/bank/num_lines", lines.ToString(CultureInfo.InvariantCulture));
        if (label is not null)
        {
            Set($"{_folder}/bank/label", label);
        }

        for (int i = 0; i < names.Length; i++)
        {
            if (names[i].Length > 0)
            {
                Make($"{_folder}/bank/line{i}");
                Set($"{_folder}/bank/line{i}/name", names[i]);
            }
        }
    }

    /// <summary>How many lines it has.</summary>
    public int Lines { get; }

    /// <summary>Such as <c>gpiochip0</c>; may be another one each time that it goes live.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Such as <c>/dev/gpiochip0</c>.</summary>
    public string Path => $"/dev/{Name}";

    /// <summary>Whether the kernel has the chip now.</summary>
    public bool IsLive { get; private set; }

    /// <summary>A chip that is live.</summary>
    public static GpioSim Start(int lines, string? label = null, params string[] names)
    {
        var chip = new GpioSim(lines, label, names);
        chip.GoLive();
        return chip;
    }

    /// <summary>Has the kernel itself hold a line (<c>input</c>, <c>output-high</c> or <c>output-low</c>), under the name of a holder. Before it goes live.</summary>
    public void Hog(int line, string holder, string direction)
    {
        if (!Directory.Exists($"{_folder}/bank/line{line}"))
        {
            Make($"{_folder}/bank/line{line}");
        }

        Make($"{_folder}/bank/line{line}/hog");
        Set($"{_folder}/bank/line{line}/hog/name", holder);
        Set($"{_folder}/bank/line{line}/hog/direction", direction);
    }

    /// <summary>Plugs the chip in.</summary>
    public void GoLive()
    {
        Set($"{_folder}/live", "1");
        IsLive = true;
        Name = Get($"{_folder}/bank/chip_name");
        _sysfs = $"/sys/devices/platform/{Get($"{_folder}/dev_name")}/{Name}";
    }

    /// <summary>Unplugs the chip, whoever uses it.</summary>
    public void Unplug()
    {
        foreach (SafeFileHandle pull in _pulls.Values)
        {
            pull.Dispose();
        }

        _pulls.Clear();
        Set($"{_folder}/live", "0");
        IsLive = false;
    }

    /// <summary>Pulls a line up or down, as an outer circuit does: an input follows.</summary>
    public void Pull(int line, bool up)
    {
        if (!_pulls.TryGetValue(line, out SafeFileHandle? pull))
        {
            pull = File.OpenHandle($"{_sysfs}/sim_gpio{line}/pull", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            _pulls.Add(line, pull);
        }

        RandomAccess.Write(pull, up ? "pull-up"u8 : "pull-down"u8, 0);
    }

    /// <summary>The level of a line as the outside sees it.</summary>
    public bool Level(int line) => Get($"{_sysfs}/sim_gpio{line}/value") == "1";

    /// <summary>What pulls the line: <c>pull-up</c> or <c>pull-down</c>.</summary>
    public string PullOf(int line) => Get($"{_sysfs}/sim_gpio{line}/pull");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsLive)
        {
            Unplug();
        }

        // A folder of configfs is removed with the files in it, but not with folders.
        for (int i = _folders.Count - 1; i >= 0; i--)
        {
            Directory.Delete(_folders[i]);
        }

        _folders.Clear();
    }

    private static string Get(string path) => File.ReadAllText(path).Trim();

    private static void Set(string path, string value)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, System.Text.Encoding.UTF8.GetBytes(value), 0);
    }

    private void Make(string folder)
    {
        Directory.CreateDirectory(folder);
        _folders.Add(folder);
    }
}
