using System.Runtime.InteropServices;

namespace Mainspring.Game;

/// <summary>One thing to draw, in the scene's coordinates: solid within its edge, glowing around it. Laid out as the graphics processor reads it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Shape
{
    public float X;
    public float Y;
    public float Size;
    public float SecondSize;

    /// <summary>Where it is turned to.</summary>
    public float Cosine;
    public float Sine;

    /// <summary>How solid it is, from 0 to 1.</summary>
    public float Solid;

    /// <summary>How bright its glow is at the edge.</summary>
    public float Glow;

    public float R;
    public float G;
    public float B;

    /// <summary>How far the glow reaches.</summary>
    public float Reach;

    /// <summary>A <see cref="ShapeKind"/>.</summary>
    public float Kind;
}
