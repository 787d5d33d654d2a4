using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mainspring.Devices.Windows;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>The console of this process, made where it has none, and keys that are pressed in it (WriteConsoleInput).</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe partial class ConsoleBench : IDisposable
{
    private readonly SafeFileHandle _input;
    private readonly SafeFileHandle _output;

    public ConsoleBench()
    {
        Sys.NeedsWindows();
        _ = AllocateConsole(); // unless it has one
        try
        {
            _input = ConsoleSession.Open("CONIN$");
            _output = ConsoleSession.Open("CONOUT$");
        }
        catch (IOException exception)
        {
            throw new SkipException($"needs a console, and this system gives none: {exception.Message}");
        }

        _ = ConsoleAbi.DiscardInput(_input);
    }

    public uint InputMode => Mode(_input);

    public uint OutputMode => Mode(_output);

    public void Press(ushort key, char character = '\0', uint state = 0, ushort repeats = 1) => Key(key, isDown: true, character, state, repeats);

    public void Release(ushort key, char character = '\0', uint state = 0) => Key(key, isDown: false, character, state, 1);

    public void Focus(bool hasFocus) => Write(new ConsoleAbi.InputRecord { Type = ConsoleAbi.FocusRecord, HasFocus = hasFocus ? 1 : 0 });

    public void Resize() => Write(new ConsoleAbi.InputRecord { Type = ConsoleAbi.SizeRecord });

    public bool RaiseBreak() => RaiseControlEvent(1, 0); // CTRL_BREAK_EVENT

    public void Mouse(short column, short row, uint buttons, uint what) =>
        Write(new ConsoleAbi.InputRecord { Type = ConsoleAbi.MouseRecord, Mouse = new ConsoleAbi.MouseEvent { At = new() { Column = column, Row = row }, Buttons = buttons, What = what } });

    public void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
    }

    private void Key(ushort key, bool isDown, char character, uint state, ushort repeats) =>
        Write(new ConsoleAbi.InputRecord { Type = ConsoleAbi.KeyRecord, Key = new ConsoleAbi.KeyEvent { IsDown = isDown ? 1 : 0, Repeats = repeats, Key = key, Character = character, State = state } });

    private void Write(ConsoleAbi.InputRecord record)
    {
        uint written;
        Check.True(WriteInput(_input, &record, 1, &written) && written == 1);
    }

    private static uint Mode(SafeFileHandle console)
    {
        uint mode;
        Check.True(ConsoleAbi.GetMode(console, &mode));
        return mode;
    }

    [LibraryImport("kernel32", EntryPoint = "AllocConsole")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool AllocateConsole();

    [LibraryImport("kernel32", EntryPoint = "GenerateConsoleCtrlEvent")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool RaiseControlEvent(uint kind, uint group);

    [LibraryImport("kernel32", EntryPoint = "WriteConsoleInputW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool WriteInput(SafeFileHandle console, ConsoleAbi.InputRecord* records, uint count, uint* written);
}
