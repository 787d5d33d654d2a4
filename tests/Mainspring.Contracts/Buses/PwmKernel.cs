using System.Globalization;
using Mainspring.Devices.Linux;

namespace Mainspring.Contracts.Buses;

/// <summary>A PWM chip as the kernel shows it in sysfs: it refuses what the kernel refuses, and its files become writable a moment after the export.</summary>
internal sealed class PwmKernel() : SysfsFolder("/sys/class/pwm")
{
    private const string Channel = "pwmchip0/pwm1/";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _files = new() { ["period"] = "0", ["duty_cycle"] = "0", ["polarity"] = "normal", ["enable"] = "0" };

    /// <summary>What was written, in order.</summary>
    public List<string> Written { get; } = [];

    public bool IsExported { get; set; }

    /// <summary>How many more times the files are not the user's yet.</summary>
    public int Refusals { get; set; }

    public override bool HasFolder(string name) => name == "pwmchip0" || (name == "pwmchip0/pwm1" && IsExported);

    public override Errno TryOpenForWriting(string name)
    {
        lock (_gate)
        {
            return !IsExported || !name.StartsWith(Channel, StringComparison.Ordinal) ? Errno.NoEntry : Refusals-- > 0 ? Errno.Access : Errno.None;
        }
    }

    public override string Read(string name, out Errno error)
    {
        lock (_gate)
        {
            error = Errno.None;
            return name == "pwmchip0/npwm" ? "2" : _files[name[Channel.Length..]];
        }
    }

    public override Errno Write(string name, string text)
    {
        lock (_gate)
        {
            Written.Add($"{name[(name.LastIndexOf('/') + 1)..]}={text}");
            switch (name)
            {
                case "pwmchip0/export" when IsExported:
                    return Errno.Busy;
                case "pwmchip0/export":
                    IsExported = true;
                    return Errno.None;
                case "pwmchip0/unexport":
                    IsExported = false;
                    return Errno.None;
            }

            var after = new Dictionary<string, string>(_files) { [name[Channel.Length..]] = text };
            bool isAllowed = Number(after["period"]) > 0 && Number(after["duty_cycle"]) <= Number(after["period"])
                && (after["polarity"] == _files["polarity"] || _files["enable"] == "0");
            if (!isAllowed)
            {
                return Errno.Invalid;
            }

            _files[name[Channel.Length..]] = text;
            return Errno.None;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
