using System.Runtime.Versioning;

namespace Mainspring.Windows;

/// <summary>The end of a console: its window was closed (SIGHUP), or the system shuts down (SIGTERM).</summary>
[SupportedOSPlatform("windows")]
internal static class ConsoleEnd
{
    private static readonly ManualResetEventSlim s_never = new();

    /// <summary>
    /// Never returns. Windows ends the process as soon as the handler of such an event has returned, whatever it says, and after some seconds when it has not: until then the loop can end cleanly, and with it the process.
    /// </summary>
    public static void HoldThread() => s_never.Wait();
}
