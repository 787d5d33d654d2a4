using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mainspring.Devices;
using Mainspring.Devices.Windows;

namespace Mainspring.Contracts;

/// <summary>The console of Windows: its keys and their releases, its modes, and that they are given back.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsTerminalContract : IDisposable
{
    private const ushort Escape = 0x1B, Up = 0x26, F3 = 0x72, ShiftKey = 0x10; // VK_…

    private readonly MainLoop _loop = Loops.New();
    private readonly ConsoleBench _console = new();
    private readonly List<string> _told = [];
    private SourceHandle? _source;

    /// <inheritdoc/>
    public void Dispose()
    {
        _loop.Dispose();
        _console.Dispose();
    }

    /// <summary>As they are pressed, held, and released; and what they type.</summary>
    [Case]
    public void Keys_are_told_with_their_releases_and_what_they_type()
    {
        using WindowsTerminal terminal = Open(new TerminalOptions { ControlKeysAreSignals = false });
        Check.True(terminal.KeysHaveReleases);
        _console.Press('A', 'a');
        _console.Press('A', 'a');
        _console.Release('A', 'a');
        _console.Press(Up);
        _console.Release(Up);
        _console.Press('1', '!', ConsoleAbi.Shift);
        _console.Release('1', '1');
        _console.Press('C', '\x3', ConsoleAbi.LeftControl);
        _console.Release('C', '\x3', ConsoleAbi.LeftControl);
        _console.Press('Q', '@', ConsoleAbi.RightAlt | ConsoleAbi.LeftControl);
        _console.Release('Q', '@');
        _console.Press(F3);
        _console.Release(F3);
        _console.Press(Escape, '\x1B');
        _console.Release(Escape);
        CheckTold(
            "Press a", "text a", "Repeat a", "text a", "Release a", "Press Up", "Release Up", "Press 1 Shift", "text !", "Release 1", "Press c Control", "Release c Control", "Press q", "text @", "Release q",
            "Press F3", "Release F3", "Press Escape", "Release Escape");
    }

    /// <summary>Modifiers by themselves, repeats in one record, text without a key, and what lies beyond 16 bits.</summary>
    [Case]
    public void Text_without_a_key_and_modifiers_by_themselves_are_told()
    {
        using WindowsTerminal terminal = Open();
        _console.Press(ShiftKey, state: ConsoleAbi.Shift);
        _console.Release(ShiftKey);
        _console.Press('B', 'b', repeats: 2);
        _console.Release('B', 'b');
        foreach (char half in "😀")
        {
            _console.Press(0, half);
            _console.Release(0, half);
        }

        _console.Release('Z', 'z');
        CheckTold("Press LeftShift Shift", "Release LeftShift", "Press b", "text b", "Repeat b", "text b", "Release b", "text 😀");
    }

    /// <summary>So that nothing goes on running.</summary>
    [Case]
    public void Held_keys_are_released_when_the_focus_goes()
    {
        using WindowsTerminal terminal = Open();
        _console.Press('W', 'w');
        _console.Press('D', 'd');
        _console.Focus(false);
        _console.Focus(true);
        CheckTold("Press w", "text w", "Press d", "text d", "Release d synthetic", "Release w synthetic", "focus False", "focus True");
    }

    /// <summary>As on a terminal that does not tell them.</summary>
    [Case]
    public void Releases_are_left_out_where_they_are_not_wanted()
    {
        using WindowsTerminal terminal = Open(new TerminalOptions { KeyReleases = false });
        Check.False(terminal.KeysHaveReleases);
        _console.Press(ShiftKey, state: ConsoleAbi.Shift);
        _console.Press('A', 'A', ConsoleAbi.Shift);
        _console.Press('A', 'A', ConsoleAbi.Shift);
        _console.Release('A', 'A', ConsoleAbi.Shift);
        _console.Release(ShiftKey);
        _console.Press(Up);
        CheckTold("Press a Shift", "text A", "Press a Shift", "text A", "Press Up");
    }

    /// <summary>Buttons, motion and the wheel.</summary>
    [Case]
    public void The_mouse_is_told_where_it_is_asked_for()
    {
        using WindowsTerminal terminal = Open(new TerminalOptions { Mouse = TerminalMouseMode.Drag });
        _console.Mouse(3, 2, 0, ConsoleAbi.MouseMoved);
        _console.Mouse(3, 2, 1, 0);
        _console.Mouse(4, 2, 1, ConsoleAbi.MouseMoved);
        _console.Mouse(4, 2, 0, 0);
        _console.Mouse(4, 2, 0x00780000, ConsoleAbi.MouseWheel);
        _console.Mouse(4, 2, 0xFF880000, ConsoleAbi.MouseWheel);
        CheckTold("Press Left 3 2", "Move Left 4 2", "Release Left 4 2", "Press WheelUp 4 2", "Press WheelDown 4 2");
    }

    /// <summary>Raw while it is ours, and as it was afterwards.</summary>
    [Case]
    public void Its_modes_are_given_back()
    {
        const uint Cooked = ConsoleAbi.LineInput | ConsoleAbi.EchoInput;
        uint input = _console.InputMode, output = _console.OutputMode;
        WindowsTerminal terminal = Open();
        Check.True(terminal.IsOpen);
        Check.Equal(0u, _console.InputMode & (Cooked | ConsoleAbi.QuickEdit | ConsoleAbi.SequencesInput));
        Check.Equal(ConsoleAbi.ProcessedInput, _console.InputMode & ConsoleAbi.ProcessedInput);
        Check.Equal(ConsoleAbi.SequencesOutput, _console.OutputMode & ConsoleAbi.SequencesOutput);
        terminal.Dispose();
        Check.False(terminal.IsOpen);
        Check.Equal(input | ConsoleAbi.ExtendedFlags, _console.InputMode | ConsoleAbi.ExtendedFlags);
        Check.Equal(output, _console.OutputMode);
        Check.Throws<InvalidOperationException>(() => _ = terminal.Handle);
        using var keys = new WindowsTerminal(new TerminalOptions { ControlKeysAreSignals = false });
        _loop.Add(keys, RetryPolicy.Never);
        Check.Equal(0u, _console.InputMode & ConsoleAbi.ProcessedInput);
    }

    /// <summary>It was released where nobody looked.</summary>
    [Case]
    public void A_key_that_was_held_is_forgotten_when_it_is_removed()
    {
        using WindowsTerminal terminal = Open();
        _console.Press('W', 'w');
        CheckTold("Press w", "text w");
        _source!.Remove();
        _told.Clear();
        Add(terminal);
        _console.Press('W', 'w');
        CheckTold("Press w", "text w");
    }

    /// <summary>What comes behind it in the same read is told too.</summary>
    [Case]
    public void Records_without_an_event_hold_nothing_up()
    {
        using WindowsTerminal terminal = Open(new TerminalOptions { Focus = false });
        _console.Resize();
        _console.Press(Up);
        _console.Focus(false);
        _console.Focus(true);
        _console.Resize();
        _console.Press(F3);
        CheckTold("Press Up", "Release Up synthetic", "Press F3");
    }

    /// <summary>Since it may be the end of the program; if it is not, the terminal is taken again.</summary>
    [Case]
    public void CtrlBreak_gives_it_back_and_the_loop_takes_it_again()
    {
        if (Environment.Version.Major < 10)
        {
            throw new SkipException("needs .NET 10, where the newest handler of a signal is asked first");
        }

        uint input = _console.InputMode;
        using var staying = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, static context => context.Cancel = true);
        using WindowsTerminal terminal = Open();
        _console.Press('W', 'w');
        CheckTold("Press w", "text w");
        _told.Clear();
        if (!_console.RaiseBreak())
        {
            throw new SkipException("needs Ctrl-Break by GenerateConsoleCtrlEvent, which Wine 8 refuses");
        }

        Patience.Until(() => !terminal.IsOpen && _console.InputMode == (input | ConsoleAbi.ExtendedFlags), "the console as it was");
        Pump.Until(_loop, () => terminal.IsOpen);
        CheckTold("Release w synthetic", "resumed");
        Check.Equal(0u, _console.InputMode & ConsoleAbi.LineInput);
    }

    /// <summary>Frames are shown by a thread; the loop never waits for them.</summary>
    [Case]
    public void Frames_are_taken_and_the_loop_does_not_wait()
    {
        using WindowsTerminal terminal = Open();
        int shown = 0;
        for (int i = 0; shown < 20; i++)
        {
            terminal.Screen.Clear(new TerminalColor((byte)i, 20, 30));
            if (terminal.TryPresent())
            {
                shown++;
            }
            else
            {
                _loop.Tick(TimeSpan.FromMilliseconds(1));
            }
        }

        Check.True(terminal.Screen.Columns > 0 && terminal.Screen.Rows > 0);
    }

    private WindowsTerminal Open(TerminalOptions? options = null)
    {
        var terminal = new WindowsTerminal(options);
        Add(terminal);
        return terminal;
    }

    private void Add(WindowsTerminal terminal)
    {
        _source = _loop.Add(terminal, RetryPolicy.Never)
            .On((in TerminalConnected _, in EventInfo _) => _told.Add("connected"))
            .On((in TerminalResumed _, in EventInfo _) => _told.Add("resumed"))
            .On((in TerminalKey key, in EventInfo _) => _told.Add(
                $"{key.Action} {(key.Code == TerminalKeyCode.Character ? key.Character.ToString() : key.Code)}{(key.Modifiers == 0 ? "" : $" {key.Modifiers}")}{(key.IsSynthetic ? " synthetic" : "")}"))
            .On((in TerminalText text, in EventInfo _) => _told.Add($"text {text.Rune}"))
            .On((in TerminalFocus focus, in EventInfo _) => _told.Add($"focus {focus.HasFocus}"))
            .On((in TerminalMouse mouse, in EventInfo _) => _told.Add($"{mouse.Action} {mouse.Button} {mouse.Column} {mouse.Row}"));
        Pump.Until(_loop, () => _told.Contains("connected"));
        _told.Clear();
    }

    private void CheckTold(params string[] expected)
    {
        Pump.Until(_loop, () => _told.Count >= expected.Length);
        Pump.Ticks(_loop, 3);
        Check.Sequence(expected, _told);
    }
}

/// <summary>The source contract, for the console of Windows.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsTerminalSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new ConsoleRig();
}

/// <summary>The console in the hands of the contract: every key is an event.</summary>
[SupportedOSPlatform("windows")]
internal sealed class ConsoleRig : SourceRig
{
    private readonly ConsoleBench _console = new();
    private readonly WindowsTerminal _terminal = new();

    public override IEventSource Source => _terminal;

    public override bool CanBreak => false;

    public override string Unbreakable => "a console goes with its process";

    public override void Produce(int events)
    {
        for (int i = 0; i < events; i++)
        {
            _console.Press(0x26); // VK_UP, which repeats
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in TerminalKey _, in EventInfo info) => onEvent(info));

    public override void Dispose()
    {
        _terminal.Dispose();
        _console.Dispose();
    }
}
