namespace Mainspring.Hosting.Tests;

[CollectionDefinition(nameof(EnvironmentTests), DisableParallelization = true)]
[Collection(nameof(EnvironmentTests))]
public sealed class EnvironmentTests
{
    [Fact]
    public void Without_a_notification_socket_there_is_no_notifier()
    {
        With(null, null, () => Assert.Null(SystemdNotifier.FromEnvironment()));
        With("", "1000000", () => Assert.Null(SystemdNotifier.FromEnvironment()));
    }

    [Fact]
    public void The_environment_names_the_socket_and_the_period()
    {
        using var manager = new Manager();
        With(manager.Address, "2000000", () =>
        {
            using SystemdNotifier? notifier = SystemdNotifier.FromEnvironment();
            Assert.Equal(TimeSpan.FromSeconds(2), notifier?.Watchdog);
            notifier?.Ready();
        });
        Assert.Equal(["READY=1"], manager.Rest());
    }

    private static void With(string? socket, string? watchdog, Action test)
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", socket);
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", watchdog);
        try
        {
            test();
        }
        finally
        {
            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
            Environment.SetEnvironmentVariable("WATCHDOG_USEC", null);
        }
    }
}
