namespace Mainspring;

/// <summary>
/// The time that passes for the game: the loop's time between two frames, scaled, or none while it is paused. The scale is a whole number of
/// billionths, and what a division leaves is carried on, so that scaled time does not drift.
/// </summary>
internal sealed class GameTime
{
    private const long One = 1_000_000_000;

    private long _scale = One;
    private long _remainder; // billionths of a nanosecond
    private long _singleSteps;
    private long _rest; // nanoseconds that the frames' deltas have not shown yet, below 100

    public double Scale
    {
        get => (double)_scale / One;
        set
        {
            if (!(value is >= 0 and <= 1_000_000))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "TimeScale is from 0 to 1,000,000 seconds of the game per second.");
            }

            _scale = (long)Math.Round(value * One);
        }
    }

    public bool IsPaused { get; private set; }

    /// <summary>Whether this frame is a single step of a paused game.</summary>
    public bool IsSingleStep { get; private set; }

    /// <summary>How much has passed for this frame.</summary>
    public long DeltaNs { get; private set; }

    public void Pause() => IsPaused = true;

    public void Resume()
    {
        IsPaused = false;
        _singleSteps = 0;
    }

    public void StepOnce() => _singleSteps++;

    /// <summary>A frame begins.</summary>
    /// <param name="elapsedNs">The loop's time since the one before.</param>
    /// <param name="singleStepNs">What a single step lets pass.</param>
    /// <returns>The frame's delta. Its rounding to 100 ns does not add up.</returns>
    public TimeSpan Pass(long elapsedNs, long singleStepNs)
    {
        IsSingleStep = IsPaused && _singleSteps > 0;
        if (IsSingleStep)
        {
            _singleSteps--;
        }

        DeltaNs = IsSingleStep ? singleStepNs : IsPaused ? 0 : Scaled(elapsedNs);
        (long ticks, _rest) = Math.DivRem(DeltaNs + _rest, 100);
        return new TimeSpan(ticks);
    }

    private long Scaled(long ns)
    {
        if (_scale == One)
        {
            return ns;
        }

        (Int128 whole, Int128 rest) = Int128.DivRem(((Int128)ns * _scale) + _remainder, One);
        _remainder = (long)rest;
        return (long)Int128.Min(whole, Nanoseconds.Farthest);
    }
}
