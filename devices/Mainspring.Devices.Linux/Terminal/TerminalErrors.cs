namespace Mainspring.Devices.Linux;

/// <summary>What went wrong with a terminal, in words: what happened, where, what to do.</summary>
internal static class TerminalErrors
{
    /// <summary>The process has none.</summary>
    public static IOException None() => new(
        "/dev/tty: this program has no terminal: start it in one ('ssh -t' and 'docker run -it' give it one; a service has none).", Errno.NoAddress.Number);

    /// <summary>It is something else.</summary>
    public static IOException NotATerminal(string device) => new($"{device}: is not a terminal; give the path that 'tty' shows, or none for the terminal that the program was started in.", Errno.NotTerminal.Number);

    /// <summary>It cannot place text.</summary>
    public static IOException Dumb(string device, string? type) => new(
        $"{device}: TERM is '{type}', a terminal that cannot place text; start the program in another one, or set TERM to what this one is (often xterm-256color).", Errno.NotTerminal.Number);

    /// <summary>It could not be opened or set to raw mode.</summary>
    public static IOException Opening(string device, Errno error) => error switch
    {
        _ when error == Errno.NoAddress && device == "/dev/tty" => None(),
        _ when error == Errno.NotTerminal || error == Errno.Invalid || error == Errno.IsDirectory => NotATerminal(device),
        _ => new IOException($"{device}: {Reason(error)}.", error.Number),
    };

    /// <summary>Why it went away.</summary>
    public static string Gone(Errno error) => error == Errno.None || error == Errno.InputOutput ? "its window was closed, or the connection to it broke" : error.Message;

    private static string Reason(Errno error) => error switch
    {
        _ when error == Errno.NoEntry || error == Errno.NotDirectory => "there is no such terminal; check the path",
        _ when error == Errno.Access || error == Errno.Permission => "permission denied; it belongs to another user: log in as that one instead of changing to it with su ('script /dev/null' gives this one a terminal of its own)",
        _ when error == Errno.InputOutput => "the terminal is closed, or this program is in the background of one that nobody can give it back",
        _ when error == Errno.TooManyOpen => "this process has too many open files; raise its limit ('ulimit -n', LimitNOFILE= in a unit file) or close some",
        _ => error.Message,
    };
}
