namespace Mainspring.Devices.Simulation;

/// <summary>A PWM channel in memory, for one loop, that remembers what it has put out and when. Loop's thread only.</summary>
public sealed class SimulatedPwm : IPwmChannel
{
    private readonly List<PwmChange> _changes = [];
    private readonly PwmState? _safeState;
    private readonly SimulatedQueue<(MainLoop Loop, PwmState? State)> _queue;
    private bool _isDisposed;

    /// <summary>Makes a channel that is off.</summary>
    /// <param name="name">Its name for messages.</param>
    /// <param name="safeState">What it puts out when it is closed; null switches it off.</param>
    public SimulatedPwm(string name = "simulated-pwm", PwmState? safeState = null)
    {
        safeState?.Check(name);
        (Name, _safeState) = (name, safeState);
        _queue = new SimulatedQueue<(MainLoop Loop, PwmState? State)>(name, _ => Latency, Apply);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PwmState State { get; private set; }

    /// <summary>How long a change takes, on the loop's clock.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>What it was set to, in order. <see cref="Dispose"/> knows no time, and shows in <see cref="State"/> only.</summary>
    public IReadOnlyList<PwmChange> Changes => _changes;

    /// <inheritdoc/>
    public async LoopTask SetAsync(MainLoop loop, PwmState state, CancellationToken cancellationToken = default)
    {
        state.Check(Name);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        await _queue.Run(loop, (loop, state), cancellationToken);
    }

    /// <inheritdoc/>
    public async LoopTask CloseAsync(MainLoop loop) => await _queue.Run(loop, (loop, null), default);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            State = Safe;
        }
    }

    private PwmState Safe => _safeState ?? State with { DutyNs = 0, IsEnabled = false };

    private int Apply((MainLoop Loop, PwmState? State) change)
    {
        if (change.State is { } state)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            State = state;
            _changes.Add(new PwmChange(change.Loop.Now, State));
        }
        else if (!_isDisposed)
        {
            Dispose();
            _changes.Add(new PwmChange(change.Loop.Now, State));
        }

        return 0;
    }
}
