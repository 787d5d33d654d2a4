namespace Mainspring;

/// <summary>
/// The CPU time that is left before the loop has something more urgent to do: one budget that everything in a frame shares. Loop's thread only.
/// </summary>
public sealed class FrameBudget
{
    private const int MostCallsPerRead = 64;
    private const long ReadEveryNs = 20 * Nanoseconds.PerMicrosecond;
    private const long LookEveryNs = 50 * Nanoseconds.PerMicrosecond;
    private const long Unknown = -1;

    private readonly MainLoop _loop;
    private long _endNs;
    private long _nowNs;
    private long _lookedNs;
    private int _callsPerRead = 1;
    private int _calls;
    private long _piece; // of work that asked last; Unknown: none has

    internal FrameBudget(MainLoop loop) => _loop = loop;

    /// <summary>
    /// What is left, or zero: when the next frame or timer is due, or something urgent has come in. The clock is read at most
    /// every 64th call, or every 20 us; descriptors are looked at at most every 50 us.
    /// </summary>
    public TimeSpan Remaining => Nanoseconds.ToTimeSpan(RemainingNs);

    /// <summary>Whether nothing is left: time for a step to return.</summary>
    public bool IsSpent => RemainingNs == 0;

    internal long RemainingNs
    {
        get
        {
            if (_loop.HasUrgentWork)
            {
                return 0;
            }

            if (_loop.PieceOfWork != _piece)
            {
                BeginStep();
            }

            if (++_calls >= _callsPerRead)
            {
                Read();
            }

            return Math.Max(0, _endNs - _nowNs);
        }
    }

    internal void Begin(long nowNs, long endNs)
    {
        _nowNs = _lookedNs = nowNs;
        _endNs = endNs;
        _piece = Unknown; // most ticks end without a question
    }

    /// <summary>Forgets the pace of the work before: the first question of a step reads the clock.</summary>
    internal void BeginStep()
    {
        _piece = _loop.PieceOfWork;
        _calls = 0;
        _callsPerRead = 1;
    }

    private void Read()
    {
        long before = _nowNs;
        _nowNs = _loop.Clock.ReadNs();

        // So many calls as fit into 20 us by the pace of the last ones, at most twice as many as those: the first calls may come before the first piece of work.
        long perCall = Math.Max(1, (_nowNs - before) / _calls);
        _callsPerRead = (int)Math.Clamp(ReadEveryNs / perCall, 1, Math.Min(MostCallsPerRead, _callsPerRead * 2));
        _calls = 0;
        if (_nowNs - _lookedNs >= LookEveryNs)
        {
            _lookedNs = _nowNs;
            if (_loop.HasReadySource)
            {
                _endNs = _nowNs;
            }
        }
    }
}
