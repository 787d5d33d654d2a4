namespace Mainspring.Contracts;

/// <summary>Interrupts the thread that made it about a thousand times a second, until it is disposed; by a signal that is ignored by default, so that a late one harms nobody.</summary>
internal sealed class SignalStorm : IDisposable
{
    private readonly Thread _thread;
    private readonly int _signal;
    private volatile bool _isOver;
    private long _sent;

    public SignalStorm(int signal)
    {
        _signal = signal;
        Sys.InterruptOn(signal);
        int target = Sys.ThreadId();
        _thread = new Thread(() =>
        {
            while (!_isOver)
            {
                Sys.Signal(target, signal);
                Interlocked.Increment(ref _sent);
                Thread.Sleep(1);
            }
        })
        { IsBackground = true };
        _thread.Start();
    }

    public long Sent => Interlocked.Read(ref _sent);

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
        Sys.RestoreDefault(_signal);
    }
}
