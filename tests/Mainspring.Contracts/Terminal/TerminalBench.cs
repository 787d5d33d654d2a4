using System.Runtime.InteropServices;
using System.Text;
using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>A terminal on a pseudo-terminal, and the window that shows it: what is typed goes in as bytes, and what the program shows comes out.</summary>
internal sealed class TerminalBench : IDisposable
{
    private readonly string _folder;
    private SourceHandle? _window;

    public TerminalBench(TerminalOptions? options = null)
    {
        Sys.NeedsLinux();
        _folder = Directory.CreateTempSubdirectory("mainspring-").FullName;
        Device = PseudoTerminal.At(Path.Combine(_folder, "terminal"));
        MakeCooked();
        SetSize(Columns, Rows);
        Terminal = new LinuxTerminal(Device.Path, (options ?? new TerminalOptions()) with { Colors = TerminalColorDepth.TrueColor }, Raised.Add);
        Window = new TerminalEmulator(Columns, Rows);
    }

    public const int Columns = 40;

    public const int Rows = 12;

    public PseudoTerminal Device { get; }

    public LinuxTerminal Terminal { get; }

    public TerminalEmulator Window { get; }

    /// <summary>The signals that control keys were to raise.</summary>
    public List<int> Raised { get; } = [];

    /// <summary>What came out, as bytes.</summary>
    public List<byte> Shown { get; } = [];

    /// <summary>The terminal in the loop.</summary>
    public SourceHandle? Source { get; private set; }

    public List<string> Story { get; } = [];

    public MainLoop Loop { get; } = Loops.New();

    /// <summary>The window shows what comes out.</summary>
    public void OpenWindow() => _window = Loop.Add(Device).On((in SerialData data, in EventInfo _) =>
    {
        Shown.AddRange(data.Bytes);
        Window.Take(data.Bytes);
    });

    /// <summary>What comes out is kept, and not looked at: it may begin in the midst of a frame.</summary>
    public void OpenRawWindow() => Loop.Add(Device).On((in SerialData data, in EventInfo _) => Shown.AddRange(data.Bytes));

    public string ShownText() => Encoding.UTF8.GetString([.. Shown]);

    /// <summary>The window does not look any more; what comes out waits in the kernel.</summary>
    public void FreezeWindow() => _window!.Remove();

    /// <summary>Adds the terminal, notes its events, and waits until it is there.</summary>
    public void Add()
    {
        Source = Loop.Add(Terminal, RetryPolicy.Never)
            .On((in TerminalConnected e, in EventInfo _) => Story.Add($"connected {e.Columns}x{e.Rows}"))
            .On((in TerminalDisconnected e, in EventInfo _) => Story.Add($"disconnected: {e.Reason}"))
            .On((in TerminalResized e, in EventInfo _) => Story.Add($"resized {e.Columns}x{e.Rows}"))
            .On((in TerminalResumed e, in EventInfo _) => Story.Add($"resumed {e.Columns}x{e.Rows}"))
            .On((in TerminalFocus e, in EventInfo _) => Story.Add(e.HasFocus ? "focus" : "no focus"))
            .On((in TerminalText e, in EventInfo _) => Story.Add($"text {e.Rune}"))
            .On((in TerminalPaste e, in EventInfo _) => Story.Add($"paste {Encoding.UTF8.GetString(e.Utf8)}{(e.IsEnd ? "." : "")}"))
            .On((in TerminalMouse e, in EventInfo _) => Story.Add($"mouse {e.Action} {e.Button} {e.Column},{e.Row}"))
            .On((in TerminalUnknown e, in EventInfo _) => Story.Add($"unknown {Encoding.UTF8.GetString(e.Bytes)}"))
            .On((in TerminalKey e, in EventInfo _) => Story.Add($"{(e.IsSynthetic ? "synthetic " : "")}{(e.HasRelease ? "" : "plain ")}{e.Action} {e.Modifiers} {(e.Code == TerminalKeyCode.Character ? e.Character.ToString() : e.Code.ToString())}"));
        Pump.Until(Loop, () => Story.Count > 0);
        Check.Equal($"connected {Columns}x{Rows}", Story[0]);
        Story.Clear();
    }

    public void Type(string text) => Check.True(Device.TryWrite(Encoding.UTF8.GetBytes(text)));

    /// <summary>Waits for as many events, and checks them.</summary>
    public void Expect(params string[] events)
    {
        Pump.Until(Loop, () => Story.Count >= events.Length);
        Check.Sequence(events, Story);
        Story.Clear();
    }

    /// <summary>Lets the terminal say that it knows the kitty protocol, and waits until it was told to use it.</summary>
    public void AnswerWithReleases()
    {
        Type("\e[?0u");
        Pump.Until(Loop, () => Terminal.KeysHaveReleases && Window.KeyFlags.Count == 1);
    }

    /// <summary>Waits until the window shows the terminal's screen.</summary>
    public void ExpectScreen() => Pump.Until(Loop, () => Window.Columns == Terminal.Screen.Columns && Terminal.Screen.Cells.SequenceEqual(Window.Cells));

    public Termios2 Settings()
    {
        Check.True(TerminalDevice.TryGetSettings(Device.FarEnd, out Termios2 settings, out _));
        return settings;
    }

    /// <summary>Whether the settings are the same to the last bit.</summary>
    public bool AreSettings(Termios2 expected)
    {
        Termios2 settings = Settings();
        return MemoryMarshal.AsBytes(new ReadOnlySpan<Termios2>(in settings)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<Termios2>(in expected)));
    }

    public unsafe void SetSize(int columns, int rows)
    {
        TerminalAbi.WindowSize size = new() { Columns = (ushort)columns, Rows = (ushort)rows };
        Check.Equal(0, Libc.Control(Device.FarEnd, TerminalAbi.SetWindowSize, &size));
    }

    /// <summary>As a shell leaves it.</summary>
    public void MakeCooked()
    {
        Termios2 settings = Settings();
        settings.Input |= TerminalAbi.ReturnToNewline | TerminalAbi.BreakInterrupts | Termios2.XonXoffOut;
        settings.Output |= 5; // OPOST | ONLCR
        settings.Local |= TerminalAbi.Echo | TerminalAbi.Lines | TerminalAbi.Signals | TerminalAbi.Extended;
        Check.Equal(Errno.None, TerminalDevice.Set(Device.FarEnd, settings));
    }

    /// <summary>A signal for this process, as the kernel sends it.</summary>
    public static void Signal(int signal) => Check.Equal(0, Libc.Kill(Environment.ProcessId, signal));

    public void Dispose()
    {
        Loop.Dispose();
        Terminal.Dispose();
        Device.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
