namespace Mainspring.Game;

/// <summary>A place, or a way from one place to another, in 1/256 of a unit.</summary>
internal readonly record struct Vector(int X, int Y)
{
    /// <summary>The length squared; of a way within the arena it fits easily.</summary>
    public long Squared => ((long)X * X) + ((long)Y * Y);

    public int Length => Trigonometry.Root(Squared);

    public static Vector operator +(Vector a, Vector b) => new(a.X + b.X, a.Y + b.Y);

    public static Vector operator -(Vector a, Vector b) => new(a.X - b.X, a.Y - b.Y);

    public static Vector operator *(Vector a, int factor) => new(a.X * factor, a.Y * factor);

    public static Vector operator /(Vector a, int divisor) => new(a.X / divisor, a.Y / divisor);

    /// <summary>The same direction with another length; nothing stays nothing.</summary>
    public Vector WithLength(int length)
    {
        int old = Length;
        return old == 0 ? this : new Vector((int)((long)X * length / old), (int)((long)Y * length / old));
    }

    /// <summary>Whether another place is nearer than so much.</summary>
    public bool IsWithin(Vector other, int distance) => (this - other).Squared < (long)distance * distance;
}
