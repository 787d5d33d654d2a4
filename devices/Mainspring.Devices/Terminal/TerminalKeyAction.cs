namespace Mainspring.Devices;

/// <summary>What happened to a key.</summary>
public enum TerminalKeyAction
{
    /// <summary>It was pressed; where <see cref="TerminalKey.HasRelease"/> is false also: it repeats.</summary>
    Press,

    /// <summary>It is held, and repeats.</summary>
    Repeat,

    /// <summary>It was released.</summary>
    Release,
}
