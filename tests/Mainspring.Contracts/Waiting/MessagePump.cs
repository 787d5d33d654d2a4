using System.Collections.Concurrent;

namespace Mainspring.Contracts;

/// <summary>The message pump of a user interface, reduced to what it is for others: a context whose posts run one after the other on the thread that pumps.</summary>
internal sealed class MessagePump : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _messages = [];
    private int _operations;

    /// <summary>Messages that wait.</summary>
    public int Waiting => _messages.Count;

    /// <summary>All messages that were posted so far.</summary>
    public int Posts;

    /// <summary>Whether posts are refused, as by a window that was closed.</summary>
    public volatile bool IsClosed;

    /// <summary>Operations that have begun and not ended.</summary>
    public int Operations => _operations;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsClosed)
        {
            throw new InvalidOperationException("the window is closed");
        }

        Interlocked.Increment(ref Posts);
        _messages.Add((d, state));
    }

    public override void OperationStarted() => Interlocked.Increment(ref _operations);

    public override void OperationCompleted() => Interlocked.Decrement(ref _operations);

    public void Post(Action action) => Post(static action => ((Action)action!)(), action);

    /// <summary>Pumps on this thread until the condition holds.</summary>
    public void RunUntil(Func<bool> condition)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            while (!condition())
            {
                Check.True(_messages.TryTake(out (SendOrPostCallback Callback, object? State) message, Patience.Long), "the host would wait for ever");
                message.Callback(message.State);
                Check.True(ReferenceEquals(this, Current), "every message leaves the thread its context");
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
