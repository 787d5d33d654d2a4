namespace Mainspring.Devices;

/// <summary>The true state of a device, to be asked when it is opened and after events were lost.</summary>
internal interface IInputState
{
    InputDeviceInfo Info { get; }

    void ReadKeys(InputBits keys);

    void ReadSwitches(InputBits switches);

    void ReadLeds(InputBits leds);

    int ReadAxis(int code, out InputAxisInfo info);

    /// <summary>One property of every contact, by slot.</summary>
    void ReadTouches(int code, Span<int> values);
}
