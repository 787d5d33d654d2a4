namespace Mainspring.Contracts;

/// <summary>A queue that is asked each tick, as sources with events buffered in this process are.</summary>
public sealed class PreparedQueueSource : QueueSource, IPreparedSource
{
    /// <summary>How long the loop may sleep at the most; null leaves it to the loop.</summary>
    public TimeSpan? MaxWait { get; set; }

    /// <summary>Called whenever the source is asked.</summary>
    public Action? Preparing { get; set; }

    /// <summary>The waits that the loop intended when it asked.</summary>
    public List<TimeSpan> Intended { get; } = new(1 << 16);

    /// <summary>Adds a number; the loop finds it by asking. The loop's thread only.</summary>
    public override void Add(int number) => Enqueue(number);

    /// <inheritdoc/>
    public bool Prepare(ref TimeSpan maxWait)
    {
        if (Intended.Count < Intended.Capacity)
        {
            Intended.Add(maxWait);
        }

        Preparing?.Invoke();
        if (MaxWait is { } most && most < maxWait)
        {
            maxWait = most;
        }

        return HasQueued;
    }
}
