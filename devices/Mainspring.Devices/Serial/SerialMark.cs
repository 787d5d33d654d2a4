namespace Mainspring.Devices;

/// <summary>What stands between the data of a serial line.</summary>
internal enum SerialMark
{
    None,
    Break,
    WrongCharacter,
}
