using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mainspring.Hosting.Tests;

public sealed class MainLoopServiceTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_manager_hears_ready_when_all_has_started_and_stopping_when_it_ends()
    {
        using var manager = new Manager();
        using IHost host = Hosts.Build(
            builder =>
            {
                builder.Services.AddMainspring();
                builder.Services.AddSingleton<IHostedService>(new Story(onStart: () => Assert.DoesNotContain("READY=1", manager.Rest())));
            },
            manager.Notifier(TimeSpan.FromMilliseconds(30)));

        await host.StartAsync(Cancelled);
        Assert.Equal("READY=1", manager.NextButFood());
        Assert.Equal("STATUS=loop 'main' runs", manager.NextButFood());
        Assert.Equal("WATCHDOG=1", manager.Next());

        await host.StopAsync(Cancelled);
        Assert.Single(manager.Rest(), "STOPPING=1");
    }

    [Fact]
    public async Task A_stuck_loop_feeds_the_watchdog_no_more()
    {
        using var manager = new Manager();
        using IHost host = Hosts.Build(static builder => builder.Services.AddMainspring(), manager.Notifier(TimeSpan.FromMilliseconds(60)));
        await host.StartAsync(Cancelled);
        Assert.Equal("READY=1", manager.NextButFood());
        Assert.Equal("STATUS=loop 'main' runs", manager.NextButFood());
        Assert.Equal("WATCHDOG=1", manager.Next());

        using var isStuck = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        host.Loop().Post(() =>
        {
            isStuck.Set();
            release.Wait(Cancelled);
        });
        isStuck.Wait(Cancelled);
        manager.Rest();
        Assert.Null(manager.Next(timeoutMs: 600)); // ten periods

        release.Set();
        Assert.Equal("WATCHDOG=1", manager.Next());
        await host.StopAsync(Cancelled);
    }

    [Fact]
    public async Task Set_ups_run_in_order_on_the_loops_own_thread_before_the_host_has_started()
    {
        var story = new List<string>();
        int thread = 0;
        using IHost host = Hosts.Build(builder => builder.Services.AddSingleton(story).AddMainspring()
            .Setup(loop =>
            {
                thread = Environment.CurrentManagedThreadId;
                story.Add("first");
                loop.CallSoon(() => story.Add("runs"));
            })
            .Setup<Second>()
            .Setup<Second>()
            .Setup((_, services) => services.GetRequiredService<List<string>>().Add("third")));

        await host.StartAsync(Cancelled);
        story.Add("started");
        int loops = await host.Loop().InvokeAsync(() => Environment.CurrentManagedThreadId, Cancelled);
        await host.StopAsync(Cancelled);

        Assert.Equal(["first", "second", "third"], story[..3]);
        Assert.Equal(["runs", "started"], story[3..].Order());
        Assert.Equal(loops, thread);
        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public async Task A_set_up_that_throws_fails_the_hosts_start_and_disposes_the_loop()
    {
        using IHost host = Hosts.Build(static builder => builder.Services.AddMainspring().Setup(static _ => throw new IOException("no device")));

        IOException refused = await Assert.ThrowsAsync<IOException>(() => host.StartAsync(Cancelled));

        Assert.Equal("no device", refused.Message);
        Assert.False(host.Loop().TryPost(static () => { }));
    }

    [Fact]
    public async Task The_host_stops_the_services_that_use_the_loop_then_the_loop_whose_sources_are_detached_on_its_thread()
    {
        var story = new List<string>();
        using IHost host = Hosts.Build(builder =>
        {
            builder.Services.AddMainspring().Setup(loop =>
            {
                loop.Add(new TellingSource(story), RetryPolicy.Never);
                loop.StartJob(Job(story));
            });
            builder.Services.AddSingleton<IHostedService>(services => new Story(
                onStop: () => story.Add(services.GetRequiredService<MainLoop>().TryPost(static () => { }) ? "service: the loop runs" : "service: too late")));
        });

        await host.StartAsync(Cancelled);
        await host.Loop().InvokeAsync(static () => { }, Cancelled); // the job has begun
        await host.StopAsync(Cancelled);

        Assert.Equal(["service: the loop runs", "the job's end", "detached on the loop's thread"], story);
    }

    [Fact]
    public async Task A_loop_that_ends_by_itself_ends_the_application()
    {
        using IHost host = Hosts.Build(static builder => builder.Services.AddMainspring(static options => options.UntilIdle = true).Setup(static loop =>
            loop.CallLater(TimeSpan.FromMilliseconds(1), static () => { })));
        Task stopping = host.Stopping();

        await host.StartAsync(Cancelled);
        await stopping;
        await host.StopAsync(Cancelled);
    }

    [Fact]
    public async Task A_loop_may_end_without_ending_the_application()
    {
        using IHost host = Hosts.Build(static builder => builder.Services.AddMainspring(static options => options.StopsApplication = false));
        Task stopping = host.Stopping();

        await host.StartAsync(Cancelled);
        MainLoop loop = host.Loop();
        loop.Stop();
        while (loop.TryPost(static () => { }))
        {
            await Task.Yield(); // until it is disposed
        }

        Assert.False(stopping.IsCompleted);
        await host.StopAsync(Cancelled);
    }

    [Fact]
    public async Task An_unhandled_exception_with_ErrorPolicy_Stop_ends_the_application_with_the_exit_code_of_the_options()
    {
        var log = new ListLogger();
        using var manager = new Manager();
        using (IHost host = Hosts.Build(
            static builder => builder.Services.AddMainspring(static options => (options.ErrorPolicy, options.FailureExitCode) = (ErrorPolicy.Stop, 70)), manager.Notifier(), log))
        {
            Task stopping = host.Stopping();
            await host.StartAsync(Cancelled);
            host.Loop().Post(static () => throw new IOException("the bus is down"));
            await stopping;
            await host.StopAsync(Cancelled);
        }

        int code = Environment.ExitCode;
        Environment.ExitCode = 0; // the test program's own
        Assert.Equal(70, code);
        Assert.Contains(log.Entries, static entry => entry is { Category: "Mainspring.Loop.main", Level: LogLevel.Critical } && entry.Message.Contains("the bus is down", StringComparison.Ordinal));
        Assert.Contains("STATUS=loop 'main' failed: the bus is down", manager.Rest());
    }

    [Fact]
    public async Task A_loop_that_does_not_end_in_time_is_reported_with_what_holds_it_and_the_host_goes_on()
    {
        var log = new ListLogger();
        using var release = new ManualResetEventSlim();
        using var isHeld = new SemaphoreSlim(0);
        using IHost host = Hosts.Build(
            builder =>
            {
                builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(50));
                builder.Services.AddMainspring(static options => options.WatchdogThreshold = TimeSpan.FromMilliseconds(20));
            },
            log: log);
        await host.StartAsync(Cancelled);
        MainLoop loop = host.Loop();
        loop.Stalled += _ => isHeld.Release();
        loop.Post(() => loop.CallSoon(() => release.Wait(Cancelled), Priority.Normal, "the slow pump"));
        Assert.True(await isHeld.WaitAsync(Hosts.Patience, Cancelled));

        await Assert.ThrowsAnyAsync<Exception>(() => host.StopAsync(Cancelled));

        release.Set();
        while (loop.TryPost(static () => { }))
        {
            await Task.Yield(); // its thread ends it all the same
        }

        host.Services.GetRequiredService<LoggerLog>().Dispose();
        Assert.Contains(log.Entries, static entry => entry.Level == LogLevel.Error && entry.Message.Contains("did not end within", StringComparison.Ordinal) && entry.Message.Contains("'the slow pump' holds it", StringComparison.Ordinal));
    }

    private static IEnumerator<Wait> Job(List<string> story)
    {
        try
        {
            while (true)
            {
                yield return TimeSpan.FromHours(1);
            }
        }
        finally
        {
            story.Add("the job's end");
        }
    }

    private sealed class Second(List<string> story) : IMainLoopSetup
    {
        public void Setup(MainLoop loop) => story.Add("second");
    }

    private sealed class TellingSource(List<string> story) : IEventSource
    {
        private int _thread;

        public string Name => "telling";

        public void Attach(SourceContext context) => _thread = Environment.CurrentManagedThreadId;

        public int Dispatch(PollEvents ready, int maxEvents) => 0;

        public void Detach() => story.Add(Environment.CurrentManagedThreadId == _thread ? "detached on the loop's thread" : "detached elsewhere");
    }

    private sealed class Story(Action? onStart = null, Action? onStop = null) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            onStart?.Invoke();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            onStop?.Invoke();
            return Task.CompletedTask;
        }
    }
}
