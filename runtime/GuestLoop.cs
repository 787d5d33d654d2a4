using System.Diagnostics;

namespace Mainspring;

/// <summary>
/// A loop that runs as a guest of a thread with a <see cref="SynchronizationContext"/> of its own, such as that of a user interface: made by <see cref="MainLoop.RunAsGuest"/>. A helper thread waits for
/// what the loop waits for, and posts a tick when there is something to do: never more than one at a time, and none while there is nothing.
/// </summary>
[DebuggerDisplay("{_loop.Name}, running: {IsRunning}")]
public sealed class GuestLoop : IDisposable
{
    private static readonly SendOrPostCallback s_tick = static guest => ((GuestLoop)guest!).Tick();

    private readonly MainLoop _loop;
    private readonly SynchronizationContext _host;
    private readonly Thread _helper;
    private readonly AutoResetEvent _ticked = new(initialState: false);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isEnded;

    internal GuestLoop(MainLoop loop, SynchronizationContext host)
    {
        (_loop, _host) = (loop, host);
        _helper = new Thread(Wait, 256 * 1024) { IsBackground = true, Name = $"mainspring guest {loop.Name}" };
        _host.OperationStarted(); // a pump that ends when nothing is outstanding goes on
        _helper.UnsafeStart();
    }

    /// <summary>The thread that waits.</summary>
    internal Thread Helper => _helper;

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => Volatile.Read(ref _isEnded) == 0;

    /// <summary>
    /// Completes when the guest has ended: by <see cref="MainLoop.Stop"/>, by <see cref="Dispose"/> of this or of the loop, or with an exception: that of <see cref="ErrorPolicy.Stop"/>, or what the
    /// host said when it refused a post. What awaits it goes on where it has begun.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Ends the guest; the helper thread is gone when it returns. What the loop has to do stays there: it can be run in any other way, or be disposed. Idempotent; on the host's thread, also within a callback of the loop.</summary>
    public void Dispose() => End(null);

    // On the host's thread. What it throws is the host's matter, as if one of its own callbacks had thrown it.
    private void Tick()
    {
        if (!IsRunning)
        {
            return;
        }

        if (Thread.CurrentThread == _helper)
        {
            throw new InvalidOperationException($"{_host.GetType()} runs what is posted on the thread that posts it, so it is no thread that loop '{_loop.Name}' could be a guest of.");
        }

        try
        {
            switch (_loop.Tick().Outcome)
            {
                case TickOutcome.Stopped:
                    End(null);
                    break;
                case TickOutcome.RunAgainNow:
                    _host.Post(s_tick, this); // behind what the host has to do
                    break;
                default:
                    _ticked.Set();
                    break;
            }
        }
        catch (Exception exception)
        {
            End(exception);
            throw;
        }
    }

    private void Wait()
    {
        HelperThread.Settle();
        try
        {
            _loop.WaitForNews();
            while (IsRunning)
            {
                _host.Post(s_tick, this);
                _ticked.WaitOne();
                _loop.WaitForNews();
            }
        }
        catch (Exception exception)
        {
            End(exception);
        }
    }

    private void End(Exception? exception)
    {
        bool isFirst = Interlocked.Exchange(ref _isEnded, 1) == 0;
        if (isFirst)
        {
            _loop.EndGuest(this);
            _ticked.Set();
        }

        if (Thread.CurrentThread != _helper)
        {
            _helper.Join();
        }

        if (!isFirst)
        {
            return;
        }

        if (exception is null)
        {
            _completion.SetResult();
        }
        else
        {
            _completion.SetException(exception);
            _ = _completion.Task.Exception; // observed: the host has it as well
        }

        _host.OperationCompleted();
    }
}
