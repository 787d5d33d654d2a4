using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// Runs an asynchronous function as a whole program, or as one of its parts, on a loop of its own: asyncio's <c>asyncio.run</c>. When the function is over, whichever way, what it has left is ended in this order: the tasks that were started,
/// the handlers of servers among them, are cancelled and waited for, and their errors reported; the sequences that the loop tracks are closed; the executor's work is waited for; exceptions that nobody has seen are reported; the loop is disposed.
/// The function's result, or its exception, is kept through all that.
/// </summary>
/// <remarks>The first of the signals cancels the function's token; every one after it, and one that comes when the function is over and the rest is being ended, does what it does by default, and so ends the process.
/// When the loop is stopped before the function is over (<see cref="MainLoop.Stop"/>, <see cref="ErrorPolicy.Stop"/>) the function is cancelled and waited for as the tasks are.</remarks>
public static class LoopRunner
{
    /// <summary>How long the executor's work is waited for at the end; what is still running then is left, and named in the log.</summary>
    public static TimeSpan ExecutorTimeout { get; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the sequences may take to close at the end; those that are open then are left, and named in the log.</summary>
    public static TimeSpan EnumeratorTimeout { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Runs the function to its end.</summary>
    /// <param name="function">The function. Its token is cancelled by the first of the signals; a second one ends the process.</param>
    /// <param name="options">How the loop is built; null leaves that to <see cref="LoopPolicy"/>.</param>
    /// <param name="signals">The signals; none given is SIGINT, which is Ctrl-C. A service is asked to end by SIGTERM.</param>
    /// <exception cref="InvalidOperationException">A loop runs on this thread already; or the loop was stopped before the function was over.</exception>
    /// <exception cref="LoopInterruptedException">A signal came, and the function ended with an <see cref="OperationCanceledException"/>.</exception>
    [OverloadResolutionPriority(1)]
    public static void Run(Func<CancellationToken, Task> function, LoopOptions? options = null, params PosixSignal[] signals)
    {
        ArgumentNullException.ThrowIfNull(function);
        _ = Run(
            async token =>
            {
                await function(token);
                return default(Nothing);
            },
            options,
            signals);
    }

    /// <inheritdoc cref="Run(Func{CancellationToken, Task}, LoopOptions?, PosixSignal[])"/>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <returns>The function's result.</returns>
    [OverloadResolutionPriority(1)]
    public static T Run<T>(Func<CancellationToken, Task<T>> function, LoopOptions? options = null, params PosixSignal[] signals)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(signals);
        if (MainLoop.Current is { } outer)
        {
            throw new InvalidOperationException($"LoopRunner.Run was called inside loop '{outer.Name}', which runs on this thread: await the function there.");
        }

        using MainLoop loop = options is null ? LoopPolicy.NewLoop() : new MainLoop(options);
        using var stopped = new CancellationTokenSource();
        Task<T>? main = null;
        try
        {
            return loop.Run(
                token =>
                {
                    token.UnsafeRegister(static stopped => ((CancellationTokenSource)stopped!).Cancel(), stopped);
                    return main = function(stopped.Token);
                },
                signals);
        }
        finally
        {
            loop.IsFinishing = true; // errors are reported, and neither they nor a call of Stop end anything any more
            loop.Run(() => Finish(loop, main is { IsCompleted: false } ? main : null, stopped));
        }
    }

    /// <inheritdoc cref="Run(Func{CancellationToken, Task}, LoopOptions?, PosixSignal[])"/>
    public static void Run(Func<CancellationToken, LoopTask> function, LoopOptions? options = null, params PosixSignal[] signals)
    {
        ArgumentNullException.ThrowIfNull(function);
        Run(token => function(token).AsTask(), options, signals);
    }

    /// <inheritdoc cref="Run{T}(Func{CancellationToken, Task{T}}, LoopOptions?, PosixSignal[])"/>
    public static T Run<T>(Func<CancellationToken, LoopTask<T>> function, LoopOptions? options = null, params PosixSignal[] signals)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Run(token => function(token).AsTask(), options, signals);
    }

    private static async LoopTask Finish(MainLoop loop, Task? main, CancellationTokenSource stopped)
    {
        if (main is not null)
        {
            Cancel(loop, stopped);
            await loop.CancelTasks(); // it may wait for some of them
            await main.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (main.Exception is { InnerException: { } exception })
            {
                loop.ReportException(exception, "The function failed after the loop had been stopped");
            }
        }

        await loop.CancelTasks();
        await loop.CloseEnumerators(EnumeratorTimeout);
        await loop.ShutdownExecutor(ExecutorTimeout);
        loop.ReportUnseen();
    }

    private static void Cancel(MainLoop loop, CancellationTokenSource cancellation)
    {
        try
        {
            cancellation.Cancel();
        }
        catch (AggregateException exception)
        {
            loop.ReportException(exception, "What was registered with the function's token failed");
        }
    }
}
