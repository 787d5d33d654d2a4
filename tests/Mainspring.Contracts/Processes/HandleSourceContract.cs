using System.Runtime.Versioning;
using Mainspring.Processes;

namespace Mainspring.Contracts;

/// <summary>The source contract, for a child process of Windows that is watched by its handle.</summary>
[SupportedOSPlatform("windows")]
public sealed class HandleSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new HandleRig();
}

/// <summary>A child that lives until its input ends, in the hands of the contract: its end is the one event. Each attach starts another one.</summary>
[SupportedOSPlatform("windows")]
internal sealed class HandleRig : SourceRig, IChildWatchOwner
{
    private readonly RenewedSource _source;
    private Spawned _child;
    private HandleWatch? _watch;

    public HandleRig()
    {
        Sys.NeedsWindows();
        _source = new RenewedSource("child:contract", () =>
        {
            Dispose();
            _child = WindowsSpawner.Start(ProcessOptions.Shell("set /p line=") with { StandardInput = Redirect.Pipe, StandardOutput = Redirect.Null, StandardError = Redirect.Null });
            return _watch = new HandleWatch(_child.Process!, _child.Job!, leadsGroup: false, _child.Pid, "child", this);
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

    void IChildWatchOwner.OnExit(ChildExit exit) => Check.True(exit.IsKnown);

    void IChildWatchOwner.OnAbandoned()
    {
        // It ends with its input.
    }
}
