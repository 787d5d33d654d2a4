using System.Diagnostics;

namespace Mainspring.Devices;

/// <summary>Makes sources of sensors that have to be opened.</summary>
public static class SensorSource
{
    /// <summary>A sensor that is opened on the thread pool for its first read, closed there when it has failed too often or is no longer wanted, and then opened anew.</summary>
    /// <typeparam name="TDevice">What stands for the device, such as a class of Iot.Device.Bindings.</typeparam>
    /// <typeparam name="T">What a read gives.</typeparam>
    /// <param name="device">What the sensor is called in messages.</param>
    /// <param name="open">Opens it; may block.</param>
    /// <param name="read">Reads it; may block.</param>
    /// <param name="options">How often, and what is too long; null is once a second.</param>
    /// <returns>The source.</returns>
    public static SensorSource<T> Open<TDevice, T>(string device, Func<TDevice> open, Func<TDevice, T> read, SensorOptions? options = null)
        where TDevice : class, IDisposable
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(read);
        return new SensorSource<T>(device, new DeviceReader<TDevice, T>(open, read), options);
    }
}

/// <summary>
/// A sensor whose reads block, as those of nearly all bindings do: it is read on another thread, one read at a time, and its values are events of the loop, which never waits. It emits
/// <see cref="SensorConnected"/>, <see cref="SensorValue{T}"/>, <see cref="SensorOverdue"/>, <see cref="SensorFailed"/> and <see cref="SensorDisconnected"/>. A read that hangs holds one thread, and
/// no further one is begun: what is due meanwhile is skipped, and counted. Loop's thread only; allocates nothing itself per read.
/// </summary>
/// <typeparam name="T">What a read gives.</typeparam>
[DebuggerDisplay("{Name}, last: {LastValue}, stale: {IsStale}")]
public sealed class SensorSource<T> : IEventSource
{
    private readonly SensorReader<T> _reader;
    private readonly ISensorBus _bus;
    private readonly Action _work;
    private SourceContext? _context;
    private SourceContext? _last;    // also after a detach
    private TimerHandle _period;
    private TimerHandle _timeout;
    private bool _isConnected;       // SensorConnected was emitted
    private bool _isAwaited;         // a read was begun, and what it gives is not emitted
    private volatile bool _isRunning; // a thread reads, also when nobody waits for that any more
    private bool _isOverdue;         // and not yet emitted
    private bool _hasOutcome;        // of a read, not yet emitted
    private bool _isAsked;           // once more, after the read that goes on
    private string? _goneBecause;    // SensorDisconnected is to be emitted
    private int _failuresInARow;
    private long _values;
    private long _failures;
    private long _overdue;
    private long _skipped;

    // Of the read that goes on: written by its thread, read on the loop after its end.
    private T? _value;
    private Exception? _exception;
    private TimeSpan _begun;
    private TimeSpan _ended;

    /// <summary>A sensor that the program has opened, and disposes of when the source was removed and <see cref="IsReading"/> is false.</summary>
    /// <param name="device">What it is called in messages.</param>
    /// <param name="read">Reads it; may block: <c>() =&gt; bme280.Read()</c>.</param>
    /// <param name="options">How often, and what is too long; null is once a second.</param>
    public SensorSource(string device, Func<T> read, SensorOptions? options = null)
        : this(device, new FunctionReader<T>(read ?? throw new ArgumentNullException(nameof(read))), options)
    {
    }

