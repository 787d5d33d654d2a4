using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mainspring.Processes;
using Mainspring.Windows;

namespace Mainspring.Contracts;

/// <summary>Control events and processes of Windows, on the loop's thread.</summary>
[SupportedOSPlatform("windows")]
public sealed partial class ConsoleCases : IDisposable
{
    private const uint CtrlBreak = 1; // CTRL_BREAK_EVENT

    private readonly MainLoop _loop = Loops.New();

    public ConsoleCases() => Sys.NeedsWindows();

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();

    [Case]
    public void CtrlBreak_IsASignalOfTheLoop()
    {
        _ = AllocateConsole(); // unless it has one
        int here = Environment.CurrentManagedThreadId, thread = 0;
        using SignalRegistration handler = _loop.AddSignalHandler(PosixSignal.SIGQUIT, () => thread = Environment.CurrentManagedThreadId);
        if (!RaiseControlEvent(CtrlBreak, 0))
        {
            throw new SkipException("needs a console, and this system gives none");
        }

        Pump.Until(_loop, () => thread != 0);
        Check.Equal(here, thread);
    }

    /// <summary>Not only the first of them, though Windows ends the process as soon as whoever is told returns.</summary>
    [Case]
    public void TheEndOfTheSession_IsToldToEveryLoop()
    {
        const uint QueryEndSession = 0x11; // WM_QUERYENDSESSION
        new PlainWindow("mainspring session", isShown: true).Dispose(); // or skips
        using MainLoop other = Loops.New();
        long here = 0, there = 0;
        using SignalRegistration one = _loop.AddSignalHandler(PosixSignal.SIGTERM, received => here += received.Count), two = other.AddSignalHandler(PosixSignal.SIGTERM, received => there += received.Count);
        EndSignal end = EndSignal.Of(PosixSignal.SIGTERM)!;
        Patience.Until(() => end.Window != 0, "its window");
        Check.Equal(1, Send(end.Window, QueryEndSession, 0, 0));
        Check.Equal(0, Send(end.Window, User32.EndSession, 0, 0)); // somebody has refused
        Pump.Ticks(_loop, 3);
        Check.Equal(0, here);
        Check.True(Notify(end.Window, User32.EndSession, 1, 0));
        Pump.Until(_loop, () => here > 0);
        Pump.Until(other, () => there > 0);
        Check.Equal((1, 1), (here, there));
    }

    [Case]
    public void Process_EndsInTheLoopsWait()
    {
        using Process child = Process.Start(new ProcessStartInfo("cmd.exe", "/c exit 7") { UseShellExecute = false })!;
        int code = _loop.RunUntilComplete(_loop.WaitForExit(child));
        Check.Equal(7, code);
        Check.Equal(0, _loop.Counters.Sources);
        using Process other = Process.Start(new ProcessStartInfo("cmd.exe", "/c exit 3") { UseShellExecute = false })!;
        other.WaitForExit();
        Check.Equal(3, _loop.RunUntilComplete(_loop.WaitForExit(other)), "one that has ended before");
    }

    [LibraryImport("user32", EntryPoint = "SendMessageW")]
    private static partial nint Send(nint window, uint message, nuint first, nint second);

    [LibraryImport("user32", EntryPoint = "SendNotifyMessageW")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Notify(nint window, uint message, nuint first, nint second);

    [LibraryImport("kernel32", EntryPoint = "AllocConsole")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool AllocateConsole();

    [LibraryImport("kernel32", EntryPoint = "GenerateConsoleCtrlEvent")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool RaiseControlEvent(uint kind, uint group);
}
