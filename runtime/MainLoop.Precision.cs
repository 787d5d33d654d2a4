namespace Mainspring;

public sealed partial class MainLoop
{
    /// <summary>What <see cref="LoopOptions.Precision"/> costs and has learned. Loop's thread only.</summary>
    public PrecisionStats PrecisionStats => PreciseWait?.Stats ?? default;

    /// <summary>Null: the loop sleeps until its deadlines.</summary>
    internal PreciseWait? PreciseWait { get; }

    /// <summary>Whether a look at descriptors could find one.</summary>
    internal bool WatchesDescriptors => _sources.HasPolled || _isGuest;

    // How long before a frame its tick begins, when neither a timer nor the end of the run comes between: what the tick does before the frame is done by then. A foreign
    // loop's tick waits for nothing that it was not told to wait for.
    private long LeadNs => _mayLead && _frames.NextDeadlineNs < _runEndNs && _frames.NextDeadlineNs < Timers.NextDeadlineNs() ? PreciseWait.LeadNs : 0;

    /// <summary>The wait goes on without sleep: whoever adds work need not wake the loop.</summary>
    internal void StayAwake() => Volatile.Write(ref _shared.IsAsleep, 0);

    private static PreciseWait? WaitBy(MainLoop loop, Precision precision) => precision switch
    {
        Precision.Sleep => null,
        Precision.Hybrid or Precision.Spin => new PreciseWait(loop, precision),
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "LoopOptions.Precision is Sleep, Hybrid or Spin."),
    };
}
