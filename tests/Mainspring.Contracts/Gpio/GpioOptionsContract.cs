using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>What options are refused, and how they become a request of the kernel.</summary>
public sealed class GpioOptionsContract
{
    [Case]
    public void Contradictions_AreRefused()
    {
        Refuses("1 to 64");
        Refuses("1 to 64", [.. Enumerable.Range(0, 65).Select(static line => GpioLine.Input(line))]);
        Refuses("line 4 twice", GpioLine.Input(4), GpioLine.Output(4));
        Refuses("line 'A' twice", GpioLine.Input("A"), GpioLine.Input("A"));
        Refuses("line 4 is an output: Edges", GpioLine.Output(4) with { Edges = GpioEdges.Rising });
        Refuses("line 4 is an output: Debounce", GpioLine.Output(4) with { Debounce = TimeSpan.FromMilliseconds(1) });
        Refuses("line 4 is an input: Safe", GpioLine.Input(4) with { Safe = false });
        Refuses("line 4 is an input: Initial", GpioLine.Input(4) with { Initial = true });
        Refuses("line 'LED' is an input: Drive", GpioLine.Input("LED") with { Drive = GpioDrive.OpenDrain });
        Refuses("no value", GpioLine.Input(4) with { Edges = (GpioEdges)4 });
        Check.Throws<ArgumentOutOfRangeException>(static () => _ = GpioLine.Input(-1));
        Check.Throws<ArgumentOutOfRangeException>(static () => _ = GpioLine.Input(1) with { Debounce = TimeSpan.FromTicks(-1) });
        Check.Throws<ArgumentOutOfRangeException>(static () => _ = GpioLine.Input(1) with { Debounce = TimeSpan.FromHours(2) });
        Check.Throws<ArgumentOutOfRangeException>(static () => _ = new GpioOptions { EventBufferSize = 1025 });
        Check.Throws<ArgumentOutOfRangeException>(static () => _ = new GpioOptions { RemovalCheck = TimeSpan.FromMilliseconds(999) });
    }

    [Case]
    public void EqualSettings_ShareAnAttribute()
    {
        GpioLine[] lines = [.. Enumerable.Range(0, 64).Select(static line => GpioLine.Input(line) with
        {
            Edges = GpioEdges.Both,
            Bias = line % 2 == 0 ? GpioBias.PullUp : GpioBias.AsIs,
            Debounce = TimeSpan.FromMilliseconds(line % 9),
        })];
        var set = new GpioLineSet(new GpioOptions { Lines = lines });
        Check.Equal(2, set.Settings.Count);
        Check.Equal(8, set.Debounces.Count);
        Check.Equal(ulong.MaxValue, set.Settings.Aggregate(0UL, static (all, one) => all | one.Mask));
    }

    [Case]
    public void TenAttributes_AreTaken_AndElevenRefused_WithTheirReasons()
    {
        GpioLine[] ten = [.. Enumerable.Range(1, 10).Select(static line => GpioLine.Input(line) with { Debounce = TimeSpan.FromMilliseconds(line) })];
        _ = new GpioLineSet(new GpioOptions { Lines = ten });
        Refuses("need 11 attributes, and a request has at most 10: 0 for settings other than the commonest ones, 11 for debounce times, 0 for", [.. ten, GpioLine.Input(11) with { Debounce = TimeSpan.FromMilliseconds(11) }]);
        Refuses("need 12 attributes, and a request has at most 10: 1 for settings other than the commonest ones, 10 for debounce times, 1 for", [.. ten, GpioLine.Output(11)]);
    }

    [Case]
    public void Debounce_IsRoundedUpToMicroseconds()
    {
        Check.Equal(1u, (GpioLine.Input(1) with { Debounce = TimeSpan.FromTicks(1) }).DebounceMicroseconds);
        Check.Equal(5000u, (GpioLine.Input(1) with { Debounce = TimeSpan.FromMilliseconds(5) }).DebounceMicroseconds);
    }

    private static void Refuses(string part, params GpioLine[] lines) =>
        Check.Contains(part, Check.Throws<ArgumentException>(() => _ = new GpioLineSet(new GpioOptions { Lines = lines })).Message);
}
