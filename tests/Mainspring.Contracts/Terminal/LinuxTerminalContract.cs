using System.Runtime.InteropServices;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Contracts;

/// <summary>A terminal of Linux, on a real pseudo-terminal: input, what it leaves behind, signals and frames.</summary>
public sealed class LinuxTerminalContract : IDisposable
{
    private const int WindowChanged = 28; // SIGWINCH
    private const int Continue = 18;      // SIGCONT
    private TerminalBench? _bench;

    public void Dispose() => _bench?.Dispose();

    [Case]
    public void Keys_ComeAsEvents_WithWhatTheyType()
    {
        TerminalBench bench = Start();
        bench.Type("wA\e[A\r");
        bench.Expect("plain Press None w", "text w", "plain Press Shift a", "text A", "plain Press None Up", "plain Press None Enter");
        bench.Type("\x03");
        Check.Equal(0, bench.Raised.Count, "the kernel makes a signal of it, for those in the terminal's session");
    }

    [Case]
    public void RawMode_IsSetWhileItIsAttached()
    {
        TerminalBench bench = Start();
        Termios2 raw = bench.Settings();
        Check.Equal(0u, raw.Local & (TerminalAbi.Echo | TerminalAbi.Lines | TerminalAbi.Extended));
        Check.Equal(TerminalAbi.Signals, raw.Local & TerminalAbi.Signals, "Ctrl-C stays what it is");
        Check.Equal(0u, raw.Input & (TerminalAbi.ReturnToNewline | Termios2.XonXoffOut));
        Check.True(bench.Terminal.IsOpen);
    }

    [Case]
    public void ControlKeysAsKeys_TakeTheSignalsAway()
    {
        TerminalBench bench = Start(new TerminalOptions { ControlKeysAreSignals = false });
        Check.Equal(0u, bench.Settings().Local & TerminalAbi.Signals);
        bench.Type("\x03\x1A");
        bench.Expect("plain Press Control c", "plain Press Control z");
    }

    [Case]
    public void Remove_GivesTheTerminalBack_ToTheLastBit() => GivesBack(static (_, source) => source.Remove());

    [Case]
    public void DisposeOfTheTerminal_GivesItBack_ToTheLastBit() => GivesBack(static (bench, _) => bench.Terminal.Dispose());

    [Case]
    public void RemoveWithinAHandler_GivesItBack_ToTheLastBit() => GivesBack(static (bench, source) =>
    {
        source.On((in TerminalKey _, in EventInfo _) => source.Remove());
        bench.Type("x");
        Pump.Until(bench.Loop, () => source.State == SourceState.Removed);
    });

    [Case]
    public void DisposeOfTheLoop_GivesItBack_ToTheLastBit()
    {
        _bench = new TerminalBench();
        Termios2 before = _bench.Settings();
        _bench.Add();
        Check.False(_bench.AreSettings(before));
        _bench.Loop.Dispose();
        Check.True(_bench.AreSettings(before));
    }

    [Case]
    public void Options_SayWhatTheTerminalIsAskedFor()
    {
        TerminalBench bench = Start(new TerminalOptions { AlternateScreen = false, BracketedPaste = false, Focus = false, KeyReleases = false, Mouse = TerminalMouseMode.Drag });
        Pump.Until(bench.Loop, () => bench.Window.Modes.Count == 2);
        Check.Sequence([1002, 1006], bench.Window.Modes);
        Check.True(bench.Window.HasCursor, "without a screen of its own it leaves the cursor");
        Check.Equal(0, bench.Window.Questions);
    }

    [Case]
    public void Escape_AloneComesAfterItsTimeout()
    {
        TerminalBench bench = Start(new TerminalOptions { EscapeTimeout = TimeSpan.FromMilliseconds(20) });
        TimeSpan typed = bench.Loop.Now;
        bench.Type("\e");
        bench.Expect("plain Press None Escape");
        Check.True(bench.Loop.Now - typed >= TimeSpan.FromMilliseconds(20), "not before");
        bench.Type("\e\e");
        bench.Expect("plain Press None Escape", "plain Press None Escape");
        bench.Type("\e[1;5");
        bench.Expect("unknown \e[1;5");
        Check.Equal(0, bench.Loop.Counters.Timers, "the time-out does not stay");
    }

