namespace Mainspring.Scheduler;

/// <summary>A thread that posts a lane's items to the loop, so many at a time, at its rate.</summary>
internal sealed class PostProducer : IDisposable
{
    private readonly MainLoop _loop;
    private readonly Lane _lane;
    private readonly long _periodNs;
    private readonly ManualResetEventSlim _end = new();
    private readonly Thread _thread;

    public PostProducer(MainLoop loop, Lane lane, TimeSpan period)
    {
        _loop = loop;
        _lane = lane;
        _periodNs = (long)period.TotalNanoseconds;
        _thread = new Thread(Produce, 256 * 1024) { IsBackground = true, Name = "producer" };
    }

    public void Start() => _thread.Start();

    public void Dispose()
    {
        _end.Set();
        if ((_thread.ThreadState & ThreadState.Unstarted) == 0)
        {
            _thread.Join();
        }

        _end.Dispose();
    }

    // It waits in whole milliseconds and makes up for what it has missed, so that the rate is right.
    private void Produce()
    {
        long nextNs = BusyWork.NowNs;
        while (true)
        {
            nextNs += _periodNs;
            long waitNs = nextNs - BusyWork.NowNs;
            if (_end.Wait((int)Math.Clamp(waitNs / 1_000_000, 0, int.MaxValue)))
            {
                return;
            }

            _lane.Arrive(_lane.Spec.Count);
            for (int i = 0; i < _lane.Spec.Count; i++)
            {
                _loop.TryPost(static lane => lane.RunOne(), _lane);
            }
        }
    }
}
