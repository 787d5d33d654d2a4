namespace Mainspring.Pi;

/// <summary>A rule that does something when something happens, and measures how long that took.</summary>
internal sealed class ActingRule(RuleConfig config, MainLoop loop, MachineLog log)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

    private string? _lastFailure;
    private TimeSpan _failedAt;

    public RuleConfig Config => config;

    public RuleAction[] Actions { get; set; } = [];

    public long Runs { get; private set; }

    /// <summary>Actions that could not be done.</summary>
    public long Failures { get; private set; }

    /// <summary>Runs that were not done by their deadline.</summary>
    public long Misses { get; private set; }

    /// <summary>The longest time from what happened to what was done.</summary>
    public TimeSpan Worst { get; private set; }

    /// <summary>It has happened.</summary>
    /// <param name="since">When, on the loop's clock: the kernel's time of an edge, the time at which bytes were read.</param>
    public void Run(TimeSpan since)
    {
        Runs++;
        bool isDone = true, failed = false;
        foreach (RuleAction action in Actions)
        {
            switch (action.Act(this, since))
            {
                case ActionOutcome.Later:
                    isDone = false;
                    break;
                case ActionOutcome.Failed:
                    failed = true;
                    break;
            }
        }

        if (failed)
        {
            Miss();
        }
        else if (isDone)
        {
            Finish(since);
        }
    }

    /// <summary>All is done.</summary>
    public void Finish(TimeSpan since)
    {
        TimeSpan took = loop.TimeProvider.GetElapsedTime(0) - since;
        Worst = took > Worst ? took : Worst;
        if (took > config.Within)
        {
            Misses++;
        }
    }

    /// <summary>Something was not done by the deadline, if there is one.</summary>
    public void Miss() => Misses += config.Within is null ? 0 : 1;

    /// <summary>Something could not be done; logged when the reason is new, and once a minute.</summary>
    public void Fail(string reason)
    {
        Failures++;
        if (reason != _lastFailure || loop.Now - _failedAt >= s_quiet)
        {
            (_lastFailure, _failedAt) = (reason, loop.Now);
            log.Problem($"rule {config.Name}", $"{reason} ({Failures} so far)");
        }
    }
}
