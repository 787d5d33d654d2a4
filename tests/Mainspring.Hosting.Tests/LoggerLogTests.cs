using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mainspring.Hosting.Tests;

public sealed class LoggerLogTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_loop_logs_reaches_the_hosts_logger_with_its_level_and_the_loops_category()
    {
        var log = new ListLogger();
        using (IHost host = Hosts.Build(static builder => builder.Services.AddMainspring(static options => options.Name = "pump"), log: log))
        {
            await host.StartAsync(Cancelled);
            host.Loop().Post(static () => throw new IOException("a line is broken"));
            await host.StopAsync(Cancelled);
        }

        Assert.Contains(log.Entries, static entry => entry is { Category: "Mainspring.Loop.pump", Level: LogLevel.Error } && entry.Message.Contains("a line is broken", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_logger_that_blocks_holds_nobody_and_what_finds_no_room_is_counted_and_told()
    {
        var logger = new ListLogger();
        logger.Gate.Reset();
        using (var log = new LoggerLog(logger, capacity: 3))
        {
            log.Write(LogSeverity.Information, "main", "first");
            Assert.True(await logger.Entered.WaitAsync(Hosts.Patience, Cancelled)); // the thread is blocked with it
            foreach (string message in (string[])["second", "third", "fourth", "too many", "much too many"])
            {
                log.Write(LogSeverity.Warning, "main", message);
            }

            Assert.Equal(2, log.Dropped);
            logger.Gate.Set();
        }

        Assert.Equal(
            [
                (LogLevel.Information, "first"),
                (LogLevel.Warning, "2 messages before this one were dropped: the logger is slower than they came."),
                (LogLevel.Warning, "second"), (LogLevel.Warning, "third"), (LogLevel.Warning, "fourth"),
            ],
            logger.Entries.Select(static entry => (entry.Level, entry.Message)));
    }
}
