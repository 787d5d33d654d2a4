namespace Mainspring;

// Frames, the game time that passes in them, and the budget that everything in them shares.
public sealed partial class MainLoop
{
    /// <summary>Whether the loop has frames: a <see cref="LoopOptions.FrameRate"/> or <see cref="Pacing.Host"/>. Without them it is event-driven, and <see cref="OnFrame"/> throws.</summary>
    public bool HasFrames => _frames.IsPaced || _frames.IsHosted;

    /// <summary>The frame that runs now or ran last.</summary>
    public Frame Frame => _frames.Current;

    /// <summary>What became of the frames so far.</summary>
    public FrameStats FrameStats => _frames.Stats with
    {
        DroppedTime = Nanoseconds.ToTimeSpan(_fixedSteps.DroppedNs),
        Collections = _frameCollections.Count,
        CollectionPause = _frameCollections.Pause,
        LastFrameWithCollection = _frameCollections.LastFrame,
        CollectionsInGaps = _gapCollector?.Count ?? 0,
    };

    /// <summary>The fixed step that runs now or ran last. What must be deterministic goes by its number.</summary>
    public FixedStep FixedStep => _fixedSteps.Current;

    /// <summary>
    /// Where between the last two fixed steps this frame is, for drawing: 0 shows the state before the last step, 1 the state after it. 1 in a loop
    /// without <see cref="LoopOptions.FixedStep"/>. Not for anything that has to be deterministic.
    /// </summary>
    public double Interpolation => _fixedSteps.Interpolation;

    /// <summary>
    /// How fast game time passes, in seconds of the game per second of the loop: from 0 to 1,000,000, in steps of 10^-9; 1 by default. It counts from the next frame on, for
    /// <see cref="Frame.Delta"/> and fixed steps, and does not drift. Everything else keeps to the loop's time: <see cref="Frame.Start"/> and
    /// <see cref="Frame.Deadline"/>, timers, delays of jobs, <see cref="CallEvery(TimeSpan, Action, string?)"/>, rates. Loop's thread only.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in that range.</exception>
    public double TimeScale
    {
        get => _game.Scale;
        set => _game.Scale = value;
    }

    /// <summary>Whether game time stands still.</summary>
    public bool IsPaused => _game.IsPaused;

    /// <summary>
    /// Whether frames ask for more time than there is. It goes on when 3 of the last 8 frames were late: ended after their deadline, or came after frames that were dropped (one
    /// long hold-up makes two such frames, and is not enough). It goes off when 32 frames in a row were not late and ended within 90 % of the time from when they were due to
    /// their deadline. A host's frame is due when its tick begins, and without a budget it is never late.
    /// </summary>
    public bool IsOverloaded => _frames.IsOverloaded;

    /// <summary>
    /// What is left of this frame's time, for everything that runs in a tick: until the next frame is due, in a frame until its deadline, in background work until the
    /// next timer too; at most 1 ms where nobody waits for anything. It is zero when something urgent has come in. Loop's thread, within a tick.
    /// </summary>
    public FrameBudget Budget => _budget;

    /// <summary>
    /// Lets game time stand still: frames go on, since input and drawing need them, with a <see cref="Frame.Delta"/> of zero and without fixed steps. In a fixed step: that step
    /// is the last one. Timers and delays are the loop's time, and go on. Idempotent; loop's thread only.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public void Pause()
    {
        CheckAccess();
        _game.Pause();
    }

    /// <summary>Ends <see cref="Pause"/>, from the next frame on. The time of the pause is not made up for, and single steps that have not run are dropped. Idempotent; loop's thread only.</summary>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public void Resume()
    {
        CheckAccess();
        _game.Resume();
    }

    /// <summary>
    /// While paused: has the next frame run exactly one fixed step, or, in a loop without <see cref="LoopOptions.FixedStep"/>, gives it one period as its delta (in
    /// <see cref="Pacing.Host"/> without a frame rate: its unscaled one). Several calls are for as many frames. Loop's thread only.
    /// </summary>
    /// <exception cref="InvalidOperationException">The loop is not paused.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public void StepOnce()
    {
        CheckAccess();
        if (!IsPaused)
        {
            throw new InvalidOperationException($"Loop '{Name}' is not paused: StepOnce is for single steps between Pause and Resume.");
        }

        _game.StepOnce();
    }

    /// <summary>Runs a callback in every frame, or at a rate.</summary>
    /// <param name="phase">The phase in which it runs; callbacks of one phase run in the order of the calls. With <see cref="LoopOptions.FixedStep"/>, those of
    /// <see cref="FramePhase.FixedUpdate"/> run in every fixed step.</param>
    /// <param name="callback">The callback; it gets the frame.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <param name="perSecond">How often it runs at the most, from 0.001 to 1,000,000 times a second of the loop's time; null is every frame. It runs in the first frame that is due at or
    /// after each time of a grid which begins with the loop's first frame and does not drift; times that fall into one frame are one run. Callbacks of
    /// fixed steps keep to simulated time.</param>
    /// <returns>A handle that can cancel it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The phase or the rate does not exist.</exception>
    /// <exception cref="InvalidOperationException">The loop has no frames: it is event-driven.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public FrameHandle OnFrame(FramePhase phase, Action<Frame> callback, string? name = null, double? perSecond = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)phase, (uint)FramePhase.Present, nameof(phase));
        CheckRate(perSecond ?? 1, nameof(perSecond));
        CheckAccess();
        if (!HasFrames)
        {
            throw new InvalidOperationException($"Loop '{Name}' has no frames: give it LoopOptions.FrameRate or Pacing.Host, or use CallEvery.");
        }

        var handle = new FrameHandle(this, phase, callback, name, perSecond ?? 0);
        handle.StartAfter(phase == FramePhase.FixedUpdate && HasFixedSteps ? _fixedSteps.TimeNs : _frames.GridNs);
        _phases.Add(handle);
        return handle;
    }

    // Another number for each callback, frame callback, job's step or background step.
    internal long PieceOfWork => Progress;

    internal bool HasFixedSteps => _fixedSteps.IsOn;

    // The one place where a fixed step begins.
    internal bool BeginFixedStep(out long timeNs)
    {
        bool begins = _fixedSteps.TryBegin(_game.IsPaused);
        timeNs = _fixedSteps.TimeNs;
        if (begins)
        {
            JobTable.BeginFixedStep();
            _awaits[FramePhase.FixedUpdate].BeginFrame();
        }

        return begins;
    }

    // How many places of a phase are taken, also by waits that were cancelled.
    internal int AwaitsIn(FramePhase phase) => _awaits[phase].Count;

    // What waits for a fixed step and was cancelled goes, though no step runs.
    internal void SweepFixedSteps()
    {
        JobTable.SweepFixedSteps();
        _awaits[FramePhase.FixedUpdate].Sweep();
    }

    private static void CheckRate(double perSecond, string argument)
    {
        if (!RateGrid.IsRate(perSecond))
        {
            throw new ArgumentOutOfRangeException(argument, perSecond, "A rate is from 0.001 to 1,000,000 times per second.");
        }
    }

    private void BeginBudget(long nowNs)
    {
        long endNs = _stage == Stage.Frame && !_frames.IsHosted ? _frames.NextDeadlineNs : CutNs;
        _budget.Begin(nowNs, endNs == long.MaxValue ? nowNs + LongestBudgetNs : endNs);
    }
}
