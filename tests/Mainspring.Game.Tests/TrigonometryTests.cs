namespace Mainspring.Game.Tests;

public class TrigonometryTests
{
    [Fact]
    public void Sines_are_right_to_a_part_in_two_thousand()
    {
        for (int angle = -2 * Units.Turn; angle < 2 * Units.Turn; angle++)
        {
            Assert.InRange(Trigonometry.Sine(angle) - (Math.Sin(angle * Math.Tau / Units.Turn) * 65_536), -26, 26);
        }
    }

    [Fact]
    public void The_angle_of_a_vector_is_right_to_a_unit()
    {
        for (int angle = 0; angle < Units.Turn; angle++)
        {
            double radians = angle * Math.Tau / Units.Turn;
            int found = Trigonometry.AngleOf(new Vector((int)Math.Round(Math.Cos(radians) * 50_000), (int)Math.Round(Math.Sin(radians) * 50_000)));
            Assert.InRange(Trigonometry.Difference(angle, found), -1, 1);
        }
    }

    [Fact]
    public void Roots_are_rounded_down()
    {
        foreach (long root in (long[])[0, 1, 2, 3, 10, 255, 256, 46_340, 65_536, 81_920, 1_000_003, int.MaxValue - 1L])
        {
            Assert.Equal(root, Trigonometry.Root(root * root));
            Assert.Equal(root, Trigonometry.Root((root * root) + (2 * root)));
        }
    }

    [Fact]
    public void A_vector_keeps_its_direction_with_another_length()
    {
        Vector vector = new Vector(-3000, 4000).WithLength(100);
        Assert.Equal(new Vector(-60, 80), vector);
        Assert.Equal(default, default(Vector).WithLength(100));
    }
}
