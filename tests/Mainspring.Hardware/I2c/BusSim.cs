using System.Globalization;

namespace Mainspring.Hardware.I2c;

/// <summary>The kernel module bus-sim: how long its transfers take, how they fail, and how many there were.</summary>
internal static class BusSim
{
    public static int DelayMs
    {
        set => Set("delay_ms", value);
    }

    /// <summary>The error number of each transfer; 0 is none.</summary>
    public static int Fail
    {
        set => Set("fail", value);
    }

    public static (int Transfers, int Messages) Counts => (Get("transfers"), Get("messages"));

    private static void Set(string name, int value) => File.WriteAllText($"/sys/module/bus_sim/parameters/{name}", value.ToString(CultureInfo.InvariantCulture));

    private static int Get(string name) => int.Parse(File.ReadAllText($"/sys/module/bus_sim/parameters/{name}"), CultureInfo.InvariantCulture);
}
