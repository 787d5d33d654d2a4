namespace Mainspring.Contracts;

/// <summary>
/// A source with the device behind it, in the hands of <see cref="SourceContract"/>. All members are called on the loop's thread, between ticks or
/// within a callback; none may block.
/// </summary>
public abstract class SourceRig : IDisposable
{
    /// <summary>The source; always the same one.</summary>
    public abstract IEventSource Source { get; }

    /// <summary>How many sources the loop has when it is added: a source may add others that it needs.</summary>
    public virtual int Sources => 1;

    /// <summary>Whether <see cref="Break"/> and <see cref="Restore"/> work.</summary>
    public virtual bool CanBreak => true;

    /// <summary>Why they do not.</summary>
    public virtual string Unbreakable => "this device cannot be made to fail";

    /// <summary>How many events it gives between an attach and a detach: a child process ends once.</summary>
    public virtual int MostEvents => int.MaxValue;

    /// <summary>Why an event allocates, if it does: an accepted connection is an object.</summary>
    public virtual string? Allocating => null;

    /// <summary>Whether <see cref="IEventSource.Attach"/> throws while the device is broken.</summary>
    public virtual bool AttachFailsWhileBroken => CanBreak;

    /// <summary>Makes the device produce that many events of the type that <see cref="Listen"/> takes; up to 64 at once. Allocates nothing.</summary>
    public abstract void Produce(int events);

    /// <summary>Adds a handler for the events that <see cref="Produce"/> makes.</summary>
    public abstract void Listen(SourceHandle source, Action<EventInfo> onEvent);

    /// <summary>Makes the device fail or vanish, so that the loop detaches the source.</summary>
    public virtual void Break() => throw new NotSupportedException();

    /// <summary>Brings the device back, for the next attach.</summary>
    public virtual void Restore() => throw new NotSupportedException();

    /// <summary>Releases the device.</summary>
    public abstract void Dispose();
}
