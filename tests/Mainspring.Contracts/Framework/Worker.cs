using System.Runtime.ExceptionServices;

namespace Mainspring.Contracts;

/// <summary>A thread of a case: what it throws is thrown by <see cref="Join"/>, and it keeps no program alive.</summary>
internal sealed class Worker
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);

    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;

    private Worker(Action work)
    {
        _thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception exception)
            {
                _failure = ExceptionDispatchInfo.Capture(exception);
            }
        }, 256 * 1024)
        { IsBackground = true };
        _thread.Start();
    }

    public static Worker Start(Action work) => new(work);

    /// <summary>Runs work on another thread to its end.</summary>
    public static void Run(Action work) => Start(work).Join();

    public void Join()
    {
        if (!_thread.Join(s_patience))
        {
            throw new TimeoutException("another thread of the case hangs");
        }

        _failure?.Throw();
    }
}
