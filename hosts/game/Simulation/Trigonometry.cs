namespace Mainspring.Game;

/// <summary>Sine, angle and root, in integers.</summary>
internal static class Trigonometry
{
    private const int Quarter = Units.Turn / 4;

    /// <summary>The vector of an angle and a length.</summary>
    public static Vector Toward(int angle, int length) => new((int)((long)Sine(angle + Quarter) * length >> 16), (int)((long)Sine(angle) * length >> 16));

    /// <summary>The sine of an angle, times 65,536.</summary>
    public static int Sine(int angle)
    {
        angle &= Units.Turn - 1;
        int half = angle & ((Units.Turn / 2) - 1);
        long z = (long)Math.Min(half, (Units.Turn / 2) - half) * (65_536 / Quarter); // 0 to 1 in a quarter, times 65,536
        long square = z * z >> 16;

        // The odd polynomial of the fifth degree that has the value 1 and the slope 0 at the end of the quarter: wrong by less than 0.04 %.
        long sine = z * (102_943 - (square * (42_047 - (square * 4_640 >> 16)) >> 16)) >> 16;
        return (int)(angle < Units.Turn / 2 ? sine : -sine);
    }

    /// <summary>The angle of a vector, from 0 to 1023; of nothing it is 0.</summary>
    public static int AngleOf(Vector vector)
    {
        long x = Math.Abs((long)vector.X), y = Math.Abs((long)vector.Y);
        if (x == 0 && y == 0)
        {
            return 0;
        }

        // atan(z) for z from 0 to 1 is nearly z * (pi / 4 + 0.273 * (1 - z)): wrong by less than a unit.
        long z = (Math.Min(x, y) << 12) / Math.Max(x, y);
        int eighth = (int)(((z * 128) + (z * (4096 - z) * 89 >> 13)) >> 12);
        int quarter = y <= x ? eighth : Quarter - eighth;
        int half = vector.X >= 0 ? quarter : (2 * Quarter) - quarter;
        return (vector.Y >= 0 ? half : Units.Turn - half) & (Units.Turn - 1);
    }

    /// <summary>The way from one angle to another, from -512 to 511.</summary>
    public static int Difference(int from, int to) => ((to - from + (Units.Turn / 2)) & (Units.Turn - 1)) - (Units.Turn / 2);

    /// <summary>The square root, rounded down.</summary>
    public static int Root(long square)
    {
        if (square < 2)
        {
            return (int)square;
        }

        long root = 1L << ((System.Numerics.BitOperations.Log2((ulong)square) / 2) + 1); // above it; Newton comes down
        while (true)
        {
            long next = (root + (square / root)) >> 1;
            if (next >= root)
            {
                return (int)root;
            }

            root = next;
        }
    }
}
