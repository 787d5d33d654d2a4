namespace Mainspring.Devices;

/// <summary>Which way a GPIO line goes.</summary>
public enum GpioDirection
{
    /// <summary>Its level is read.</summary>
    Input,

    /// <summary>Its level is driven, and can be read back.</summary>
    Output,
}
