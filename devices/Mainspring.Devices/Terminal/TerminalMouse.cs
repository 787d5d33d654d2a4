namespace Mainspring.Devices;

/// <summary>The mouse, as <see cref="TerminalOptions.Mouse"/> asks for it.</summary>
/// <param name="Action">What happened.</param>
/// <param name="Button">Which button, or a step of the wheel, which is only ever pressed.</param>
/// <param name="Column">Where, from 0 at the left.</param>
/// <param name="Row">Where, from 0 at the top.</param>
/// <param name="Modifiers">What is held: Shift, Alt and Control are told.</param>
public readonly record struct TerminalMouse(TerminalMouseAction Action, TerminalMouseButton Button, int Column, int Row, TerminalModifiers Modifiers);
