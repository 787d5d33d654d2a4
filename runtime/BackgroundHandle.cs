using System.Diagnostics;

namespace Mainspring;

/// <summary>Budgeted work that was handed to <see cref="MainLoop.CallInBackground"/>. Loop's thread only.</summary>
[DebuggerDisplay("{Name} {IsPending ? \"pending\" : \"done\"}")]
public sealed class BackgroundHandle
{
    private readonly MainLoop _loop;

    internal BackgroundHandle(MainLoop loop, Func<FrameBudget, bool> step, string? name, long maxDelayNs)
    {
        _loop = loop;
        Step = step;
        Name = name ?? WorkName.Of(step);
        MaxDelayNs = maxDelayNs;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Whether it has more to do.</summary>
    public bool IsPending { get; internal set; } = true;

    /// <summary>How many steps have run.</summary>
    public long Steps { get; internal set; }

    internal Func<FrameBudget, bool> Step { get; }

    internal long MaxDelayNs { get; }

    internal long LastRunNs { get; set; }

    /// <summary>Runs no further step. Also from within the step.</summary>
    /// <returns>Whether it was pending.</returns>
    public bool Cancel()
    {
        _loop.CheckAccess(evenDisposed: true);
        bool was = IsPending;
        IsPending = false;
        return was;
    }
}
