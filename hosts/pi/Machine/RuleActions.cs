using System.Globalization;
using System.Text;

namespace Mainspring.Pi;

/// <summary>Sets an output.</summary>
internal sealed class SetAction(MachineLine line, bool level) : RuleAction
{
    public override ActionOutcome Act(ActingRule rule, TimeSpan since) => Write(line, level, rule);

    public static ActionOutcome Write(MachineLine line, bool level, ActingRule rule)
    {
        if (line.Write(level))
        {
            return ActionOutcome.Done;
        }

        rule.Fail($"line '{line.Config.Name}' cannot be set now: its chip is away");
        return ActionOutcome.Failed;
    }
}

/// <summary>Changes an output's level.</summary>
internal sealed class ToggleAction(MachineLine line) : RuleAction
{
    public override ActionOutcome Act(ActingRule rule, TimeSpan since) => SetAction.Write(line, !line.Level, rule);
}

/// <summary>Makes an output active for a time; a pulse within a pulse makes that longer.</summary>
internal sealed class PulseAction(MachineLine line, TimeSpan duration, MainLoop loop) : RuleAction
{
    private TimerHandle _end;

    public override ActionOutcome Act(ActingRule rule, TimeSpan since)
    {
        _end.Cancel();
        _end = loop.CallLater(duration, static line => line.Write(false), line); // without a name: that would be an allocation
        return SetAction.Write(line, true, rule);
    }
}

/// <summary>Sends bytes. Done when the system has taken them.</summary>
internal sealed class SendAction(MachinePort port, byte[] bytes, MainLoop loop) : RuleAction
{
    public override ActionOutcome Act(ActingRule rule, TimeSpan since)
    {
        // One that goes away is still open while it says so, and would take bytes into a queue that nobody sends.
        if (!port.IsConnected || !port.Port.TryWrite(bytes))
        {
            rule.Fail(port.IsConnected ? $"port '{port.Config.Name}' takes no more: {port.Port.QueuedBytes} bytes wait to be sent" : $"port '{port.Config.Name}' is not open");
            return ActionOutcome.Failed;
        }

        if (port.Port.QueuedBytes == 0 || rule.Config.Within is not { } within)
        {
            return ActionOutcome.Done;
        }

        LookAtDeadline(rule, since + within);
        return ActionOutcome.Later;
    }

    // The system does not take them now: at the deadline it is seen whether it did. (A method of its own, so that only this path has a closure.)
    private void LookAtDeadline(ActingRule rule, TimeSpan deadline)
    {
        long wanted = port.Port.WrittenBytes + port.Port.QueuedBytes;
        loop.CallAt(deadline, () =>
        {
            if (port.Port.WrittenBytes < wanted)
            {
                rule.Miss();
            }
        });
    }
}

/// <summary>Writes to the record. Done when it is on the disk: then, and not before, it is acknowledged.</summary>
internal sealed class LogAction(RecordFile record, string text, MachinePort? port, string? acknowledgement) : RuleAction
{
    private readonly string? _acknowledgement = acknowledgement;
    private ActingRule? _rule;
    private Action<RecordEntry, string?>? _onDone;

    public override ActionOutcome Act(ActingRule rule, TimeSpan since)
    {
        _rule = rule;
        if (record.TryAppend(rule.Config.Name, text, since, _onDone ??= OnDone))
        {
            return ActionOutcome.Later;
        }

        rule.Fail($"the disk is too slow: {RecordFile.Capacity} entries wait to be recorded; this one is not");
        return ActionOutcome.Failed;
    }

    private void OnDone(RecordEntry entry, string? failure)
    {
        if (failure is not null)
        {
            _rule!.Fail($"not recorded: {failure}");
            _rule.Miss();
            return;
        }

        if (port is not null && _acknowledgement is not null)
        {
            string said = _acknowledgement.Replace("{n}", entry.Number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            if (!port.Port.TryWrite(Encoding.UTF8.GetBytes(said)))
            {
                _rule!.Fail($"recorded as {entry.Number}, but port '{port.Config.Name}' does not take the acknowledgement");
                _rule.Miss();
                return;
            }
        }

        _rule!.Finish(entry.Since);
    }
}
