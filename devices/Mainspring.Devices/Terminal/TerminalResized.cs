namespace Mainspring.Devices;

/// <summary>The terminal has another size. Its screen has been resized and is empty: draw everything.</summary>
/// <param name="Columns">Its width in cells.</param>
/// <param name="Rows">Its height in cells.</param>
public readonly record struct TerminalResized(int Columns, int Rows);
