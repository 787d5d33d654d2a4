namespace Mainspring;

/// <summary>The numbers of signals on Linux, for x64 and arm64 (signal(7)). tests/headers checks them.</summary>
internal static class SignalNumbers
{
    public const int HangUp = 1;            // SIGHUP
    public const int Interrupt = 2;         // SIGINT
    public const int Quit = 3;              // SIGQUIT
    public const int IllegalInstruction = 4; // SIGILL
    public const int Trap = 5;              // SIGTRAP
    public const int Abort = 6;             // SIGABRT
    public const int BusError = 7;          // SIGBUS
    public const int FloatingPoint = 8;     // SIGFPE
    public const int Kill = 9;              // SIGKILL
    public const int User1 = 10;            // SIGUSR1
    public const int Segment = 11;          // SIGSEGV
    public const int User2 = 12;            // SIGUSR2
    public const int Pipe = 13;             // SIGPIPE
    public const int Alarm = 14;            // SIGALRM
    public const int Terminate = 15;        // SIGTERM
    public const int Child = 17;            // SIGCHLD
    public const int Continue = 18;         // SIGCONT
    public const int Stop = 19;             // SIGSTOP
    public const int TerminalStop = 20;     // SIGTSTP
    public const int TerminalInput = 21;    // SIGTTIN
    public const int TerminalOutput = 22;   // SIGTTOU
    public const int Urgent = 23;           // SIGURG
    public const int WindowChange = 28;     // SIGWINCH
    public const int Last = 64;             // _NSIG - 1
}
