namespace Mainspring.Devices;

/// <summary>
/// A text terminal in raw mode as a source and a screen. It emits <see cref="TerminalConnected"/>, <see cref="TerminalKey"/>, <see cref="TerminalText"/>, <see cref="TerminalPaste"/>,
/// <see cref="TerminalMouse"/>, <see cref="TerminalFocus"/>, <see cref="TerminalResized"/>, <see cref="TerminalResumed"/>, <see cref="TerminalUnknown"/> and
/// <see cref="TerminalDisconnected"/>. Loop's thread only.
/// </summary>
public interface ITerminal : IEventSource
{
    /// <summary>How it is used.</summary>
    TerminalOptions Options { get; }

    /// <summary>Whether it is in raw mode and shows frames: it is attached, and the program is not being stopped.</summary>
    bool IsOpen { get; }

    /// <summary>Whether the terminal has said that it tells releases. Its answer comes soon after <see cref="TerminalConnected"/>, or never.</summary>
    bool KeysHaveReleases { get; }

    /// <summary>How many colours are used.</summary>
    TerminalColorDepth Colors { get; }

    /// <summary>Whether the locale says that the terminal shows UTF-8, so more than ASCII. What is drawn is sent as UTF-8 all the same.</summary>
    bool IsUtf8 { get; }

    /// <summary>What is to be shown; always as large as the terminal. Draw on it, then call <see cref="TryPresent"/>.</summary>
    TerminalScreen Screen { get; }

    /// <summary>Frames that were not shown because the terminal was still busy with an earlier one.</summary>
    long DroppedFrames { get; }

    /// <summary>
    /// Shows the screen: sends what differs from what the terminal shows, without ever waiting for it. What the terminal does not take now follows when it does.
    /// </summary>
    /// <returns>False when the frame was dropped, because an earlier one has not been sent as a whole, or it is not open; the next one brings all that has changed since.</returns>
    bool TryPresent();
}
