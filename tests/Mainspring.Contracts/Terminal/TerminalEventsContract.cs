using System.Text;
using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>The order of a terminal's events, whatever system it is of.</summary>
public sealed class TerminalEventsContract : IDisposable
{
    private readonly MainLoop _loop = Loops.New();
    private readonly ScriptedTerminal _terminal = new();
    private readonly List<string> _told = [];

    public TerminalEventsContract() => _loop.Add(_terminal, RetryPolicy.Never)
        .On((in TerminalConnected e, in EventInfo _) => _told.Add($"connected {e.Columns}"))
        .On((in TerminalKey e, in EventInfo _) => _told.Add($"{e.Action} {e.Character}"))
        .On((in TerminalFocus e, in EventInfo _) => _told.Add($"focus {e.HasFocus}"))
        .On((in TerminalResumed e, in EventInfo _) => _told.Add($"resumed {e.Columns}"))
        .On((in TerminalResized e, in EventInfo _) => _told.Add($"resized {e.Columns}"))
        .On((in TerminalDisconnected e, in EventInfo _) => _told.Add($"disconnected: {e.Reason}"));

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();

    [Case]
    public void What_happens_between_keys_is_told_between_them() => Play(
        ["connected 80", "Press a", "Release a", "focus False", "Press b", "resized 100", "Press c"],
        terminal => terminal.Type('a'),
        terminal => terminal.Events.LoseFocus(isTold: true),
        terminal => terminal.Type('b'),
        terminal => terminal.Resize(100),
        terminal => terminal.Events.AskSize(),
        terminal => terminal.Type('c'));

    [Case]
    public void A_terminal_that_was_given_back_releases_first_and_reads_when_it_is_ours_again()
    {
        Play(["connected 80", "Press a"], terminal => terminal.Type('a'));
        _terminal.IsOurs = false;
        Play([], terminal => terminal.Type('b'));
        _terminal.IsOurs = true;
        _terminal.Events.Resume();
        Play(["Release a", "resumed 80", "Press b", "Press c"], terminal => terminal.Type('c'));
    }

    /// <summary>However often it is asked in the same turn.</summary>
    [Case]
    public void The_end_is_told_once_after_what_was_typed_and_the_releases() => Play(
        ["connected 80", "Press a", "Press b", "Release b", "Release a", "disconnected: gone"],
        terminal => terminal.Type('a'),
        terminal => terminal.Type('b'),
        terminal => terminal.Events.End("gone"));

    /// <summary>It has not been resumed.</summary>
    [Case]
    public void A_terminal_that_goes_while_it_is_given_back_says_so()
    {
        Play(["connected 80", "Press a"], terminal => terminal.Type('a'));
        _terminal.IsOurs = false;
        _terminal.Events.End("refused");
        Play(["Release a", "disconnected: refused"]);
    }

    private void Play(string[] told, params Action<ScriptedTerminal>[] steps)
    {
        foreach (Action<ScriptedTerminal> step in steps)
        {
            _terminal.Script.Enqueue(step);
        }

        _terminal.Wake();
        Pump.Ticks(_loop, 3);
        Check.Sequence(told, _told);
        _told.Clear();
    }

    /// <summary>What it reads are steps: each types a key, or finds something else out.</summary>
    private sealed class ScriptedTerminal : IEventSource, ITerminalInput
    {
        private SourceContext? _context;
        private int _columns = 80;
        private TerminalKey? _typed;

        public ScriptedTerminal() => Events = new TerminalEvents(new TerminalScreen(), new TerminalPainter(TerminalColorDepth.None), this);

        public string Name => "terminal:scripted";

        public TerminalEvents Events { get; }

        public Queue<Action<ScriptedTerminal>> Script { get; } = new();

        public bool IsOurs { get; set; } = true;

        public void Wake() => _context?.Wake();

        public void Resize(int columns) => _columns = columns;

        public void Type(char key) => _typed = new TerminalKey(TerminalKeyCode.Character, new Rune(key), TerminalModifiers.None, HasRelease: true);

        public void Attach(SourceContext context)
        {
            _context = context;
            Events.Begin();
        }

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            int count = 0;
            while (count < maxEvents && Events.EmitNext(_context!))
            {
                count++;
            }

            return count;
        }

        public void Detach() => _context = null;

        public (int Columns, int Rows) Size() => (_columns, 24);

        public bool EmitTyped(SourceContext context)
        {
            while (!Events.HasNews && Script.TryDequeue(out Action<ScriptedTerminal>? step))
            {
                step(this);
                if (_typed is { } key)
                {
                    _typed = null;
                    Events.Held.Take(in key);
                    context.Emit(in key);
                    return true;
                }
            }

            return false;
        }
    }
}
