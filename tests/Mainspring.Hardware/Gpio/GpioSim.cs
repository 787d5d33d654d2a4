using Microsoft.Win32.SafeHandles;

namespace Mainspring.Hardware.Gpio;

/// <summary>A chip of gpio-sim, made through configfs, whose inputs are driven through sysfs (Documentation/admin-guide/gpio/gpio-sim.rst).</summary>
internal sealed class GpioSim : IDisposable
{
    private const string Root = "/sys/kernel/config/gpio-sim";

    private static int s_number;

    private readonly string _folder = $"{Root}/case{Interlocked.Increment(ref s_number)}";
    private readonly int _lines;
    private readonly SafeFileHandle?[] _pulls;

    public GpioSim(int lines, string label = "case", string[]? names = null, int hog = -1)
    {
        _lines = lines;
        _pulls = new SafeFileHandle?[lines];
        Directory.CreateDirectory(_folder);
        Directory.CreateDirectory($"{_folder}/bank");
        File.WriteAllText($"{_folder}/bank/num_lines", $"{lines}");
        File.WriteAllText($"{_folder}/bank/label", label);
        for (int i = 0; i < names?.Length; i++)
        {
            Directory.CreateDirectory($"{_folder}/bank/line{i}");
            File.WriteAllText($"{_folder}/bank/line{i}/name", names[i]);
        }

        if (hog >= 0)
        {
            Directory.CreateDirectory($"{_folder}/bank/line{hog}/hog");
            File.WriteAllText($"{_folder}/bank/line{hog}/hog/name", "the-board");
            File.WriteAllText($"{_folder}/bank/line{hog}/hog/direction", "input");
        }

        Restore();
    }

    public string Chip => File.ReadAllText($"{_folder}/bank/chip_name").Trim();

    public string Path => $"/dev/{Chip}";

    public bool IsLive { get; private set; }

    /// <summary>Sets the level of an input.</summary>
    public void Drive(int line, bool level) => RandomAccess.Write(Pull(line), level ? "pull-up"u8 : "pull-down"u8, 0);

    /// <summary>The level of a line, whoever drives it.</summary>
    public bool Level(int line) => File.ReadAllText($"{Folder}/sim_gpio{line}/value").Trim() == "1";

    /// <summary>The chip goes, whoever uses it.</summary>
    public void Remove()
    {
        Array.ForEach(_pulls, static pull => pull?.Dispose());
        Array.Clear(_pulls);
        File.WriteAllText($"{_folder}/live", "0");
        IsLive = false;
    }

    public void Restore()
    {
        File.WriteAllText($"{_folder}/live", "1");
        IsLive = true;
        SpinWait.SpinUntil(() => File.Exists(Path), TimeSpan.FromSeconds(10)); // a thread of the kernel makes the node
        for (int i = 0; i < _lines; i++)
        {
            _ = Pull(i); // so that driving allocates nothing
        }
    }

    public void Dispose()
    {
        if (IsLive)
        {
            Remove();
        }

        foreach (string hog in Directory.GetDirectories($"{_folder}/bank"))
        {
            Array.ForEach(Directory.GetDirectories(hog), Directory.Delete);
            Directory.Delete(hog);
        }

        Directory.Delete($"{_folder}/bank");
        Directory.Delete(_folder);
    }

    private string Folder => $"/sys/devices/platform/{File.ReadAllText($"{_folder}/dev_name").Trim()}/{Chip}";

    private SafeFileHandle Pull(int line) =>
        _pulls[line] ??= File.OpenHandle($"{Folder}/sim_gpio{line}/pull", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
}
