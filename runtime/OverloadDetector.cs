using System.Numerics;

namespace Mainspring;

/// <summary>
/// Whether frames ask for more time than there is. It goes on soon and off late, so that who drops work when it is on, and takes it up
/// again when it is off, does not swing between the two.
/// </summary>
internal sealed class OverloadDetector
{
    private const int LateToGoOn = 3;
    private const uint LastFrames = 0xFF; // 8 of them
    private const int CalmToGoOff = 32;

    private uint _late; // a bit for each of the last frames, the newest is the lowest
    private int _calm;  // frames in a row

    public bool IsOn { get; private set; }

    /// <summary>A frame is over.</summary>
    /// <param name="isLate">It ended after its deadline, or frames before it were dropped.</param>
    /// <param name="usedNs">From when it was due to its end.</param>
    /// <param name="hadNs">From when it was due to its deadline.</param>
    public void Add(bool isLate, long usedNs, long hadNs)
    {
        if (!IsOn)
        {
            _late = ((_late << 1) | (isLate ? 1u : 0)) & LastFrames;
            IsOn = BitOperations.PopCount(_late) >= LateToGoOn;
            _calm = 0;
            return;
        }

        _calm = !isLate && usedNs <= hadNs / 10 * 9 ? _calm + 1 : 0;
        if (_calm == CalmToGoOff)
        {
            IsOn = false;
            _late = 0;
        }
    }
}
