namespace Mainspring.Devices;

/// <summary>What the mouse did.</summary>
public enum TerminalMouseAction
{
    /// <summary>A button was pressed, or the wheel turned by a step.</summary>
    Press,

    /// <summary>A button was released.</summary>
    Release,

    /// <summary>It moved to another cell, with the button held, or none.</summary>
    Move,
}
