namespace Mainspring.Devices;

/// <summary>What of the mouse a terminal is asked to tell.</summary>
public enum TerminalMouseMode
{
    /// <summary>Nothing: the mouse selects text, as the user is used to.</summary>
    None,

    /// <summary>Buttons and the wheel.</summary>
    Buttons,

    /// <summary>Also motion while a button is held.</summary>
    Drag,

    /// <summary>All motion.</summary>
    Motion,
}
