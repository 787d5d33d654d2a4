using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Mainspring.Hosting.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void A_section_of_the_configuration_becomes_the_loops_options()
    {
        using IHost host = With(
            ("Mainspring:Name", "pump"), ("Mainspring:FrameRate", "62.5"), ("Mainspring:FrameBudget", "00:00:00.004"), ("Mainspring:FixedStep", "00:00:00.01"),
            ("Mainspring:Precision", "Hybrid"), ("Mainspring:GcPolicy", "CollectInGaps"), ("Mainspring:WatchdogThreshold", "00:00:01"), ("Mainspring:ErrorPolicy", "Stop"),
            ("Mainspring:Debug", "true"), ("Mainspring:Profile", "true"), ("Mainspring:UntilIdle", "true"), ("Mainspring:StopsApplication", "false"),
            ("Mainspring:FailureExitCode", "3"), ("Mainspring:LogQueue", "7"),
            ("Mainspring:RealTime:Policy", "RoundRobin"), ("Mainspring:RealTime:Priority", "41"), ("Mainspring:RealTime:CpuAffinity:0", "2"), ("Mainspring:RealTime:CpuAffinity:1", "3"),
            ("Mainspring:RealTime:LockMemory", "true"), ("Mainspring:RealTime:StackToTouch", "4096"), ("Mainspring:RealTime:Required", "false"));

        MainspringOptions bound = host.Services.GetRequiredService<IOptions<MainspringOptions>>().Value;
        using var log = new LoggerLog(new ListLogger(), 1);
        LoopOptions options = bound.ToLoopOptions(log);

        Assert.Equal(("pump", 62.5), (options.Name, options.FrameRate));
        Assert.Equal((TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1)), (options.FrameBudget, options.FixedStep, options.WatchdogThreshold));
        Assert.Equal((Precision.Hybrid, GcPolicy.CollectInGaps, ErrorPolicy.Stop), (options.Precision, options.GcPolicy, options.ErrorPolicy));
        Assert.True(options.Debug && options.Profile);
        Assert.Same(log, options.Log);
        Assert.Equal((true, false, 3, 7), (bound.UntilIdle, bound.StopsApplication, bound.FailureExitCode, bound.LogQueue));
        Assert.Equal((SchedulingPolicy.RoundRobin, 41, true, 4096, false),
            (options.RealTime!.Policy, options.RealTime.Priority, options.RealTime.LockMemory, options.RealTime.StackToTouch, options.RealTime.Required));
        Assert.Equal([2, 3], options.RealTime.CpuAffinity!);
    }

    [Fact]
    public void Without_values_the_options_are_the_loops_own_defaults()
    {
        using IHost host = With();
        using var log = new LoggerLog(new ListLogger(), 1);
        Assert.Equal(new LoopOptions { Log = log }, host.Services.GetRequiredService<IOptions<MainspringOptions>>().Value.ToLoopOptions(log));
        Assert.Equal(new RealTimeOptions(), new RealTimeSettings().ToOptions());
    }

    [Fact]
    public void Code_and_configuration_add_up_and_Configure_has_the_last_word()
    {
        var clock = new VirtualClock();
        using IHost host = Hosts.Build(builder =>
        {
            builder.Configuration.AddInMemoryCollection([new("Mainspring:FrameRate", "50")]);
            builder.Services.AddMainspring(static options => (options.Name, options.FrameRate) = ("code", 10)).Bind(builder.Configuration.GetSection("Mainspring"));
            builder.Services.AddMainspring(options => options.Configure = loop => loop with { Clock = clock });
        });

        MainspringOptions bound = host.Services.GetRequiredService<IOptions<MainspringOptions>>().Value;
        using var log = new LoggerLog(new ListLogger(), 1);
        LoopOptions options = bound.ToLoopOptions(log);

        Assert.Equal(("code", 50.0), (options.Name, options.FrameRate));
        Assert.Same(clock, options.Clock);
    }

    [Theory]
    [InlineData("Mainspring:FrameRte", "60", "FrameRte")]
    [InlineData("Mainspring:FrameRate", "fast", "FrameRate")]
    [InlineData("Mainspring:Precision", "Exact", "Precision")]
    [InlineData("Mainspring:LogQueue", "0", "LogQueue")]
    public async Task What_is_wrong_in_the_configuration_fails_the_hosts_start_and_is_named(string key, string value, string named)
    {
        using IHost host = With((key, value));
        Exception refused = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    private static IHost With(params (string Key, string Value)[] values) => Hosts.Build(builder =>
    {
        builder.Configuration.AddInMemoryCollection(values.Select(static pair => new KeyValuePair<string, string?>(pair.Key, pair.Value)));
        builder.Services.AddMainspring().Bind(builder.Configuration.GetSection("Mainspring"));
    });
}
