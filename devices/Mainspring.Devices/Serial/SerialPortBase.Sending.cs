namespace Mainspring.Devices;

// What is written, until it has left: the queue, drains and breaks.
public abstract partial class SerialPortBase
{
    private static readonly TimeSpan s_leastDrainWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_longestDrainWait = TimeSpan.FromMilliseconds(50);

    private bool IsDrained => _writer.IsEmpty && UnsentBytes == 0;

    /// <inheritdoc/>
    public bool TryWrite(ReadOnlySpan<byte> bytes) => _writer.TryWrite(bytes);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) => Queued(_writer.WriteAsync(bytes, null, cancellationToken));

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan timeout, CancellationToken cancellationToken = default) => Queued(_writer.WriteAsync(bytes, timeout, cancellationToken));

    /// <inheritdoc/>
    public ValueTask DrainAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (_context is not { } context)
        {
            return ValueTask.FromException(NotOpen());
        }

        if (IsDrained)
        {
            return default;
        }

        var wait = new SerialWait(context.Loop, default, _giveUpDrain, timeout, cancellationToken);
        _draining.Add(wait);
        CheckDrained();
        return wait.Task;
    }

    /// <inheritdoc/>
    public async ValueTask SendBreakAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        if (_isBreaking)
        {
            throw new InvalidOperationException($"{Device}: a break is being sent already.");
        }

        SourceContext context = _context ?? throw NotOpen();
        _isBreaking = true;
        bool isOn = false;
        try
        {
            // What is written from now on waits for the end of the break.
            long before = WrittenBytes + DroppedBytes + QueuedBytes;
            while (WrittenBytes + DroppedBytes < before)
            {
                await context.Loop.Delay(SendingTime(QueuedBytes), cancellationToken);
                ThrowIfNoLonger(context);
            }

            _writer.IsHeld = true;
            while (UnsentBytes is var unsent and > 0)
            {
                await context.Loop.Delay(SendingTime(unsent), cancellationToken);
                ThrowIfNoLonger(context);
            }

            SetBreak(isOn: true);
            isOn = true;
            await context.Loop.Delay(duration, cancellationToken);
            ThrowIfNoLonger(context);
        }
        finally
        {
            _isBreaking = false;
            if (ReferenceEquals(_context, context))
            {
                _writer.IsHeld = false;
                context.Wake(); // a device without a descriptor is asked for nothing else
                if (isOn)
                {
                    SetBreak(isOn: false);
                }
            }
        }
    }

    // What a wait has put into the queue is written when the device is ready for it. The poller says that of a descriptor; another device, or a handle of Windows, has to be asked.
    private ValueTask Queued(ValueTask task)
    {
        if (!task.IsCompleted && (this is not IPollableSource || _writer.LeastInterest != PollEvents.None))
        {
            _context?.Wake();
        }

        return task;
    }

    private void CheckDrained()
    {
        if (_draining.Count == 0 || _context is not { } context || !_writer.IsEmpty)
        {
            return; // when the queue is empty, it is looked again
        }

        int unsent = UnsentBytes;
        if (unsent == 0)
        {
            EndDrains(static _ => null);
            return;
        }

        _drainTimer.Cancel();
        _drainTimer = context.Loop.CallLater(SendingTime(unsent), static port => port.CheckDrained(), this, $"{Name} drain");
    }

    // About how long the line needs, within bounds: it may be held back, or faster than it says.
    private TimeSpan SendingTime(int bytes)
    {
        var time = TimeSpan.FromSeconds(bytes * 10.0 / Options.BaudRate);
        return time < s_leastDrainWait ? s_leastDrainWait : time > s_longestDrainWait ? s_longestDrainWait : time;
    }

    private void ThrowIfNoLonger(SourceContext context)
    {
        if (!ReferenceEquals(_context, context))
        {
            throw new IOException($"{Device}: the port was closed within the break, or before it.");
        }
    }

    private void EndDrains(Func<SerialPortBase, Exception?> result)
    {
        _drainTimer.Cancel();
        foreach (SerialWait wait in _draining)
        {
            wait.Complete(result(this));
        }

        _draining.Clear();
    }

    private void GiveUpDrain(SerialWait wait, Exception reason)
    {
        if (_draining.Remove(wait))
        {
            int left = _writer.QueuedBytes + (IsOpen ? UnsentBytes : 0);
            wait.Complete(reason is TimeoutException ? new TimeoutException($"{Device}: {left} bytes could not be sent in time; is the other side holding the line back?") : reason);
            if (_draining.Count == 0)
            {
                _drainTimer.Cancel();
            }
        }
    }
}
