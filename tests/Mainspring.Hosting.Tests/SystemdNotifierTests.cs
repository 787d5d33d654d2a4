namespace Mainspring.Hosting.Tests;

public sealed class SystemdNotifierTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Messages_arrive_at_paths_and_at_abstract_names(bool isAbstract)
    {
        using var manager = new Manager(isAbstract);
        using SystemdNotifier notifier = manager.Notifier();

        notifier.Ready();
        notifier.Status("three lines open");
        notifier.Stopping();

        Assert.Equal(["READY=1", "STATUS=three lines open", "STOPPING=1"], manager.Rest());
        Assert.Equal(0, notifier.Failures);
    }

    [Fact]
    public void Stopping_is_said_once()
    {
        using var manager = new Manager();
        using SystemdNotifier notifier = manager.Notifier();

        notifier.Stopping();
        notifier.Stopping();

        Assert.Equal(["STOPPING=1"], manager.Rest());
    }

    [Fact]
    public void A_status_is_one_line_of_bounded_length_and_cuts_no_character()
    {
        using var manager = new Manager();
        using SystemdNotifier notifier = manager.Notifier();

        notifier.Status("first\nREADY=1");
        notifier.Status(new string('\u00e4', 1000));

        Assert.Equal(["STATUS=first", "STATUS=" + new string('\u00e4', 128)], manager.Rest());
    }

    [Fact]
    public void The_loop_feeds_the_watchdog_now_and_every_third_of_its_period()
    {
        using var manager = new Manager();
        using SystemdNotifier notifier = manager.Notifier(TimeSpan.FromSeconds(3));
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });

        notifier.FeedFrom(loop);
        loop.Run(new RunOptions { For = TimeSpan.FromSeconds(5) });

        Assert.Equal(Enumerable.Repeat("WATCHDOG=1", 6), manager.Rest());
    }

    [Fact]
    public void Feeding_does_not_keep_a_loop_alive()
    {
        using var manager = new Manager();
        using SystemdNotifier notifier = manager.Notifier(TimeSpan.FromSeconds(3));
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });

        notifier.FeedFrom(loop);
        loop.Run(new RunOptions { UntilIdle = true });

        Assert.Equal(["WATCHDOG=1"], manager.Rest());
    }

    [Fact]
    public void Without_a_watchdog_nothing_is_fed()
    {
        using var manager = new Manager();
        using SystemdNotifier notifier = manager.Notifier();
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });

        Assert.False(notifier.FeedFrom(loop).IsPending);
        Assert.Empty(manager.Rest());
    }

    [Fact]
    public void A_manager_that_is_gone_or_does_not_read_is_counted_and_never_waited_for()
    {
        var manager = new Manager();
        using SystemdNotifier notifier = manager.Notifier();
        for (int i = 0; i < 100_000 && notifier.Failures == 0; i++)
        {
            notifier.Ready(); // until its queue is full
        }

        Assert.Equal(1, notifier.Failures);
        manager.Dispose();
        notifier.Ready();
        Assert.Equal(2, notifier.Failures);
    }

    [Theory]
    [InlineData("run/notify")]
    [InlineData("vsock:2:1234")]
    [InlineData("@")]
    [InlineData("/")]
    public void What_is_no_socket_is_refused_with_its_name(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new SystemdNotifier(name));
        Assert.Contains($"'{name}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_fits_to_the_last_byte_of_a_sockets_address()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        new SystemdNotifier("@" + new string('n', 107)).Dispose();
        new SystemdNotifier("/" + new string('n', 106)).Dispose();
        Assert.Throws<ArgumentException>(() => new SystemdNotifier("@" + new string('n', 108)));
        Assert.Throws<ArgumentException>(() => new SystemdNotifier("/" + new string('n', 107)));
    }

    [Theory]
    [InlineData("30000000", null, 30.0)]
    [InlineData("30000000", "", 30.0)]
    [InlineData("1", null, 0.000001)]
    [InlineData("30000000", "17", 30.0)]
    [InlineData("30000000", "18", null)]
    [InlineData("30000000", "x", null)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("soon", null, null)]
    [InlineData("9223372036854775807", null, null)]
    [InlineData(null, "17", null)]
    public void The_period_is_the_environments_unless_it_is_for_another_process(string? microseconds, string? process, double? seconds)
    {
        Assert.Equal(seconds, SystemdNotifier.WatchdogOf(microseconds, process, self: 17)?.TotalSeconds);
    }
}
