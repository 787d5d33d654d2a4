namespace Mainspring.Pi;

/// <summary>What a line turned out to be; the first of these that applies. The rules are with <see cref="NmeaSentence"/>.</summary>
public enum NmeaStatus
{
    /// <summary>A whole sentence with the right checksum.</summary>
    Valid,

    /// <summary>Longer than <see cref="NmeaSentence.MaxLength"/>.</summary>
    TooLong,

    /// <summary>It does not start with <c>$</c> or <c>!</c>, or nothing, or <c>*</c>, comes right after that.</summary>
    NotASentence,

    /// <summary>It holds a byte that is not printable ASCII, or a second <c>$</c>.</summary>
    BadCharacter,

    /// <summary>It does not end with <c>*</c> and two hexadecimal digits, or it holds another <c>*</c>.</summary>
    NoChecksum,

    /// <summary>The checksum is there, and wrong.</summary>
    BadChecksum,
}
