namespace Mainspring.Pi;

/// <summary>A register of an I2C device that is read again and again.</summary>
/// <param name="Scale">What one unit of the register stands for.</param>
/// <param name="Offset">What is added then.</param>
/// <param name="Unit">The unit of the result, for people; may be empty.</param>
internal sealed record SensorConfig(string Name, string Bus, int Address, int Register, SensorType Type, double Scale, double Offset, string Unit, TimeSpan Every);

/// <summary>How the bytes of a register are a number.</summary>
internal enum SensorType
{
    U8,
    I8,
    U16BigEndian,
    I16BigEndian,
    U16LittleEndian,
    I16LittleEndian,
}