    [Case]
    public void Sequence_InPieces_IsOneKey()
    {
        TerminalBench bench = Start(new TerminalOptions { EscapeTimeout = TimeSpan.FromSeconds(10) });
        SourceHandle source = bench.Loop.Add(new PipeSource()); // something else in the loop
        long bytes = 0;
        foreach (char c in "\e[1;5A")
        {
            bench.Type(c.ToString());
            bytes++;
            Pump.Until(bench.Loop, () => bench.Source!.Counters.Bytes == bytes);
        }

        bench.Expect("plain Press Control Up");
        Check.Equal(0, bench.Loop.Counters.Timers);
        source.Remove();
    }

    [Case]
    public void Paste_IsToldApart()
    {
        TerminalBench bench = Start();
        bench.Type("a\e[200~rm -rf\r\e[A\e[201~b");
        bench.Expect("plain Press None a", "text a", "paste rm -rf\r\e[A.", "plain Press None b", "text b");
    }

    [Case]
    public void LongPaste_ComesWhole()
    {
        TerminalBench bench = Start();
        string text = string.Concat(Enumerable.Range(0, 5000).Select(static i => $"{i} ä "));
        bench.Type($"\e[200~{text}\e[201~");
        Pump.Until(bench.Loop, () => bench.Story.Count > 0 && bench.Story[^1].EndsWith('.'));
        Check.Equal(text, string.Concat(bench.Story.Select(static piece => piece["paste ".Length..])).TrimEnd('.'));
    }

    [Case]
    public void Mouse_ComesAsEvents()
    {
        TerminalBench bench = Start(new TerminalOptions { Mouse = TerminalMouseMode.Motion });
        Pump.Until(bench.Loop, () => bench.Window.Modes.Contains(1006));
        bench.Type("\e[<35;3;4M\e[<0;3;4M\e[<0;3;4m");
        bench.Expect("mouse Move None 2,3", "mouse Press Left 2,3", "mouse Release Left 2,3");
    }

    [Case]
    public void Releases_ComeWhereTheTerminalAnswers()
    {
        TerminalBench bench = Start();
        Pump.Until(bench.Loop, () => bench.Window.Questions == 1);
        Check.False(bench.Terminal.KeysHaveReleases);
        bench.AnswerWithReleases();
        Check.Equal(27, bench.Window.KeyFlags.Peek());
        bench.Type("\e[97;;97u\e[97;1:2;97u\e[97;1:3u");
        bench.Expect("Press None a", "text a", "Repeat None a", "text a", "Release None a");
        bench.Type("\e[?0u");
        bench.Type("b");
        bench.Expect("Press None b", "text b");
        Check.Equal(1, bench.Window.KeyFlags.Count, "it was asked once");
        bench.Source!.Remove();
        Pump.Until(bench.Loop, () => bench.Window.KeyFlags.Count == 0);
    }

    [Case]
    public void LossOfFocus_ReleasesWhatIsHeld_First()
    {
        TerminalBench bench = Start();
        bench.AnswerWithReleases();
        bench.Type("\e[97;;97u\e[1;1:1A\e[98;;98u\e[98;1:3u\e[O");
        bench.Expect("Press None a", "text a", "Press None Up", "Press None b", "text b", "Release None b", "synthetic Release None Up", "synthetic Release None a", "no focus");
        bench.Type("\e[I\e[O");
        bench.Expect("focus", "no focus");
    }

    [Case]
    public void ControlKeys_AreSignals_AlsoWhereTheyComeAsKeys()
    {
        TerminalBench bench = Start();
        bench.AnswerWithReleases();
        bench.Type("\e[99;5u\e[99;5:2u\e[99;5:3u\e[122;5u\e[92;5ux");
        bench.Expect("Press None x", "text x");
        Check.Sequence([TerminalAbi.Interrupt, TerminalAbi.TerminalStop, TerminalAbi.Quit], bench.Raised);
    }

