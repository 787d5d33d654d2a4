namespace Mainspring.Devices;

/// <summary>What <see cref="ISerialPort.Discard"/> throws away.</summary>
[Flags]
public enum SerialBuffers
{
    /// <summary>What was received and not emitted.</summary>
    Input = 1,

    /// <summary>What was written and not sent.</summary>
    Output = 2,

    /// <summary>Both.</summary>
    Both = Input | Output,
}
