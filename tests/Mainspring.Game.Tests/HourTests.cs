using System.Text;

namespace Mainspring.Game.Tests;

public class HourTests
{
    [Fact]
    public void All_hours_of_the_program_can_be_read_and_every_fourth_has_a_regulator()
    {
        for (int number = 1; number <= Hour.PerDay; number++)
        {
            using Stream stream = HourLoader.OpenBuiltIn(number);
            using var reader = new StreamReader(stream);
            Hour hour = Read(reader.ReadToEnd(), number);
            Assert.NotEqual(0, hour.Count);
            Assert.Equal(number % 4 == 0, hour.Groups.ToArray().Any(static group => group.Kind == EnemyKind.Regulator));
        }
    }

    [Fact]
    public void A_line_has_a_time_a_count_a_kind_a_place_and_a_distance()
    {
        Hour hour = Read("# remark\n\n  2.5 6 mite ring # all at once\r\n4\t8 moth left 0.3");
        Assert.Equal([new SpawnGroup(300, 6, EnemyKind.Mite, SpawnPlace.Ring, 0), new SpawnGroup(480, 8, EnemyKind.Moth, SpawnPlace.Left, 36)], hour.Groups.ToArray());
    }

    [Theory]
    [InlineData("x 6 mite ring", "it needs a time in seconds")]
    [InlineData("-1 6 mite ring", "it needs a time in seconds")]
    [InlineData("1 0 mite ring", "it needs a count from 1 to 100")]
    [InlineData("1", "it needs a count from 1 to 100")]
    [InlineData("1 2 wasp ring", "it needs an enemy")]
    [InlineData("1 2 mite nowhere", "it needs a place")]
    [InlineData("1 2 mite ring 1 1", "there is more in it")]
    public void What_is_wrong_is_said_with_its_line(string line, string said)
    {
        var exception = Assert.Throws<InvalidDataException>(() => Read("1 1 mite edge\n" + line));
        Assert.StartsWith("hour-05.txt, line 2: " + said, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_hour_with_too_many_groups_is_refused() =>
        Assert.Contains("line 65: there are more groups", Assert.Throws<InvalidDataException>(() => Read(string.Concat(Enumerable.Repeat("1 1 mite edge\n", 65)))).Message, StringComparison.Ordinal);

    private static Hour Read(string text, int number = 5)
    {
        var hour = new Hour();
        var reader = new HourReader(Encoding.UTF8.GetBytes(text), number);
        while (!reader.IsAtEnd)
        {
            reader.ReadLine(hour);
        }

        hour.Finish(number);
        return hour;
    }
}
