namespace Mainspring.Pi;

/// <summary>A rule: while something is so, or when something happens, do something.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="While">While this holds; null with <paramref name="On"/>.</param>
/// <param name="On">When this happens; null with <paramref name="While"/>.</param>
/// <param name="Actions">What to do, in this order.</param>
/// <param name="Within">By when it has to be done, from what happened; missed deadlines are counted.</param>
internal sealed record RuleConfig(string Name, ConditionConfig? While, TriggerConfig? On, ActionConfig[] Actions, TimeSpan? Within);
