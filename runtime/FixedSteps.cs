namespace Mainspring;

/// <summary>
/// Cuts the game time of frames into steps of one length: an accumulator in whole nanoseconds. A frame that would need too many steps loses the
/// time of the surplus ones, which is counted; the remainder below one step stays, so that the steps keep their phase.
/// </summary>
internal sealed class FixedSteps
{
    private readonly TimeSpan _length;
    private readonly long _lengthNs; // 0: off
    private readonly int _maxPerFrame;
    private long _accumulatorNs;
    private long _index = -1;
    private long _timeNs;        // of the step of this number, at most Nanoseconds.Farthest
    private long _due;           // in this frame
    private bool _isSingleStep;  // of a loop that is paused

    public FixedSteps(LoopOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxFixedSteps, 1);
        _maxPerFrame = options.MaxFixedSteps;
        if (options.FixedStep is not { } length)
        {
            return;
        }

        if (length <= TimeSpan.Zero || length > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), length, "FixedStep is longer than zero and at most a day.");
        }

        if (options.FrameRate is null && options.Pacing != Pacing.Host)
        {
            throw new ArgumentException("FixedStep needs frames: give the loop a FrameRate or Pacing.Host.", nameof(options));
        }

        _length = length;
        _lengthNs = Nanoseconds.From(length);
        _timeNs = -_lengthNs;
    }

    public bool IsOn => _lengthNs > 0;

    public long LengthNs => _lengthNs;

    /// <summary>The step that runs now or ran last.</summary>
    public FixedStep Current => IsOn ? new FixedStep(_index, Nanoseconds.ToTimeSpan(_timeNs), _length) : new FixedStep(-1, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>Its simulated time.</summary>
    public long TimeNs => _timeNs;

    /// <summary>Time that was never simulated.</summary>
    public long DroppedNs { get; private set; }

    /// <summary>How far the frame's time is past the last step, in steps; 1 without steps. For drawing only.</summary>
    public double Interpolation => IsOn ? Math.Min(1.0, (double)_accumulatorNs / _lengthNs) : 1;

    /// <summary>A frame begins for which so much game time has passed.</summary>
    public void BeginFrame(long gameNs, bool isSingleStep)
    {
        _isSingleStep = isSingleStep;
        if (!IsOn || isSingleStep)
        {
            _due = isSingleStep ? 1 : 0;
            return;
        }

        _accumulatorNs = Nanoseconds.Deadline(_accumulatorNs, gameNs);
        _due = _accumulatorNs / _lengthNs;
        if (_due > _maxPerFrame)
        {
            long surplusNs = (_due - _maxPerFrame) * _lengthNs;
            _accumulatorNs -= surplusNs;
            DroppedNs = Nanoseconds.Deadline(DroppedNs, surplusNs);
            _due = _maxPerFrame;
        }
    }

    /// <summary>Begins the next step of this frame, if there is one. A pause in the middle of a frame leaves the other steps for later.</summary>
    public bool TryBegin(bool isPaused)
    {
        if (_due == 0 || (isPaused && !_isSingleStep))
        {
            return false;
        }

        _due--;
        _index++;
        _timeNs = Nanoseconds.Deadline(_timeNs, _lengthNs);
        _accumulatorNs -= _isSingleStep ? 0 : _lengthNs;
        return true;
    }
}
