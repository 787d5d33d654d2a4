namespace Mainspring.Scheduler.Tests;

/// <summary>The language of --load.</summary>
public sealed class LoadSpecTests
{
    [Theory]
    [InlineData("frame:2x1ms", "Frame", 2, 1_000_000, null, "Normal")]
    [InlineData("background:500x200us", "Background", 500, 200_000, null, "Normal")]
    [InlineData("timer:10x50us@100hz", "Timer", 10, 50_000, 100.0, "Normal")]
    [InlineData("callback:100x20us@1000hz,priority=high", "Callback", 100, 20_000, 1000.0, "High")]
    [InlineData("post:1x0.5ms@2.5Hz", "Post", 1, 500_000, 2.5, "Normal")]
    [InlineData("Callback:1X0ns,Priority=IDLE", "Callback", 1, 0, null, "Idle")]
    [InlineData("frame:1000000x10s", "Frame", 1_000_000, 10_000_000_000, null, "Normal")]
    public void Load_Right_IsTakenApart(string text, string kind, int count, long workNs, double? rate, string priority)
    {
        var expected = new LoadSpec(text, Enum.Parse<LoadKind>(kind), count, workNs, rate, Enum.Parse<Priority>(priority));

        Assert.Equal(expected, LoadSpec.Parse(text));
    }

    [Theory]
    [InlineData("", "'' in '' is no kind of work")]
    [InlineData("nonsense:1x1ms", "'nonsense' in 'nonsense:1x1ms' is no kind of work; give frame, background, timer, callback or post")]
    [InlineData("1:1x1ms", "'1' in '1:1x1ms' is no kind of work")]
    [InlineData("frame", "'' in 'frame' is not COUNTxWORK")]
    [InlineData("frame:2", "'2' in 'frame:2' is not COUNTxWORK")]
    [InlineData("frame:0x1ms", "'0' in 'frame:0x1ms' is no count; give a number from 1 to 1000000")]
    [InlineData("frame:-1x1ms", "'-1' in 'frame:-1x1ms' is no count")]
    [InlineData("frame:9999999x1ms", "'9999999' in")]
    [InlineData("frame:2x", "'' in 'frame:2x' is no time of work")]
    [InlineData("frame:2x1", "'1' in 'frame:2x1' is no time of work; give up to 10s, with ns, us, ms or s behind the number")]
    [InlineData("frame:2x1m", "'1m' in")]
    [InlineData("frame:2x-1ms", "'-1ms' in")]
    [InlineData("frame:2x11s", "'11s' in")]
    [InlineData("frame:2x1e400s", "'1e400s' in")]
    [InlineData("frame:2x1ms@60hz", "'@60hz' in 'frame:2x1ms@60hz' is not for frame work")]
    [InlineData("timer:2x1ms@60", "'60' in 'timer:2x1ms@60' is no rate; give times a second")]
    [InlineData("timer:2x1ms@0hz", "'0hz' in")]
    [InlineData("timer:2x1ms@2000000hz", "'2000000hz' in")]
    [InlineData("callback:1x1us,priority=soon", "'soon' in 'callback:1x1us,priority=soon' is no priority; give urgent, high, normal, low or idle")]
    [InlineData("callback:1x1us,priority=2", "'2' in")]
    [InlineData("callback:1x1us,color=red", "'color=red' in 'callback:1x1us,color=red' is nothing that a load has")]
    [InlineData("callback:1x1us,", "'' in 'callback:1x1us,' is nothing that a load has")]
    [InlineData("frame:1x1us,priority=high", "'priority=high' in 'frame:1x1us,priority=high' is for callbacks only")]
    public void Load_Wrong_SaysWhichPieceAndGivesAnExample(string text, string message)
    {
        string said = Assert.Throws<FormatException>(() => LoadSpec.Parse(text)).Message;

        Assert.StartsWith(message, said, StringComparison.Ordinal);
        Assert.EndsWith("; such as background:40x200us or callback:100x20us@50hz,priority=low", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_Defaults_AreRight() =>
        Assert.Equal([LoadKind.Frame, LoadKind.Background, LoadKind.Timer, LoadKind.Callback], SchedulerSettings.DefaultLoads.Select(static text => LoadSpec.Parse(text).Kind));

    [Theory]
    [InlineData(0, "0 ns")]
    [InlineData(999, "999 ns")]
    [InlineData(1_500, "1.5 us")]
    [InlineData(16_666_667, "16.7 ms")]
    [InlineData(123_400_000, "123 ms")]
    [InlineData(1_000_000_000, "1 s")]
    public void Time_AsText_HasThreeDigitsAndAUnit(double ns, string text) => Assert.Equal(text, Quantity.Text(ns));
}
