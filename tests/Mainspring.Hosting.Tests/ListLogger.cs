using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mainspring.Hosting.Tests;

/// <summary>Keeps what is logged; while its gate is closed it blocks, as a console that nobody reads.</summary>
internal sealed class ListLogger : ILoggerProvider, ILogger
{
    public ConcurrentQueue<(string Category, LogLevel Level, string Message)> Entries { get; } = [];

    public ManualResetEventSlim Gate { get; } = new(true);

    public SemaphoreSlim Entered { get; } = new(0);

    private string Category { get; init; } = "";

    private ListLogger? Parent { get; init; }

    public ILogger CreateLogger(string categoryName) => new ListLogger { Category = categoryName, Parent = this };

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ListLogger all = Parent ?? this;
        all.Entered.Release();
        all.Gate.Wait();
        all.Entries.Enqueue((Category, logLevel, formatter(state, exception)));
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
    }
}
