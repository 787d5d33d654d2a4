namespace Mainspring;

// Asynchronous sequences whose enumerators somebody may leave open.
public sealed partial class MainLoop
{
    private readonly LinkedList<TrackedEnumerator> _enumerators = []; // guarded by itself: finalizers take theirs out
    private bool _hasClosedEnumerators;

    /// <summary>
    /// Gives a sequence whose enumerators the loop knows, so that none stays open: <see cref="CloseEnumerators()"/> closes those that somebody has left, as asyncio does with asynchronous generators, and one that is collected unfinished is
    /// closed on the loop. What closes its enumerator itself, as <c>await foreach</c> does, needs none of this. Loop's thread only.
    /// </summary>
    /// <typeparam name="T">The elements' type.</typeparam>
    /// <param name="sequence">The sequence, such as an asynchronous iterator.</param>
    /// <returns>The same elements.</returns>
    public IAsyncEnumerable<T> TrackEnumerators<T>(IAsyncEnumerable<T> sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return new TrackedSequence<T>(this, sequence);
    }

    /// <summary>
    /// Closes the enumerators that are open: asyncio's <c>shutdown_asyncgens</c>. Each has its token cancelled, is waited for when it is under way, and is disposed, so that its <c>finally</c> blocks run, those of several at a time; what they
    /// throw is reported. One that begins later is warned of. Loop's thread only.
    /// </summary>
    /// <returns>The end of it. It is awaited once.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public async LoopTask CloseEnumerators() => await CloseEnumerators(Timeout.InfiniteTimeSpan);

    /// <summary>As <see cref="CloseEnumerators()"/>, with a limit.</summary>
    /// <param name="timeout">How long to wait, by the loop's clock. What is not closed by then goes on closing, and the log names it.</param>
    /// <returns>Whether all were closed in time. It is awaited once.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public async LoopTask<bool> CloseEnumerators(TimeSpan timeout)
    {
        CheckAccess();
        _hasClosedEnumerators = true;
        var closing = new List<(TrackedEnumerator Enumerator, Task End)>();
        foreach (TrackedEnumerator enumerator in OpenEnumerators())
        {
            if (enumerator.IsOpen) // nobody has closed it meanwhile
            {
                closing.Add((enumerator, enumerator.CloseReported()));
            }
        }

        var all = Task.WhenAll(closing.ConvertAll(static one => one.End));
        try
        {
            await WithTimeout(all, timeout);
            return true;
        }
        catch (TimeoutException)
        {
            string left = string.Join(", ", closing.Where(static one => !one.End.IsCompleted).Select(static one => $"'{one.Enumerator.Name}'"));
            Log.Write(LogSeverity.Warning, Name, $"Not all sequences were closed in {timeout.TotalSeconds:0.###} s; these go on closing: {left}.");
            return false;
        }
    }

    internal void Enter(TrackedEnumerator enumerator)
    {
        CheckAccess("GetAsyncEnumerator");
        if (_hasClosedEnumerators)
        {
            Log.Write(LogSeverity.Warning, Name, $"The sequence '{enumerator.Name}' began after CloseEnumerators: nobody will close it but who reads it.");
        }

        lock (_enumerators)
        {
            _enumerators.AddLast(enumerator.Node);
        }
    }

    internal void Leave(TrackedEnumerator enumerator)
    {
        lock (_enumerators)
        {
            if (enumerator.Node.List is not null)
            {
                _enumerators.Remove(enumerator.Node);
            }
        }
    }

    /// <summary>Its reader was collected. The finalizer's thread.</summary>
    internal void CloseLost(TrackedEnumerator enumerator) => TryPost(static enumerator => enumerator.CloseLost(), enumerator);

    /// <summary>In debug mode: something was not closed.</summary>
    internal void WarnUnclosed(string what)
    {
        if (IsDebug)
        {
            Log.Write(LogSeverity.Warning, Name, what);
        }
    }

    private TrackedEnumerator[] OpenEnumerators()
    {
        lock (_enumerators)
        {
            return _enumerators.Copy();
        }
    }

    private void AbandonEnumerators()
    {
        foreach (TrackedEnumerator enumerator in OpenEnumerators())
        {
            WarnUnclosed($"The sequence '{enumerator.Name}' was not closed when the loop was disposed: dispose its enumerator, or call CloseEnumerators before.");
            enumerator.Abandon();
        }
    }
}
