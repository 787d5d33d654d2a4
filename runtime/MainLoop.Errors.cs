using System.Runtime.ExceptionServices;

namespace Mainspring;

public sealed partial class MainLoop
{
    private const int MostLoggedPerSecond = 20;
    private const long NotTimed = -1;

    private static readonly TimeSpan s_logPatience = TimeSpan.FromMilliseconds(250);

    private GuardedLog? _log;
    private long _logFailures;
    private long _errors;
    private long _suppressedErrors;
    private long _suppressedSinceLogged;
    private long _loggedSecond = -1;
    private int _loggedInSecond;
    private ExceptionDispatchInfo? _fatal;

    /// <summary>
    /// An exception that nobody caught, on the loop's thread. A handler sets <see cref="LoopErrorContext.Handled"/> to settle the matter; otherwise it is logged, at most
    /// 20 a second, and <see cref="LoopOptions.ErrorPolicy"/> decides whether the loop goes on. A handler that throws is survived.
    /// </summary>
    public event Action<LoopErrorContext>? UnhandledException;

    /// <summary>Something has been running for longer than <see cref="LoopOptions.WatchdogThreshold"/>. Raised on the watchdog's thread.</summary>
    public event Action<StallInfo>? Stalled;

    /// <summary>Hands an exception to <see cref="UnhandledException"/>, the log and the <see cref="LoopOptions.ErrorPolicy"/>, as the loop does with those that nobody caught: asyncio's <c>call_exception_handler</c>. Any thread; from
    /// another one by a post, and of a loop that was disposed nobody hears it.</summary>
    /// <param name="exception">What happened.</param>
    /// <param name="message">What was being done, in a few words; null says what was running.</param>
    /// <param name="subject">Whose error it is, for <see cref="LoopErrorContext.Subject"/>.</param>
    public void ReportException(Exception exception, string? message = null, object? subject = null)
    {
        ArgumentNullException.ThrowIfNull(exception);
        ReportFromAnywhere(exception, subject is null ? "ReportException" : WorkName.Of(subject), subject, message);
    }

    /// <summary><see cref="LoopRunner"/> ends what is left: nothing stops that.</summary>
    internal bool IsFinishing { get; set; }

    /// <summary>Messages that were lost because <see cref="LoopLog.Write"/> threw.</summary>
    internal long LogFailures => Interlocked.Read(ref _logFailures);

    // The user's, or standard error; never throws. The watchdog's thread logs as well.
    private LoopLog Log => _log ?? OpenLog();

    /// <summary>Logs what a source has to say.</summary>
    internal void Warn(string source, string message) => Log.Write(LogSeverity.Warning, Name, $"{source}: {message}");

    /// <summary>Says what a loop on a virtual clock waits for, when that can only be another thread.</summary>
    internal void WarnOfEndlessWait(TimeSpan waited)
    {
        IEnumerable<string> holders = _sources.All().Where(static source => source.IsReferenced).Select(static source => $"source '{source.Name}'")
            .Concat(Jobs.Select(static job => $"job '{job.Name}'"));
        string alive = string.Join(", ", holders.Take(5));
        Log.Write(
            LogSeverity.Warning,
            Name,
            $"Nothing is scheduled, so virtual time stands still, and for {waited.TotalSeconds} s no other thread has posted anything. What keeps the loop alive: {(alive.Length > 0 ? alive : "Run without an end")}. "
            + "RunOptions.For and Stop end a run; with UntilIdle, Unref takes a source out of account.");
    }

    /// <summary>Takes an exception to the handlers, the log and the policy.</summary>
    internal void Report(Exception exception, WorkKind kind, string name, string? scheduledAt, object? subject = null, string? message = null)
    {
        _errors++;
        var context = new LoopErrorContext(this, exception, kind, name, scheduledAt, subject, message);
        var ambient = AmbientContext.Capture();
        foreach (Action<LoopErrorContext> handler in Delegate.EnumerateInvocationList(UnhandledException))
        {
            try
            {
                handler(context);
            }
            catch (Exception second)
            {
                LogLimited($"The handler of unhandled exceptions threw {second.GetType().Name}: {second.Message}; it was given: {exception.Message}");
            }

            ambient.Restore();
        }

        if (context.Handled)
        {
            return;
        }

        LogLimited($"{context.Message}: {exception}{(scheduledAt is null ? "" : $"\n  scheduled{scheduledAt}")}");
        if (_options.ErrorPolicy == ErrorPolicy.Stop && !IsFinishing)
        {
            _fatal ??= ExceptionDispatchInfo.Capture(exception);
            Stop();
        }
    }

