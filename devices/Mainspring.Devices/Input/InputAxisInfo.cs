namespace Mainspring.Devices;

/// <summary>What an axis can say (struct input_absinfo). All but <paramref name="Resolution"/> are in the axis's own units.</summary>
/// <param name="Minimum">The lowest value.</param>
/// <param name="Maximum">The highest value.</param>
/// <param name="Fuzz">Changes up to this are noise; the kernel has left them out already.</param>
/// <param name="Flat">So far from the centre a stick still rests.</param>
/// <param name="Resolution">Units per millimetre, or per radian for rotations; 0 where the device does not say.</param>
public readonly record struct InputAxisInfo(int Minimum, int Maximum, int Fuzz = 0, int Flat = 0, int Resolution = 0)
{
    /// <summary>The value between <see cref="Minimum"/> (0) and <see cref="Maximum"/> (1): for triggers, pedals, touch positions. 0 where both are equal.</summary>
    public double Fraction(int value) =>
        Maximum > Minimum ? Math.Clamp(((double)value - Minimum) / ((double)Maximum - Minimum), 0, 1) : 0;

    /// <summary>The value from the centre: -1 at <see cref="Minimum"/>, 0 within <see cref="Flat"/> of the centre, 1 at <see cref="Maximum"/>, without a step in between: for sticks and hats.</summary>
    public double Deflection(int value)
    {
        double half = ((double)Maximum - Minimum) / 2;
        double offset = value - (Minimum + half);
        double beyond = Math.Abs(offset) - Flat;
        return half > Flat && beyond > 0 ? Math.CopySign(Math.Min(1, beyond / (half - Flat)), offset) : 0;
    }
}
