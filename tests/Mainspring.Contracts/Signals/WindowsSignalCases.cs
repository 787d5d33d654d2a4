using System.Runtime.InteropServices;

namespace Mainspring.Contracts;

/// <summary>The signals that Windows does not have.</summary>
public sealed class WindowsSignalCases
{
    [Case]
    public void A_signal_that_Windows_does_not_have_is_refused_and_those_that_it_has_are_named()
    {
        Sys.NeedsWindows();
        using MainLoop loop = Loops.New();
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGCHLD, PosixSignal.SIGWINCH, PosixSignal.SIGTSTP, Signals.User1, Signals.Kill])
        {
            string refusal = Check.Throws<PlatformNotSupportedException>(() => loop.AddSignalHandler(signal, static () => { })).Message;
            Check.Contains($"{Signals.NameOf(signal)} cannot be handled: Windows has SIGINT (Ctrl-C)", refusal);
            Check.Contains("Windows has", Check.Throws<PlatformNotSupportedException>(() => loop.Run(new RunOptions { StopOn = [signal] })).Message);
        }

        Check.Equal(0, loop.Counters.Sources);
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP, PosixSignal.SIGTERM])
        {
            loop.AddSignalHandler(signal, static () => { }).Dispose();
        }
    }
}
