using Mainspring.Devices;

namespace Mainspring.Pi;

/// <summary>A serial port.</summary>
/// <param name="Silence">For NMEA: how long no good sentence may come until its fix is lost.</param>
internal sealed record PortConfig(string Name, string Device, SerialOptions Options, PortReads Reads, TimeSpan Silence);

/// <summary>What comes from a port.</summary>
internal enum PortReads
{
    /// <summary>Bytes that nobody looks at.</summary>
    Nothing,

    /// <summary>Lines of text.</summary>
    Lines,

    /// <summary>Sentences of NMEA 0183, from a receiver that may have a fix.</summary>
    Nmea,
}
