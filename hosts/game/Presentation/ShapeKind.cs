namespace Mainspring.Game;

/// <summary>What a shape is. Both screens calculate the same distances to its edge; the numbers are those of the shader.</summary>
internal enum ShapeKind
{
    Disc = 0,

    /// <summary>A circle's line; the second size is half its width.</summary>
    Ring = 1,

    /// <summary>A wheel with a hole; the second size is the number of its teeth.</summary>
    Gear = 2,

    /// <summary>An arrowhead; its point lies to the right.</summary>
    Dart = 3,

    /// <summary>A rectangle, or a line: half its length and half its width.</summary>
    Box = 4,

    /// <summary>A character of the font; the second size is its place there. Only for the window.</summary>
    Glyph = 5,
}
