namespace Mainspring.Game;

/// <summary>Where the place of a text is: at its left end, its middle, or its right end.</summary>
internal enum TextAlign
{
    Left,
    Center,
    Right,
}
