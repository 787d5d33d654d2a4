using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mainspring.Hosting;

/// <summary>
/// Runs the host's loop on a thread of its own. Start: the set-ups run on that thread, then the loop; the service manager hears that the service is ready when the host has started everything and the
/// loop turns. End: the host stops the loop and waits for its thread, which disposes it; a loop that ends by itself stops the host.
/// </summary>
internal sealed class MainLoopService : IHostedService, IDisposable
{
    private readonly MainLoop _loop;
    private readonly MainspringOptions _options;
    private readonly IEnumerable<IMainLoopSetup> _setups;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly LoggerLog _log;
    private readonly SystemdNotifier? _manager;
    private readonly TaskCompletionSource _isSetUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hasEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IDisposable> _registrations = [];
    private volatile string? _holder; // what the watchdog found
    private int _isStopping;

    public MainLoopService(
        MainLoop loop, IOptions<MainspringOptions> options, IEnumerable<IMainLoopSetup> setups, IHostApplicationLifetime lifetime, LoggerLog log, ServiceManager manager)
    {
        _loop = loop;
        _options = options.Value;
        _setups = setups;
        _lifetime = lifetime;
        _log = log;
        _manager = manager.Notifier;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _registrations.Add(_lifetime.ApplicationStarted.Register(() => _loop.TryPost(SayReady)));
        _registrations.Add(_lifetime.ApplicationStopping.Register(SayStopping));
        _loop.Stalled += stall => _holder = stall.IsOver ? null : stall.Name;
        new Thread(RunLoop) { IsBackground = true, Name = $"mainspring {_options.Name}" }.Start();
        try
        {
            await _isSetUp.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_isSetUp.Task.IsCompleted)
        {
            await _isSetUp.Task.ConfigureAwait(false); // a loop that ended at once has ended the application, which cancels this
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        SayStopping();
        Volatile.Write(ref _isStopping, 1);
        try
        {
            _loop.Stop();
            await _hasEnded.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            string holder = _holder is { } name ? $"'{name}' holds it" : "WatchdogThreshold finds out what holds it";
            _log.Write(LogLevel.Error, $"Loop '{_options.Name}' did not end within the host's time-out (HostOptions.ShutdownTimeout): {holder}.");
            throw;
        }
    }

    public void Dispose() => _registrations.ForEach(static registration => registration.Dispose());

    private void RunLoop()
    {
        Exception? failure = null;
        try
        {
            SetUp();
            _isSetUp.SetResult();
            _loop.Run(new RunOptions { UntilIdle = _options.UntilIdle });
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        try
        {
            _loop.Dispose(); // here: sources are detached, and finally blocks run, on the loop's thread
        }
        catch (Exception exception)
        {
            failure ??= exception;
        }

        End(failure);
    }

    private void SetUp()
    {
        _loop.BindToCurrentThread();
        foreach (IMainLoopSetup setup in _setups)
        {
            setup.Setup(_loop);
        }

        _manager?.FeedFrom(_loop);
    }

    private void End(Exception? failure)
    {
        if (failure is not null && _isSetUp.TrySetException(failure))
        {
            _hasEnded.SetResult();
            return; // the host's start fails with it
        }

        if (failure is not null)
        {
            _log.Write(LogLevel.Critical, $"Loop '{_options.Name}' ended with {failure}");
            _manager?.Status($"loop '{_options.Name}' failed: {failure.Message}");
            Environment.ExitCode = _options.FailureExitCode;
        }

        _hasEnded.SetResult();
        if (failure is not null || (_options.StopsApplication && Volatile.Read(ref _isStopping) == 0))
        {
            _lifetime.StopApplication();
        }
    }

    private void SayReady()
    {
        _manager?.Ready();
        _manager?.Status($"loop '{_options.Name}' runs");
    }

    private void SayStopping() => _manager?.Stopping();
}