    internal void ReportIfSlow(CallbackRecord record, long tookNs)
    {
        if (tookNs >= Nanoseconds.From(_options.SlowCallback))
        {
            string at = record.ScheduledAt is null ? "" : $"\n  scheduled{record.ScheduledAt}";
            Log.Write(LogSeverity.Warning, Name, $"Callback '{WorkName.Of(record)}' took {Milliseconds(tookNs)}.{at}");
        }
    }

    // In debug mode: what is no callback of the user's, but goes on for one.
    private void ReportIfSlow(object subject, long startNs)
    {
        long tookNs = Clock.ReadNs() - startNs;
        if (tookNs >= Nanoseconds.From(_options.SlowCallback))
        {
            Log.Write(LogSeverity.Warning, Name, $"'{WorkName.Of(subject)}' went on for {Milliseconds(tookNs)}.");
        }
    }

    internal void OnStall(string name, long tookNs, bool isOver)
    {
        var info = new StallInfo(name, Nanoseconds.ToTimeSpan(tookNs), isOver);
        foreach (Action<StallInfo> handler in Delegate.EnumerateInvocationList(Stalled))
        {
            try
            {
                handler(info);
            }
            catch (Exception exception)
            {
                Log.Write(LogSeverity.Error, Name, $"A handler of Stalled threw {exception}");
            }
        }

        Log.Write(LogSeverity.Warning, Name, isOver
            ? $"'{name}' held the loop for about {Milliseconds(tookNs)}."
            : $"'{name}' has been holding the loop for {Milliseconds(tookNs)}.");
    }

    /// <summary>What runs now, as far as another thread can tell.</summary>
    internal string DescribeRunning()
    {
        if (_runningLane is { } lane)
        {
            lane.Peek(out object? callback, out object? state);
            return WorkName.Of(WorkName.Subject(callback, state));
        }

        return (JobTable.Running ?? _awaits.Running ?? _runningSubject) is { } subject ? WorkName.Of(subject) : $"the loop itself ({_stage})";
    }

    private void ReportWork(Exception exception, object? callback, object? state, WorkKind kind = WorkKind.Callback)
    {
        if (_isClosing && exception is OperationCanceledException)
        {
            return; // of an async void method: Dispose has cancelled it, which is no error
        }

        object? subject = WorkName.Subject(callback, state);
        Report(exception, state is TimerQueue ? WorkKind.Timer : kind, WorkName.Of(subject), (subject as CallbackRecord)?.ScheduledAt);
    }

    private void LogLimited(string message)
    {
        long second = Clock.ReadNs() / Nanoseconds.PerSecond;
        if (second != _loggedSecond)
        {
            _loggedSecond = second;
            _loggedInSecond = 0;
        }

        if (++_loggedInSecond > MostLoggedPerSecond)
        {
            _suppressedErrors++;
            _suppressedSinceLogged++;
            return;
        }

        string more = _suppressedSinceLogged > 0 ? $" ({_suppressedSinceLogged} errors before this one were not logged: too many a second)" : "";
        _suppressedSinceLogged = 0;
        Log.Write(LogSeverity.Error, Name, message + more);
    }

    private GuardedLog OpenLog()
    {
        BoundedWriter? writer = _options.Log is null ? new BoundedWriter(OperatingSystem.IsLinux() ? new Linux.StandardError() : Console.OpenStandardError()) : null;
        var opened = new GuardedLog(this, writer is null ? _options.Log : LoopLog.To(writer), writer);
        if (Interlocked.CompareExchange(ref _log, opened, null) is not { } other)
        {
            return opened;
        }

        opened.Close();
        return other;
    }

    // A watchdog's handler that outlives the loop may log once more: to the user's log, or nowhere.
    private void CloseLog() => Interlocked.CompareExchange(ref _log, new GuardedLog(this, _options.Log, null), null)?.Close();

    private static string Milliseconds(long ns) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{ns / 1e6:F1} ms");

    // What the loop logs to: a log that throws is survived, and the writer that is the loop's own has an end.
    private sealed class GuardedLog(MainLoop loop, LoopLog? log, BoundedWriter? writer) : LoopLog
    {
        public override void Write(LogSeverity severity, string loopName, string message)
        {
            try
            {
                log?.Write(severity, loopName, message);
            }
            catch (Exception)
            {
                Interlocked.Increment(ref loop._logFailures); // there is nowhere to log it
            }
        }

        public void Close() => writer?.Close(s_logPatience);
    }
}
