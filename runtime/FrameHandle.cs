using System.Diagnostics;

namespace Mainspring;

/// <summary>A callback that runs in every frame. Loop's thread only.</summary>
[DebuggerDisplay("{Name} {Phase}")]
public sealed class FrameHandle
{
    internal FrameHandle(FramePhase phase, Action<Frame> callback, string? name)
    {
        Phase = phase;
        Callback = callback;
        Name = name ?? WorkName.Of(callback);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The phase in which it runs.</summary>
    public FramePhase Phase { get; }

    /// <summary>Whether it still runs.</summary>
    public bool IsActive { get; private set; } = true;

    internal Action<Frame> Callback { get; }

    /// <summary>The pass over the phases in which, or after which, it was added: it runs from the next one on.</summary>
    internal long AddedInPass { get; set; }

    /// <summary>Runs it no more, in this frame either. Idempotent.</summary>
    public void Cancel() => IsActive = false;
}
