namespace Mainspring.Devices;

/// <summary>How a terminal is used. What a terminal does not know it ignores.</summary>
public sealed record TerminalOptions
{
    /// <summary>Whether the terminal's other screen is used, so that what the user had before is there again at the end.</summary>
    public bool AlternateScreen { get; init; } = true;

    /// <summary>
    /// Whether Ctrl-C, Ctrl-\ and Ctrl-Z are signals, as everywhere in a shell, also where the terminal sends them as keys. False makes them keys like others.
    /// </summary>
    public bool ControlKeysAreSignals { get; init; } = true;

    /// <summary>Whether the terminal is asked for the releases of keys (kitty keyboard protocol). See <see cref="TerminalKey.HasRelease"/>.</summary>
    public bool KeyReleases { get; init; } = true;

    /// <summary>What of the mouse is wanted.</summary>
    public TerminalMouseMode Mouse { get; init; }

    /// <summary>Whether <see cref="TerminalFocus"/> is wanted.</summary>
    public bool Focus { get; init; } = true;

    /// <summary>Whether pasted text is told apart from typed one (<see cref="TerminalPaste"/>).</summary>
    public bool BracketedPaste { get; init; } = true;

    /// <summary>
    /// How long an escape character may be followed by the rest of a sequence; alone for longer it is the Escape key. Slow lines need more. At least 1 ms.
    /// </summary>
    public TimeSpan EscapeTimeout { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>How many colours are used; null is what the environment says (NO_COLOR, COLORTERM, TERM).</summary>
    public TerminalColorDepth? Colors { get; init; }
}
