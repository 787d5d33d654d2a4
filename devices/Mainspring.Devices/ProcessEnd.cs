namespace Mainspring.Devices;

/// <summary>
/// Calls an action when the process ends in an orderly way (Main returns, Environment.Exit) or by an unhandled exception: on another thread, perhaps more than once, while other threads
/// go on.
/// </summary>
internal sealed class ProcessEnd
{
    private readonly EventHandler _onExit;
    private readonly UnhandledExceptionEventHandler _onUnhandled;

    public ProcessEnd(Action end)
    {
        _onExit = (_, _) => end();
        _onUnhandled = (_, e) =>
        {
            if (e.IsTerminating)
            {
                end();
            }
        };
        AppDomain.CurrentDomain.ProcessExit += _onExit;
        AppDomain.CurrentDomain.UnhandledException += _onUnhandled;
    }

    /// <summary>Ends that.</summary>
    public void Stop()
    {
        AppDomain.CurrentDomain.ProcessExit -= _onExit;
        AppDomain.CurrentDomain.UnhandledException -= _onUnhandled;
    }
}
