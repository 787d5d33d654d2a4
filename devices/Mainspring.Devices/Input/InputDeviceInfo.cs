namespace Mainspring.Devices;

/// <summary>An input device and what it says of itself.</summary>
public sealed record InputDeviceInfo
{
    /// <summary>Its node, such as <c>/dev/input/event3</c>, which may be another one after the next start; or the name of a simulated device.</summary>
    public required string Path { get; init; }

    /// <summary>A path that stays the same for this device or socket (<c>/dev/input/by-id</c>, else <c>by-path</c>); null where udev has made none.</summary>
    public string? StablePath { get; init; }

    /// <summary>What the device calls itself; empty where it does not say.</summary>
    public string Name { get; init; } = "";

    /// <summary>How it is connected.</summary>
    public InputBus Bus { get; init; }

    /// <summary>The vendor's number.</summary>
    public ushort Vendor { get; init; }

    /// <summary>The product's number, among those of the vendor.</summary>
    public ushort Product { get; init; }

    /// <summary>The product's version.</summary>
    public ushort Version { get; init; }

    /// <summary>Where it is plugged in; empty where it is not known.</summary>
    public string Physical { get; init; } = "";

    /// <summary>Its serial number or address; empty where it has none.</summary>
    public string Unique { get; init; } = "";

    /// <summary>What it can report.</summary>
    public InputCapabilities Capabilities { get; init; } = new();

    /// <summary>What it is, judged by what it can report.</summary>
    public InputKinds Kinds => Capabilities.Kinds;

    /// <summary>Why this program cannot open it, and what to do; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>Path, name, numbers, kinds and problem, on one line.</summary>
    public override string ToString() =>
        $"{StablePath ?? Path}: {(Name.Length > 0 ? Name : "(no name)")} [{Bus} {Vendor:x4}:{Product:x4}, {Kinds}]{(Problem is null ? "" : $" ({Problem})")}";
}
