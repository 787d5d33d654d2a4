namespace Mainspring.Pi;

/// <summary>A rule that does something for as long as something holds.</summary>
internal sealed class HoldingRule(RuleConfig config, Func<bool> condition, IHeldAction[] actions)
{
    public RuleConfig Config => config;

    public bool Holds { get; private set; }

    /// <summary>How often it began to hold.</summary>
    public long Times { get; private set; }

    /// <summary>Something has changed: begins or ends what it does.</summary>
    public void Reconsider()
    {
        bool holds = condition();
        if (holds == Holds)
        {
            return;
        }

        Holds = holds;
        Times += holds ? 1 : 0;
        foreach (IHeldAction action in actions)
        {
            action.Change(holds);
        }
    }
}

/// <summary>What goes on while a condition holds.</summary>
internal interface IHeldAction
{
    void Change(bool holds);
}