    internal SensorSource(string device, SensorReader<T> reader, SensorOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(device);
        Device = device;
        Name = $"sensor:{device}";
        Options = options ?? new SensorOptions();
        _reader = reader;
        _bus = Options.Bus ?? new SensorBus(device);
        _work = ReadOnBus;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>What the sensor is called in messages.</summary>
    public string Device { get; }

    /// <summary>How often it is read, and what is too long.</summary>
    public SensorOptions Options { get; }

    /// <summary>Whether a read is going on, or what it gave is not yet emitted.</summary>
    public bool IsReading => _isAwaited || _isRunning;

    /// <summary>What the last read that did not fail gave, also of an attach before; the default while there was none.</summary>
    public T? LastValue { get; private set; }

    /// <summary>When that was, on the loop's clock; null while there was none.</summary>
    public TimeSpan? LastTime { get; private set; }

    /// <summary>How old the last value is now; null while there was none.</summary>
    public TimeSpan? Age => LastTime is { } time ? _last!.Loop.TimeProvider.GetElapsedTime(0) - time : null;

    /// <summary>Whether there is no value yet, or the last one is older than <see cref="SensorOptions.StaleAfter"/>.</summary>
    public bool IsStale => !(Age <= Options.StaleAge);

    /// <summary>What it has done since it was made.</summary>
    public SensorCounters Counters => new(_values, _failures, _overdue, _skipped);

    /// <summary>Completed when nothing of the last use goes on: no read, and what was opened for it is closed. Any thread. Who has to close a bus, or a device that reads, does it after this.</summary>
    /// <remarks>It begins with the source's removal, by which no read begins any more, or its loop's end. A read that hangs holds it.</remarks>
    public Task Closed { get; private set; } = Task.CompletedTask;

    /// <summary>Reads it now, whatever the period says; when it is being read already, once more after that, since what that gives may be older than the question.</summary>
    /// <returns>False when it is not attached.</returns>
    public bool ReadNow()
    {
        if (_context is null)
        {
            return false;
        }

        _isAsked = true;
        _context.Wake(); // reads begin in the loop's turns, whoever asks
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>Returns at once; whether the sensor answers is known after the first read, which it begins.</remarks>
    /// <exception cref="InvalidOperationException">The source is attached already.</exception>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_context is not null)
        {
            throw new InvalidOperationException($"{Name} is attached already: a sensor serves one loop.");
        }

        if (IsReading && _last!.Loop != context.Loop)
        {
            throw new IOException($"{Device}: a read for another loop is still going on; try again when it is over.");
        }

        (_context, _last) = (context, context);
        (_isConnected, _isOverdue, _isAsked, _goneBecause, _failuresInARow) = (false, false, true, null, 0);
        if (Options.Period is { } period)
        {
            _period = context.Loop.CallEvery(period, static sensor => sensor.OnPeriod(), this, Name);
        }

        context.Wake(); // for the first read; when one of an attach before is still going on, after that
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        // A handler may remove the source, and even add it again.
        SourceContext? context = _context;
        int handled = 0;
        while (context is not null && handled < maxEvents && ReferenceEquals(_context, context) && EmitNext(context))
        {
            handled++;
        }

        if (_isAsked && !IsReading && _goneBecause is null && context is not null && ReferenceEquals(_context, context))
        {
            Begin(context);
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach()
    {
        if (_context is null)
        {
            return;
        }

        _context = null;
        _period.Cancel();
        _timeout.Cancel();
        if (_hasOutcome)
        {
            (_hasOutcome, _isAwaited) = (false, false); // nobody hears of it any more
        }

        Close(_last!.Loop);
    }

    private bool EmitNext(SourceContext context)
    {
        if (_goneBecause is { } reason)
        {
            _goneBecause = null;
            context.Emit(new SensorDisconnected(Device, reason));
            context.Disconnected();
            return true;
        }

        if (_isOverdue)
        {
            _isOverdue = false;
            context.Emit(new SensorOverdue(Device, Options.Timeout));
            return true;
        }

        if (!_hasOutcome)
        {
            return false;
        }

        if (_exception is null && !_isConnected)
        {
            _isConnected = true;
            context.Emit(new SensorConnected(Device));
            return true;
        }

        (_hasOutcome, _isAwaited) = (false, false);
        if (_exception is { } exception)
        {
            _failures++;
            _goneBecause = ++_failuresInARow >= Options.FailuresUntilGone ? exception.Message : null;
            context.Emit(new SensorFailed(Device, exception, _failuresInARow));
        }
        else
        {
            _values++;
            _failuresInARow = 0;
            (LastValue, LastTime) = (_value, _ended);
            context.Emit(new SensorValue<T>(_value!, _ended, _ended - _begun));
        }

        return true;
    }

    private void Begin(SourceContext context)
    {
        (_isAwaited, _isAsked) = (true, false);
        (_exception, _value) = (null, default);
        _timeout = context.Loop.CallLater(Options.Timeout, static sensor => sensor.OnTimeout(), this); // with a name it would allocate
        ReadAsync(context).Forget();
    }

    private async LoopTask ReadAsync(SourceContext context)
    {
        try
        {
            await _bus.RunAsync(context.Loop, _work);
        }
        catch (Exception exception)
        {
            _exception = exception; // its bus takes no more, or the loop is ending
        }

        if (ReferenceEquals(_context, context))
        {
            _timeout.Cancel();
            _hasOutcome = true;
            context.Wake();
            return;
        }

        // It belonged to an attach that is over. One that has come since begins its own now.
        _isAwaited = false;
        _context?.Wake();
    }

    private void OnPeriod()
    {
        if (IsReading)
        {
            _skipped++;
        }
        else
        {
            Begin(_context!);
        }
    }

    private void OnTimeout()
    {
        if (_context is { } context && IsReading && !_hasOutcome)
        {
            _overdue++;
            _isOverdue = true;
            context.Wake();
        }
    }

    private void Close(MainLoop loop)
    {
        if (_reader is FunctionReader<T> && !IsReading)
        {
            return;
        }

        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Closed = end.Task;
        int begun = 0;
        _ = CloseInTurn();

        // When the loop is ending, or the bus takes no more of a loop's, or fails: last of all.
        async Task CloseInTurn()
        {
            try
            {
                await _bus.RunAsync(loop, CloseOnBus).AsTask().ConfigureAwait(false);
            }
            catch (Exception)
            {
                await _bus.RunLast(CloseOnBus).ConfigureAwait(false);
            }
        }

        void CloseOnBus()
        {
            if (Interlocked.Exchange(ref begun, 1) != 0)
            {
                return;
            }

            CloseDevice();
            end.SetResult();
        }
    }

    private void ReadOnBus()
    {
        _isRunning = true;
        TimeProvider time = _last!.Loop.TimeProvider;
        _begun = time.GetElapsedTime(0);
        try
        {
            _value = _reader.Read();
        }
        catch (Exception exception)
        {
            _exception = exception;
        }

        _ended = time.GetElapsedTime(0);
        _isRunning = false;
    }

    private void CloseDevice()
    {
        try
        {
            _reader.Close();
        }
        catch (Exception exception)
        {
            SourceContext context = _last!;
            context.Loop.TryPost(() => context.Warn($"closing it has failed: {exception.Message}"));
        }
    }
}
