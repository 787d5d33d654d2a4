namespace Mainspring.Pi;

/// <summary>Something that a rule does.</summary>
internal abstract class RuleAction
{
    public abstract ActionOutcome Act(ActingRule rule, TimeSpan since);
}

/// <summary>What became of it.</summary>
internal enum ActionOutcome
{
    Done,

    /// <summary>The action says so itself when it is done.</summary>
    Later,

    /// <summary>It was told to <see cref="ActingRule.Fail"/>.</summary>
    Failed,
}
