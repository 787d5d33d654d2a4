namespace Mainspring.Hosting;

/// <summary>The service manager that the process was started by, for services that have a status to tell; without one nothing happens.</summary>
public sealed class ServiceManager : IDisposable
{
    internal ServiceManager(SystemdNotifier? notifier) => Notifier = notifier;

    /// <summary>The way to systemd; null when it did not start this process, or does not want to know.</summary>
    public SystemdNotifier? Notifier { get; }

    /// <summary>Ends it.</summary>
    public void Dispose() => Notifier?.Dispose();
}
