namespace Mainspring;

/// <summary>
/// Listens to everything that a loop runs. Derive from it and set <see cref="MainLoop.Trace"/>; without one, nothing is spent on it. The methods are
/// called on the loop's thread and must not throw; one that is set while the loop runs hears from the next tick on.
/// </summary>
public abstract class LoopTrace
{
    /// <summary>A tick begins to do its work: what it waited for is there.</summary>
    /// <param name="tick">Its number, from 1.</param>
    /// <param name="now">The loop's time in this tick.</param>
    public virtual void Tick(long tick, TimeSpan now)
    {
    }

    /// <summary>A piece of work begins.</summary>
    /// <param name="work">What runs.</param>
    public virtual void Begin(in Work work)
    {
    }

    /// <summary>The piece of work is over, by an exception or not.</summary>
    /// <param name="work">What ran.</param>
    public virtual void End(in Work work)
    {
    }

    /// <summary>An event passes the gate, before its handlers.</summary>
    /// <param name="type">The event's type.</param>
    /// <param name="info">Its source, time and number.</param>
    public virtual void Event(Type type, in EventInfo info)
    {
    }
}
