namespace Mainspring.Devices;

/// <summary>How an input device is opened.</summary>
public sealed record InputOptions
{
    /// <summary>Whether its events come to this program alone (EVIOCGRAB): not to the console, the desktop, or another program.</summary>
    public bool Grab { get; init; }
}
