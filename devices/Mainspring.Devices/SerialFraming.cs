namespace Mainspring.Devices;

/// <summary>How a serial port cuts the bytes that it receives into messages. <see cref="SerialData"/> is emitted all the same.</summary>
public abstract record SerialFraming
{
    private protected SerialFraming()
    {
    }
}
