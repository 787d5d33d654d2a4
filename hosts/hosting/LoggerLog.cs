using Microsoft.Extensions.Logging;

namespace Mainspring.Hosting;

/// <summary>
/// A loop's log that goes to an <see cref="ILogger"/>. Loggers may block (the console's does when its queue is full), so messages wait in a bounded queue, and a thread of their own takes them there; what
/// does not fit is dropped and counted, and the count logged.
/// </summary>
internal sealed partial class LoggerLog : LoopLog, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger;
    private readonly Queue<(LogLevel Level, string Message)> _queue;
    private readonly int _capacity;
    private readonly object _lock = new();
    private Thread? _thread;
    private long _dropped;
    private bool _isClosed;

    public LoggerLog(ILogger logger, int capacity)
    {
        _logger = logger;
        _capacity = capacity;
        _queue = new(Math.Min(capacity, 16));
    }

    /// <summary>Messages that found no room.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public override void Write(LogSeverity severity, string loop, string message) => Write(LevelOf(severity), message);

    /// <summary>Queues a message; never waits. Any thread.</summary>
    public void Write(LogLevel level, string message)
    {
        lock (_lock)
        {
            if (_isClosed || _queue.Count >= _capacity)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            _queue.Enqueue((level, message));
            if (_thread is null)
            {
                _thread = new Thread(TakeToLogger) { IsBackground = true, Name = "mainspring logger" };
                _thread.Start();
            }

            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Logs what waits, for at most a second, and ends.</summary>
    public void Dispose()
    {
        Thread? thread;
        lock (_lock)
        {
            _isClosed = true;
            thread = _thread;
            Monitor.Pulse(_lock);
        }

        thread?.Join(s_patience); // a logger that still blocks is left to its thread, which ends with the process
    }

    private void TakeToLogger()
    {
        RealTimeOptions.ResetThread(); // it may have been started from the loop's
        long told = 0;
        while (TryTake(out (LogLevel Level, string Message) entry))
        {
            Log(entry.Level, entry.Message);
            long dropped = Dropped;
            if (dropped > told)
            {
                Log(LogLevel.Warning, $"{dropped - told} messages before this one were dropped: the logger is slower than they came.");
                told = dropped;
            }
        }
    }

    private bool TryTake(out (LogLevel Level, string Message) entry)
    {
        lock (_lock)
        {
            while (_queue.Count == 0 && !_isClosed)
            {
                Monitor.Wait(_lock);
            }

            return _queue.TryDequeue(out entry);
        }
    }

    // A logger that throws must not end the process.
    private void Log(LogLevel level, string message)
    {
        try
        {
            LogMessage(_logger, level, message);
        }
        catch (Exception)
        {
            Interlocked.Increment(ref _dropped); // there is nowhere to log it
        }
    }

    private static LogLevel LevelOf(LogSeverity severity) => severity switch
    {
        LogSeverity.Information => LogLevel.Information,
        LogSeverity.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    [LoggerMessage(Message = "{Message}")]
    private static partial void LogMessage(ILogger logger, LogLevel level, string message);
}
