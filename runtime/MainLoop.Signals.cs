using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring;

// Signals: handlers on the loop's thread, and runs that a signal ends.
public sealed partial class MainLoop
{
    private static readonly PosixSignal[] s_interrupt = [PosixSignal.SIGINT];

    private readonly Dictionary<PosixSignal, SignalRegistration> _signals = [];

    /// <summary>As <see cref="AddSignalHandler(PosixSignal, Action{SignalReceived})"/>, for a callback that need not know.</summary>
    /// <inheritdoc cref="AddSignalHandler(PosixSignal, Action{SignalReceived})"/>
    public SignalRegistration AddSignalHandler(PosixSignal signal, Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return AddSignalHandler(signal, _ => callback());
    }

    /// <summary>
    /// Calls back on the loop's thread, among its sources, when the process gets a signal, instead of what the signal does by default. Several that come before the callback runs are one call, and counted;
    /// one that comes while it runs is a call in the next turn. A second handler of the same signal takes the place of the first. Several loops may each have theirs. It does not keep
    /// <see cref="RunOptions.UntilIdle"/> waiting. Loop's thread only.
    /// </summary>
    /// <param name="signal">The signal: one of <see cref="PosixSignal"/>, or the system's number, as <see cref="Signals.User1"/> is. Windows has SIGINT, SIGQUIT, SIGTERM and SIGHUP only.</param>
    /// <param name="callback">The callback; what it throws is reported.</param>
    /// <returns>The handler, until it is disposed, replaced or removed; or the loop is disposed.</returns>
    /// <exception cref="ArgumentException">The signal cannot be handled (SIGKILL, SIGSTOP, or one that the runtime needs); the message says why.</exception>
    /// <exception cref="PlatformNotSupportedException">Windows does not have the signal.</exception>
    /// <exception cref="IOException">The system refuses.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public SignalRegistration AddSignalHandler(PosixSignal signal, Action<SignalReceived> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Signals.CheckHandled(signal);
        PosixSignal key = Normal(signal);
        SignalRegistration? before = _signals.GetValueOrDefault(key);
        var handler = new SignalRegistration(this, signal, callback);
        _signals[key] = handler;
        before?.Dispose(); // last: between the two the signal would do what it does by default
        return handler;
    }

    /// <summary>Undoes <see cref="AddSignalHandler(PosixSignal, Action{SignalReceived})"/>, also within the callback: without another handler in this process, the signal does again what it does by default.</summary>
    /// <param name="signal">The signal.</param>
    /// <returns>Whether it had a handler.</returns>
    public bool RemoveSignalHandler(PosixSignal signal)
    {
        CheckAccess(evenDisposed: true);
        if (!_signals.TryGetValue(Normal(signal), out SignalRegistration? handler))
        {
            return false;
        }

        handler.Dispose();
        return true;
    }

    /// <summary>
    /// Runs the loop until the function's task has completed, as <see cref="Run(Func{Task})"/>, and lets Ctrl-C end it: the first of the signals cancels the token, on the loop, and the function cleans up; every one after it
    /// does what it does by default, and so ends the process, even when the loop is stuck. A function that completes all the same has completed.
    /// </summary>
    /// <param name="function">The function, which is given the token; what its task throws is thrown here.</param>
    /// <param name="signals">The signals; none given is SIGINT.</param>
    /// <exception cref="LoopInterruptedException">A signal came, and the function ended with an <see cref="OperationCanceledException"/>.</exception>
    /// <exception cref="InvalidOperationException">The loop runs already, or was stopped before the task had completed.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    [OverloadResolutionPriority(1)]
    public void Run(Func<CancellationToken, Task> function, params PosixSignal[] signals)
    {
        ArgumentNullException.ThrowIfNull(function);
        RunInterruptibly(
            token =>
            {
                Run(() => function(token));
                return default(Nothing);
            },
            signals);
    }

    /// <inheritdoc cref="Run(Func{CancellationToken, Task}, PosixSignal[])"/>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <returns>The function's result.</returns>
    [OverloadResolutionPriority(1)]
    public T Run<T>(Func<CancellationToken, Task<T>> function, params PosixSignal[] signals)
    {
        ArgumentNullException.ThrowIfNull(function);
        return RunInterruptibly(token => Run(() => function(token)), signals);
    }

    /// <inheritdoc cref="Run(Func{CancellationToken, Task}, PosixSignal[])"/>
    public void Run(Func<CancellationToken, LoopTask> function, params PosixSignal[] signals)
    {
        ArgumentNullException.ThrowIfNull(function);
        RunInterruptibly(
            token =>
            {
                Run(() => function(token));
                return default(Nothing);
            },
            signals);
    }

    /// <inheritdoc cref="Run{T}(Func{CancellationToken, Task{T}}, PosixSignal[])"/>
    public T Run<T>(Func<CancellationToken, LoopTask<T>> function, params PosixSignal[] signals)
    {
        ArgumentNullException.ThrowIfNull(function);
        return RunInterruptibly(token => Run(() => function(token)), signals);
    }

    /// <summary>The handler has left the loop.</summary>
    internal void Forget(SignalRegistration handler)
    {
        PosixSignal key = Normal(handler.Signal);
        if (_signals.GetValueOrDefault(key) == handler)
        {
            _signals.Remove(key);
        }
    }

    // SIGINT and the number 2 are the same.
    private static PosixSignal Normal(PosixSignal signal) => OperatingSystem.IsLinux() ? (PosixSignal)Signals.NumberOf(signal) : signal;

    private T RunInterruptibly<T>(Func<CancellationToken, T> run, PosixSignal[] signals)
    {
        ArgumentNullException.ThrowIfNull(signals);
        PosixSignal? interruptedBy = null;
        using var cancellation = new CancellationTokenSource();
        using var interrupts = new Interrupts(this, signals.Length > 0 ? signals : s_interrupt, signal =>
        {
            interruptedBy = signal;
            cancellation.Cancel();
        });
        try
        {
            return run(cancellation.Token);
        }
        catch (OperationCanceledException exception) when (interruptedBy is { } signal)
        {
            throw new LoopInterruptedException($"Loop '{Name}' was interrupted by {(OperatingSystem.IsLinux() ? Signals.NameOf(signal) : signal)}.", signal, exception, cancellation.Token);
        }
    }
}
