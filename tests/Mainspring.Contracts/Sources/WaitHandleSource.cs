using System.Runtime.InteropServices;

namespace Mainspring.Contracts;

/// <summary>The smallest source with a handle of Windows: a queue with an event that is set while something is in it. It makes a new one whenever it is attached.</summary>
public sealed class WaitHandleSource(EventResetMode mode) : IPollableSource
{
    private SourceContext? _context;
    private EventWaitHandle? _event;
    private int _queued;

    /// <inheritdoc/>
    public string Name => "event:contract";

    /// <inheritdoc/>
    public SafeHandle Handle => _event!.SafeWaitHandle;

    /// <inheritdoc/>
    public PollEvents Interest => PollEvents.Readable;

    /// <summary>Whether it cannot be attached; and, once it is told, that it has to go.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Puts events into the queue.</summary>
    public void Feed(int events)
    {
        _queued += events;
        _event?.Set();
    }

    /// <inheritdoc/>
    public void Attach(SourceContext context)
    {
        if (IsBroken)
        {
            throw new IOException($"{Name} is not there.");
        }

        (_context, _event, _queued) = (context, new EventWaitHandle(false, mode), 0);
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        int handled = 0;
        while (_context is { } context && handled < maxEvents && _queued > 0)
        {
            _queued--;
            handled++;
            if (_queued == 0)
            {
                _event!.Reset();
            }

            context.Emit(new Queued(handled));
        }

        if (IsBroken)
        {
            _context?.Disconnected();
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach()
    {
        _context = null;
        _event?.Dispose();
        _event = null;
    }
}

/// <summary>The source contract, for a source with an event that stays set.</summary>
public sealed class WaitHandleSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new WaitHandleRig(EventResetMode.ManualReset);
}

/// <summary>The source contract, for a source with an event that resets itself.</summary>
public sealed class AutoResetSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new WaitHandleRig(EventResetMode.AutoReset);
}

/// <summary>An event in the hands of the contract.</summary>
internal sealed class WaitHandleRig : SourceRig
{
    private readonly WaitHandleSource _source;

    public WaitHandleRig(EventResetMode mode)
    {
        Sys.NeedsWindows();
        _source = new WaitHandleSource(mode);
    }

    public override IEventSource Source => _source;

    public override void Produce(int events) => _source.Feed(events);

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in Queued _, in EventInfo info) => onEvent(info));

    public override void Break()
    {
        _source.IsBroken = true;
        _source.Feed(0);
    }

    public override void Restore() => _source.IsBroken = false;

    public override void Dispose() => _source.Detach();
}
