namespace Mainspring.Devices;

/// <summary>Text was pasted (bracketed paste). Long ones come in pieces, which never cut a character in two.</summary>
/// <param name="utf8">The bytes, as the terminal sent them: lines usually end with a carriage return. Valid during the call.</param>
/// <param name="isEnd">Whether this is the last piece.</param>
public readonly ref struct TerminalPaste(ReadOnlySpan<byte> utf8, bool isEnd)
{
    /// <summary>The bytes, as the terminal sent them: lines usually end with a carriage return. Valid during the call.</summary>
    public ReadOnlySpan<byte> Utf8 { get; } = utf8;

    /// <summary>Whether this is the last piece.</summary>
    public bool IsEnd { get; } = isEnd;
}