    [Case]
    public void Resize_ComesByItsSignal_WithAnEmptyScreenOfTheNewSize()
    {
        TerminalBench bench = Start();
        bench.Terminal.Screen.Write(0, 0, "old");
        bench.SetSize(100, 30);
        TerminalBench.Signal(WindowChanged);
        bench.Expect("resized 100x30");
        Check.Equal(100, bench.Terminal.Screen.Columns);
        Check.Equal(30, bench.Terminal.Screen.Rows);
        Check.Equal(TerminalCell.Blank, bench.Terminal.Screen[0, 0]);
        TerminalBench.Signal(WindowChanged);
        bench.SetSize(20, 5);
        bench.SetSize(30, 6);
        TerminalBench.Signal(WindowChanged);
        TerminalBench.Signal(WindowChanged);
        Pump.Until(bench.Loop, () => bench.Terminal.Screen.Columns == 30);
        bench.Type("x");
        Pump.Until(bench.Loop, () => bench.Story.Contains("text x"));
        Check.True(bench.Story.Count(static told => told.StartsWith("resized", StringComparison.Ordinal)) is 1 or 2, "the same size is told once");
    }

    [Case]
    public void AnySize_IsBounded()
    {
        TerminalBench bench = Start();
        bench.SetSize(65535, 65535);
        TerminalBench.Signal(WindowChanged);
        bench.Expect("resized 1000x500");
        bench.SetSize(0, 0);
        TerminalBench.Signal(WindowChanged);
        bench.Expect("resized 80x24");
    }

    [Case]
    public void AfterAStop_TheTerminalIsTakenAgain_AndDrawnAsAWhole()
    {
        TerminalBench bench = Start();
        bench.AnswerWithReleases();
        bench.Terminal.Screen.Write(3, 3, "picture", new TerminalColor(1, 2, 3));
        Check.True(bench.Terminal.TryPresent());
        bench.ExpectScreen();
        bench.Type("\e[97;;97u");
        bench.Expect("Press None a", "text a");
        bench.MakeCooked(); // as a shell may do
        bench.SetSize(50, 20);
        TerminalBench.Signal(Continue);
        bench.Expect("synthetic Release None a", "resumed 40x12", "resized 50x20");
        Check.Equal(0u, bench.Settings().Local & TerminalAbi.Lines);
        Pump.Until(bench.Loop, () => bench.Window.Questions == 2);
        Check.Equal(0, bench.Window.KeyFlags.Count, "it is asked anew");
        bench.AnswerWithReleases();
        bench.Window.Resize(50, 20);
        bench.Terminal.Screen.Write(3, 3, "picture", new TerminalColor(1, 2, 3));
        bench.Terminal.TryPresent();
        bench.ExpectScreen();
    }

    [Case]
    public void FatalSignal_ThatAHandlerAskedBeforeItCancels_LeavesTheTerminal()
    {
        Sys.NeedsLinux();
        bool isNewestFirst = IsNewestFirst();
        using var isDone = new ManualResetEventSlim();
        using PosixSignalRegistration before = On(PosixSignal.SIGTERM, isNewestFirst ? Tell : Cancel);
        TerminalBench bench = Start();
        using PosixSignalRegistration after = On(PosixSignal.SIGTERM, isNewestFirst ? Cancel : Tell);
        Termios2 raw = bench.Settings();
        TerminalBench.Signal(TerminalAbi.Terminate);
        isDone.Wait("the last handler of SIGTERM");
        Check.True(bench.Terminal.IsOpen);
        Check.True(bench.AreSettings(raw));

        static void Cancel(PosixSignalContext context) => context.Cancel = true;

        void Tell(PosixSignalContext context) => isDone.Set();
    }

