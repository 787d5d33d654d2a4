namespace Mainspring.Contracts;

/// <summary>The source contract, for a source with a descriptor.</summary>
public sealed class PipeSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new PipeRig(leavesHangUpToTheLoop: false);
}

/// <summary>The source contract, for a source that leaves hang-ups to the loop.</summary>
public sealed class HangUpSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new PipeRig(leavesHangUpToTheLoop: true);
}

/// <summary>The source contract, for a source that other threads feed.</summary>
public sealed class QueueSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new QueueRig(new QueueSource());
}

/// <summary>The source contract, for a source that is asked each tick.</summary>
public sealed class PreparedSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new QueueRig(new PreparedQueueSource());
}

/// <summary>The source contract, for a source that other threads feed, on the portable poller.</summary>
public sealed class PortableQueueSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new QueueRig(new QueueSource());

    /// <inheritdoc/>
    protected override MainLoop CreateLoop(LoopOptions options) => new(options with { PortablePoller = true });
}

/// <summary>A pipe in the hands of the contract.</summary>
internal sealed class PipeRig(bool leavesHangUpToTheLoop) : SourceRig
{
    private readonly PipeSource _source = new() { Name = "pipe:contract", LeavesHangUpToTheLoop = leavesHangUpToTheLoop };

    public override IEventSource Source => _source;

    public override void Produce(int events) => _source.Feed(events);

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in PipeByte _, in EventInfo info) => onEvent(info));

    public override void Break()
    {
        _source.IsBroken = true;
        _source.HangUp();
    }

    public override void Restore() => _source.IsBroken = false;

    public override void Dispose() => _source.Detach();
}

/// <summary>A queue in the hands of the contract.</summary>
internal sealed class QueueRig(QueueSource source) : SourceRig
{
    private readonly QueueSource _source = source;

    public override IEventSource Source => _source;

    public override void Produce(int events)
    {
        for (int i = 0; i < events; i++)
        {
            _source.Add(i);
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in Queued _, in EventInfo info) => onEvent(info));

    public override void Break()
    {
        _source.IsBroken = true;
        Produce(1); // it notices with its next event
        _source.Context?.Wake();
    }

    public override void Restore() => _source.IsBroken = false;

    public override void Dispose() => _source.Detach();
}
