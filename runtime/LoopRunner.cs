using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// Runs an asynchronous function as a whole program, or as one of its parts, on a loop of its own: asyncio's <c>asyncio.run</c>. When the function is over, whichever way, what it has left is ended in this order: the tasks that were started
/// are cancelled and waited for, and their errors reported; the sequences that the loop tracks are closed; the executor's work is waited for; the loop is disposed. The function's result, or its exception, is kept through all that.
/// </summary>
public static class LoopRunner
{
    /// <summary>How long the executor's work is waited for at the end; what is still running then is left, and named in the log.</summary>
    public static TimeSpan ExecutorTimeout { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Runs the function to its end.</summary>
    /// <param name="function">The function. Its token is cancelled by the first Ctrl-C; a second one ends the process.</param>
    /// <param name="options">How the loop is built; null leaves that to <see cref="LoopPolicy"/>.</param>
    /// <exception cref="InvalidOperationException">A loop runs on this thread already.</exception>
    /// <exception cref="LoopInterruptedException">Ctrl-C was pressed, and the function ended with an <see cref="OperationCanceledException"/>.</exception>
    [OverloadResolutionPriority(1)]
    public static void Run(Func<CancellationToken, Task> function, LoopOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        _ = Run(
            async token =>
            {
                await function(token);
                return default(Nothing);
            },
            options);
    }

    /// <inheritdoc cref="Run(Func{CancellationToken, Task}, LoopOptions?)"/>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <returns>The function's result.</returns>
    [OverloadResolutionPriority(1)]
    public static T Run<T>(Func<CancellationToken, Task<T>> function, LoopOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        if (MainLoop.Current is { } outer)
        {
            throw new InvalidOperationException($"LoopRunner.Run was called inside loop '{outer.Name}', which runs on this thread: await the function there.");
        }

        using MainLoop loop = options is null ? LoopPolicy.NewLoop() : new MainLoop(options);
        try
        {
            return loop.Run(function, PosixSignal.SIGINT);
        }
        finally
        {
            loop.IsFinishing = true; // errors are reported, and end nothing any more
            loop.Run(() => Finish(loop));
        }
    }

    /// <inheritdoc cref="Run(Func{CancellationToken, Task}, LoopOptions?)"/>
    public static void Run(Func<CancellationToken, LoopTask> function, LoopOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        Run(token => function(token).AsTask(), options);
    }

    /// <inheritdoc cref="Run{T}(Func{CancellationToken, Task{T}}, LoopOptions?)"/>
    public static T Run<T>(Func<CancellationToken, LoopTask<T>> function, LoopOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Run(token => function(token).AsTask(), options);
    }

    private static async LoopTask Finish(MainLoop loop)
    {
        await loop.CancelTasks();
        await loop.CloseEnumerators();
        await loop.ShutdownExecutor(ExecutorTimeout);
    }
}
