using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Contracts;

/// <summary>The kernel's times of edges, on the loop's clock.</summary>
public sealed class GpioTimeContract
{
    [Case]
    public void Monotonic_IsTheLoopsClock_ButForItsZero()
    {
        Sys.NeedsLinux();
        using MainLoop loop = Loops.New();
        var map = new GpioTimeMap(loop, GpioEventClock.Monotonic);
        for (int i = 0; i < 1000; i++)
        {
            long before = loop.TimeProvider.GetTimestamp();
            long kernel = GpioAbi.Time(GpioAbi.ClockIdMonotonic);
            long after = loop.TimeProvider.GetTimestamp();
            map.BeginBatch();
            long mapped = map.ToLoop(kernel).Ticks * 100;
            Check.True(mapped >= before - 50_000 && mapped <= after + 50_000, $"{before} {mapped} {after}");
        }

        Check.Equal(TimeSpan.FromMilliseconds(1), map.ToLoop(5_001_000_000) - map.ToLoop(5_000_000_000), "it keeps differences exactly");
    }

    [Case]
    public void Realtime_FollowsAClockThatIsSet()
    {
        var loop = new ManualTime();
        long wall = 1_000_000_000_000;
        var map = new GpioTimeMap(loop, GpioEventClock.Realtime, isFixed: false, _ => wall);
        loop.NowNs = 10_000_000;
        map.BeginBatch();
        Check.Equal(TimeSpan.FromMilliseconds(9), map.ToLoop(wall - 1_000_000));
        wall -= 3_600_000_000_000;
        loop.NowNs = 20_000_000;
        map.BeginBatch();
        Check.Equal(TimeSpan.FromMilliseconds(19), map.ToLoop(wall - 1_000_000));
    }

    [Case]
    public void Hardware_LearnsItsZeroFromTheQuickestEvent_AndFollowsItsDrift()
    {
        var loop = new ManualTime();
        var map = new GpioTimeMap(loop, GpioEventClock.Hardware, isFixed: false, static _ => throw new CheckException("its clock cannot be read"));
        Check.Equal(1_500_000L, Map(happened: 1_000_000, read: 1_500_000), "the first one seems to come at once");
        Check.Equal(2_010_000L, Map(happened: 2_000_000, read: 2_010_000), "this one was read sooner");
        Check.Equal(3_010_100L, Map(happened: 3_000_000, read: 3_900_000), "now it is known; the clock may have drifted by 100 ppm since");

        long Map(long happened, long read)
        {
            loop.NowNs = read;
            map.BeginBatch();
            return map.ToLoop(77_000_000_000 + happened).Ticks * 100;
        }
    }

    private sealed class ManualTime : TimeProvider
    {
        public long NowNs { get; set; }

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => NowNs;
    }
}
