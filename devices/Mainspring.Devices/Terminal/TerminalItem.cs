namespace Mainspring.Devices;

/// <summary>What <see cref="TerminalDecoder"/> has found.</summary>
internal enum TerminalItem
{
    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>A key: <see cref="TerminalDecoder.Key"/>.</summary>
    Key,

    /// <summary>What the key before it typed: <see cref="TerminalDecoder.Text"/>.</summary>
    Text,

    /// <summary>The mouse: <see cref="TerminalDecoder.Mouse"/>.</summary>
    Mouse,

    /// <summary>The focus came: <see cref="TerminalDecoder.HasFocus"/>.</summary>
    Focus,

    /// <summary>A piece of pasted text: <see cref="TerminalDecoder.Bytes"/>.</summary>
    Paste,

    /// <summary>The last piece, which may be empty.</summary>
    PasteEnd,

    /// <summary>The terminal knows the kitty keyboard protocol.</summary>
    KeyProtocol,

    /// <summary>Something else: <see cref="TerminalDecoder.Bytes"/>.</summary>
    Unknown,
}
