namespace Mainspring.Contracts;

/// <summary>A source without a descriptor that always has more than it may handle.</summary>
public sealed class EndlessSource : IPreparedSource
{
    private SourceContext? _context;

    /// <inheritdoc/>
    public string Name { get; init; } = "endless";

    /// <summary>How often it was dispatched.</summary>
    public long Dispatches { get; private set; }

    /// <inheritdoc/>
    public void Attach(SourceContext context) => _context = context;

    /// <inheritdoc/>
    public bool Prepare(ref TimeSpan maxWait) => true;

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        Dispatches++;
        for (int i = 0; i < maxEvents; i++)
        {
            _context?.Emit(new EndlessEvent(Dispatches, i));
        }

        return maxEvents;
    }

    /// <inheritdoc/>
    public void Detach() => _context = null;
}

/// <summary>An event of <see cref="EndlessSource"/>.</summary>
/// <param name="Dispatch">In which dispatch.</param>
/// <param name="Index">The how manieth of it.</param>
public readonly record struct EndlessEvent(long Dispatch, int Index);
