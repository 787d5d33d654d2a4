namespace Mainspring;

public sealed partial class MainLoop
{
    private readonly FrameCollections _frameCollections = new();
    private readonly GapCollector? _gapCollector;

    // After everything else of a tick. A gap ends at the next frame or timer, and with work that came; background work would take all of it, and has to wait.
    private void CollectInGap()
    {
        if (_gapCollector is not null && !IsStopping && (_isLockstep || !(HasCallbacks || HasNews || _sources.HasWorkLeft)))
        {
            _gapCollector.Collect(Math.Min(_frames.IsHosted ? _hostDeadlineNs : _frames.NextDeadlineNs, Timers.NextDeadlineNs()));
        }
    }

    private static GapCollector? CollectorBy(LoopOptions options, LoopClock clock, bool hasFrames)
    {
        if (options.GcPolicy == GcPolicy.Default)
        {
            return null;
        }

        if (options.GcPolicy != GcPolicy.CollectInGaps)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.GcPolicy, "LoopOptions.GcPolicy is Default or CollectInGaps.");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.GcThreshold);
        return hasFrames
            ? new GapCollector(clock, options.GcThreshold)
            : throw new ArgumentException("GcPolicy.CollectInGaps is for loops with a FrameRate or Pacing.Host: without frames there are no gaps between them.", nameof(options));
    }
}
