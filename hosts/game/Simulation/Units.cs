namespace Mainspring.Game;

/// <summary>
/// What the simulation counts in. Everything in it is an integer: lengths are in 1/256 of a unit, times in fixed steps, angles in 1/1024 of a turn. So it is the same on
/// every machine, which floating point is not promised to be.
/// </summary>
internal static class Units
{
    /// <summary>One unit of length; a pixel of an 80x44 terminal is four of them wide.</summary>
    public const int One = 256;

    /// <summary>Fixed steps in a second.</summary>
    public const int StepsPerSecond = 120;

    /// <summary>A whole turn, clockwise on the screen, from the right.</summary>
    public const int Turn = 1024;

    /// <summary>The length of a fixed step: 1/120 s to the 100 ns, which is what the loop can have.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromTicks(TimeSpan.TicksPerSecond / StepsPerSecond);

    /// <summary>A speed, per step.</summary>
    /// <param name="units">Units per second.</param>
    public static int Speed(int units) => units * One / StepsPerSecond;

    /// <summary>A time, in steps.</summary>
    public static int Steps(int milliseconds) => milliseconds * StepsPerSecond / 1000;
}
