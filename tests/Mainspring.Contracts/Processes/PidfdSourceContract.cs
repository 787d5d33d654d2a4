using Mainspring.Processes;

namespace Mainspring.Contracts;

/// <summary>The source contract, for a child process that is watched by its pidfd.</summary>
public sealed class PidfdSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new PidfdRig();
}

/// <summary>A child that lives until its input ends, in the hands of the contract: its end is the one event. Each attach starts another one.</summary>
internal sealed class PidfdRig : SourceRig, IChildWatchOwner
{
    private readonly RenewedSource _source;
    private Spawned _child;
    private PidfdWatch? _watch;

    public PidfdRig()
    {
        Sys.NeedsLinux();
        _source = new RenewedSource("child:contract", () =>
        {
            Dispose();
            _child = Spawner.Start(ProcessOptions.Shell("read line") with { StandardInput = Redirect.Pipe });
            return _watch = new PidfdWatch(
                PidfdWatch.Open(_child.Pid, out _) ?? throw new SkipException("needs pidfds"), _child.Pid, "child", this);
        });
    }

    public override IEventSource Source => _source;

    public override int MostEvents => 1;

    public override bool CanBreak => false;

    public override string Unbreakable => "a process ends, and cannot fail otherwise";

    public override void Produce(int events)
    {
        if (events > 0)
        {
            _child.Input!.Dispose();
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in ChildExited _, in EventInfo info) => onEvent(info));

    public override void Dispose()
    {
        _child.Input?.Dispose(); // its end, unless it has come before
        _watch?.Close();
    }

    void IChildWatchOwner.OnExit(ChildExit exit) => Check.Equal(1, exit.Code);

    void IChildWatchOwner.OnAbandoned() => Reaper.Take(_child.Pid);
}
