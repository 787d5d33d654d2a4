using System.Diagnostics;

namespace Mainspring;

/// <summary>
/// An action that runs less often than it is called for: see <see cref="MainLoop.Throttle"/> and <see cref="MainLoop.Debounce"/>. Loop's thread only. Calls allocate nothing.
/// </summary>
[DebuggerDisplay("{Name}: {Runs} runs, {Coalesced} coalesced")]
public abstract class RateLimited
{
    private readonly Action _action;

    private protected RateLimited(MainLoop loop, Action action, string? name)
    {
        _action = action;
        Loop = loop;
        Name = name ?? WorkName.Of(action);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>How often the action has run.</summary>
    public long Runs { get; private set; }

    /// <summary>How many calls have no run of their own, because one was waiting already that stands for them too.</summary>
    public long Coalesced { get; private protected set; }

    /// <summary>Whether a run waits for its time or its turn.</summary>
    public abstract bool IsPending { get; }

    private protected MainLoop Loop { get; }

    /// <summary>Asks for a run. It never runs within this call.</summary>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public abstract void Call();

    /// <summary>Drops the runs that wait. What they took of the rate stays taken.</summary>
    /// <returns>Whether one was waiting.</returns>
    public abstract bool Cancel();

    // What stands in a lane or waits as a timer: one object for all runs.
    private protected CallbackRecord Record(Action beforeRun) => new RunRecord(this, beforeRun);

    private sealed class RunRecord(RateLimited owner, Action beforeRun) : CallbackRecord(owner.Loop, owner._action, null, owner.Name)
    {
        public override void Run()
        {
            beforeRun();
            owner.Runs++;
            base.Run();
        }
    }
}
