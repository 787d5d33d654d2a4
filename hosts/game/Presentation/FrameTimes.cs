namespace Mainspring.Game;

/// <summary>How long the last frames were apart, and how long they worked.</summary>
internal sealed class FrameTimes
{
    /// <summary>How many are remembered.</summary>
    public const int Count = 150;

    private readonly (float Apart, float Work)[] _frames = new (float, float)[Count];
    private int _next;

    /// <summary>A frame is over.</summary>
    /// <param name="apartMs">From the start of the one before to its start.</param>
    /// <param name="workMs">From its start to its end.</param>
    public void Add(float apartMs, float workMs)
    {
        _frames[_next] = (apartMs, workMs);
        _next = (_next + 1) % Count;
    }

    /// <summary>A frame; 0 is the oldest.</summary>
    public (float ApartMs, float WorkMs) this[int age] => _frames[(_next + age) % Count];

    /// <summary>The means of those that are remembered, and the longest distance.</summary>
    public (float ApartMs, float WorkMs, float WorstMs) Summary
    {
        get
        {
            (float apart, float work, float worst) = (0, 0, 0);
            int count = 0;
            foreach ((float apartMs, float workMs) in _frames)
            {
                apart += apartMs;
                work += workMs;
                worst = Math.Max(worst, apartMs);
                count += apartMs > 0 ? 1 : 0;
            }

            return count == 0 ? default : (apart / count, work / count, worst);
        }
    }
}
