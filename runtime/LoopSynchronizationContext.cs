namespace Mainspring;

/// <summary>The loop as a <see cref="SynchronizationContext"/>: what <c>await</c> goes back to. Continuations always go through the queue, never inline.</summary>
internal sealed class LoopSynchronizationContext(MainLoop loop) : SynchronizationContext
{
    /// <summary>Runs a continuation whose state is null; typed so that <see cref="MainLoop.Dispose"/> knows it as accepted.</summary>
    internal static readonly SendOrPostCallback RunWithoutState = static callback => ((SendOrPostCallback)callback!)(null);

    /// <summary>Runs an <see cref="Action"/> that was posted on the loop's own thread.</summary>
    internal static readonly SendOrPostCallback RunAction = static action => ((Action)action!)();

    /// <summary>Queues a continuation. Never throws: after the loop's end it goes to the thread pool, where an exception would otherwise kill the process.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        loop.PostContinuation(state is null ? RunWithoutState : d, state ?? d);
    }

    /// <summary>Runs a callback on the loop's thread and waits for it; directly when called there.</summary>
    public override void Send(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (loop.IsOnOwnThread && loop.IsRunning)
        {
            d(state);
        }
        else
        {
            loop.Invoke(() => d(state));
        }
    }

    public override SynchronizationContext CreateCopy() => this;

    public override bool Equals(object? obj) => obj is LoopSynchronizationContext other && other.Loop == loop;

    public override int GetHashCode() => loop.GetHashCode();

    private MainLoop Loop => loop;
}
