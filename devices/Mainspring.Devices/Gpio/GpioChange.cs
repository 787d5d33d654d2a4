namespace Mainspring.Devices;

/// <summary>What has happened to a line.</summary>
public enum GpioChange
{
    /// <summary>Somebody has requested it.</summary>
    Requested = 1,

    /// <summary>Its user has released it.</summary>
    Released = 2,

    /// <summary>Its user has changed its settings.</summary>
    Reconfigured = 3,
}