    [Case]
    public void FatalSignal_ThatAHandlerAskedAfterItCancels_GivesTheTerminalBack_AndTakesItAgain()
    {
        Sys.NeedsLinux();
        bool isNewestFirst = IsNewestFirst();
        _bench = new TerminalBench();
        Termios2 settings = _bench.Settings();
        bool wasGivenBack = false;
        using var isDone = new ManualResetEventSlim();
        using PosixSignalRegistration? before = isNewestFirst ? On(PosixSignal.SIGTERM, Cancel) : null;
        TerminalBench bench = Start();
        using PosixSignalRegistration? after = isNewestFirst ? null : On(PosixSignal.SIGTERM, Cancel);
        TerminalBench.Signal(TerminalAbi.Terminate);
        isDone.Wait("the last handler of SIGTERM");
        Check.True(wasGivenBack);
        bench.Expect("resumed 40x12");
        Check.True(bench.Terminal.IsOpen);

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            wasGivenBack = _bench.AreSettings(settings);
            isDone.Set();
        }
    }

    [Case]
    public void HangUp_IsANamedEvent_AfterWhatWasHeldWasReleased()
    {
        TerminalBench bench = Start();
        bench.AnswerWithReleases();
        bench.Type("\e[97;;97u");
        bench.Expect("Press None a", "text a");
        bench.Device.HangUp();
        bench.Expect("synthetic Release None a", "disconnected: its window was closed, or the connection to it broke");
        Check.False(bench.Terminal.IsOpen);
        Check.False(bench.Terminal.TryPresent());
        Check.Equal(SourceState.Failed, bench.Source!.State);
        Check.Equal(0L, bench.Loop.Counters.Errors);
    }

    [Case]
    public void NoTerminal_IsSaidInPlainWords()
    {
        Sys.NeedsLinux();
        using MainLoop loop = Loops.New();
        string file = Path.GetTempFileName();
        using var missing = new LinuxTerminal("/dev/pts/there-is-none");
        using var plain = new LinuxTerminal(file);
        Check.Contains("there is no such terminal", Check.Throws<IOException>(() => loop.Add(missing)).Message);
        Check.Contains("is not a terminal", Check.Throws<IOException>(() => loop.Add(plain)).Message);
        Check.Throws<ArgumentOutOfRangeException>(static () => _ = new LinuxTerminal(new TerminalOptions { EscapeTimeout = TimeSpan.Zero }));
        File.Delete(file);
    }

    [Case]
    public void Frames_AreShown()
    {
        TerminalBench bench = Start();
        var random = new Random(3);
        for (int frame = 0; frame < 100; frame++)
        {
            for (int i = 0; i < 30; i++)
            {
                bench.Terminal.Screen.Write(random.Next(-3, 40), random.Next(12), "x漢█", TerminalColor.FromRgb(random.Next()), TerminalColor.FromRgb(random.Next()), (TerminalStyle)random.Next(64));
            }

            bench.Terminal.TryPresent();
            bench.Loop.Tick();
        }

        Pump.Until(bench.Loop, () => bench.Terminal.TryPresent());
        bench.ExpectScreen();
        Check.False(bench.Window.HasCursor);
        Check.Equal(0, bench.Window.Modes.Count(static mode => mode == 2026), "no frame is left open");
    }

    [Case]
    public void SlowTerminal_DropsFrames_NeverBlocks_AndShowsTheLastOneInTheEnd()
    {
        TerminalBench bench = Start();
        bench.FreezeWindow();
        int frame = 0;
        while (bench.Terminal.DroppedFrames < 20)
        {
            Check.True(++frame < 10_000, "the kernel takes everything?");
            bench.Terminal.Screen.Fill(0, 0, 40, 12, new TerminalCell(new System.Text.Rune('a' + (frame % 26)), TerminalColor.FromRgb(frame * 77)));
            bench.Terminal.TryPresent();
            bench.Loop.Tick();
        }

        bench.Type("k");
        bench.Expect("plain Press None k", "text k"); // input is as quick as ever
        bench.Terminal.Screen.Write(5, 5, "the end");
        bench.OpenWindow();
        Pump.Until(bench.Loop, () => bench.Terminal.TryPresent());
        bench.ExpectScreen();
    }

    [Case]
    public void SlowTerminal_IsGivenBackAllTheSame()
    {
        TerminalBench bench = Start();
        Termios2 raw = bench.Settings();
        bench.FreezeWindow();
        int frame = 0;
        while (bench.Terminal.DroppedFrames == 0)
        {
            bench.Terminal.Screen.Fill(0, 0, 40, 12, new TerminalCell(new System.Text.Rune('a' + (frame++ % 26))));
            bench.Terminal.TryPresent();
        }

        bench.Source!.Remove();
        Check.False(bench.AreSettings(raw));
        bench.OpenRawWindow();
        Pump.Until(bench.Loop, () => bench.ShownText().EndsWith("\e[?1049l\e[?25h", StringComparison.Ordinal));
    }

    [Case]
    public void FramesAndKeys_AllocateNothing()
    {
        TerminalBench bench = Start();
        bench.FreezeWindow();
        int frame = 0;
        byte[] drain = new byte[65536];
        Allocations.None(() =>
        {
            frame++;
            bench.Terminal.Screen.Clear();
            bench.Terminal.Screen.Write(frame % 30, frame % 12, "hello", new TerminalColor((byte)frame, 0, 0));
            bench.Terminal.TryPresent();
            bench.Loop.Tick();
            _ = Descriptor.Read((Microsoft.Win32.SafeHandles.SafeFileHandle)bench.Device.Handle, drain, out _);
        });
        Check.Equal(0L, bench.Terminal.DroppedFrames);
    }

    [Case]
    public void SilentTerminal_WakesNobody()
    {
        TerminalBench bench = Start();
        Pump.Until(bench.Loop, () => bench.Window.Questions == 1);
        Pump.Ticks(bench.Loop, 5);
        Check.True(bench.Loop.NextDeadline is null, "nothing is scheduled");
        Check.Equal(TickOutcome.WaitForDescriptor, bench.Loop.Tick().Outcome);
    }

    [Case]
    public void Colours_AreThoseOfTheEnvironment()
    {
        Check.Equal(TerminalColorDepth.None, TerminalEnvironment.Colors("1", "truecolor", "xterm-256color"));
        Check.Equal(TerminalColorDepth.TrueColor, TerminalEnvironment.Colors("", "truecolor", "xterm"));
        Check.Equal(TerminalColorDepth.TrueColor, TerminalEnvironment.Colors(null, null, "xterm-kitty"));
        Check.Equal(TerminalColorDepth.Indexed256, TerminalEnvironment.Colors(null, null, "tmux-256color"));
        Check.Equal(TerminalColorDepth.Ansi16, TerminalEnvironment.Colors(null, null, "linux"));
        Check.Equal(TerminalColorDepth.None, TerminalEnvironment.Colors(null, null, "vt100"));
        Check.Equal(TerminalColorDepth.None, TerminalEnvironment.Colors(null, null, null));
    }

    private TerminalBench Start(TerminalOptions? options = null)
    {
        _bench ??= new TerminalBench(options);
        _bench.OpenWindow();
        _bench.Add();
        return _bench;
    }

    private void GivesBack(Action<TerminalBench, SourceHandle> end)
    {
        _bench = new TerminalBench();
        Termios2 before = _bench.Settings();
        TerminalBench bench = Start();
        bench.AnswerWithReleases();
        bench.Terminal.Screen.Write(0, 0, "picture");
        bench.Terminal.TryPresent();
        Check.Sequence([1004, 1049, 2004], bench.Window.Modes);
        Check.False(bench.Window.HasCursor);
        Check.False(bench.AreSettings(before));
        end(bench, bench.Source!);
        Check.True(bench.AreSettings(before), "the settings are as they were");
        Pump.Until(bench.Loop, () => bench.Window.Modes.Count == 0 && bench.Window.HasCursor && bench.Window.KeyFlags.Count == 0);
    }

    private static PosixSignalRegistration On(PosixSignal signal, Action<PosixSignalContext> handler) => PosixSignalRegistration.Create(signal, handler);

    // Which handler of a signal is asked first is the framework's own business, and differs between its versions.
    private static bool IsNewestFirst()
    {
        var order = new List<int>();
        using var isDone = new ManualResetEventSlim();
        using PosixSignalRegistration first = On(PosixSignal.SIGTERM, context => Note(context, 1));
        using PosixSignalRegistration second = On(PosixSignal.SIGTERM, context => Note(context, 2));
        TerminalBench.Signal(TerminalAbi.Terminate);
        isDone.Wait("two handlers of SIGTERM");
        return order[0] == 2;

        void Note(PosixSignalContext context, int number)
        {
            context.Cancel = true;
            order.Add(number);
            if (order.Count == 2)
            {
                isDone.Set();
            }
        }
    }
}
