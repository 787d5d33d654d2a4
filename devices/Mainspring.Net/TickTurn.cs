namespace Mainspring.Net;

/// <summary>Counts what a method does in one tick without waiting: a loop of its own, on a connection that is as fast, would never let go of the thread.</summary>
internal struct TickTurn(int most)
{
    private TimeSpan _tick;
    private int _count;

    /// <summary>Counts one more.</summary>
    /// <returns>Whether the turn is over, until the next tick.</returns>
    public bool IsOver(MainLoop loop)
    {
        TimeSpan now = loop.Now;
        _count = now == _tick ? _count + 1 : 0;
        _tick = now;
        return _count >= most;
    }
}
