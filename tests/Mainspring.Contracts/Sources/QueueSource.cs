namespace Mainspring.Contracts;

/// <summary>The smallest source without a descriptor: any thread adds numbers, and wakes the loop.</summary>
public class QueueSource : IEventSource
{
    private readonly Lock _lock = new();
    private readonly Queue<int> _queue = new(256);
    private volatile SourceContext? _context;

    /// <inheritdoc/>
    public string Name { get; init; } = "queue";

    /// <summary>Whether attaching fails, and dispatching too.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Called in every dispatch, before anything else.</summary>
    public Action? Dispatching { get; set; }

    /// <summary>How often it was attached.</summary>
    public int Attaches { get; private set; }

    /// <summary>How often it was detached.</summary>
    public int Detaches { get; private set; }

    /// <summary>How often it was dispatched.</summary>
    public int Dispatches { get; private set; }

    /// <summary>The context of the present attach.</summary>
    public SourceContext? Context => _context;

    /// <summary>Whether something is queued.</summary>
    protected bool HasQueued
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count > 0;
            }
        }
    }

    /// <summary>Adds a number. Any thread.</summary>
    public virtual void Add(int number)
    {
        Enqueue(number);
        _context?.Wake();
    }

    /// <inheritdoc/>
    public void Attach(SourceContext context)
    {
        Attaches++;
        if (IsBroken)
        {
            throw new IOException($"{Name} is broken.");
        }

        lock (_lock)
        {
            _queue.Clear();
        }

        _context = context;
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        Dispatches++;
        Dispatching?.Invoke();
        if (IsBroken)
        {
            throw new IOException($"{Name} has failed.");
        }

        int handled = 0;
        while (handled < maxEvents && _context is { } context && TryTake(out int number))
        {
            handled++;
            context.Emit(new Queued(number));
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach()
    {
        Detaches++;
        _context = null;
    }

    /// <summary>Adds a number without waking the loop.</summary>
    protected void Enqueue(int number)
    {
        lock (_lock)
        {
            _queue.Enqueue(number);
        }
    }

    private bool TryTake(out int number)
    {
        lock (_lock)
        {
            return _queue.TryDequeue(out number);
        }
    }
}

/// <summary>A number came through a <see cref="QueueSource"/>.</summary>
/// <param name="Number">The number.</param>
public readonly record struct Queued(int Number);
