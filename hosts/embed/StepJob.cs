using System.Collections;

namespace Mainspring.Embed;

/// <summary>A step function of C as a routine.</summary>
internal sealed unsafe class StepJob(Item item) : IEnumerator<Wait>
{
    private const long Done = -1;
    private const long FixedStep = -3;

    private bool _hasEnded; // the item is no longer this job's

    public Wait Current { get; private set; }

    object IEnumerator.Current => Current;

    public bool MoveNext()
    {
        if (_hasEnded || !item.MayRun)
        {
            return false;
        }

        item.BeginRun();
        long next = ((delegate* unmanaged<nint, nint, long>)item.Callback)(item.Loop.Number.Value, item.Data);
        bool goesOn = next is >= 0 or FixedStep;
        _hasEnded = !item.EndRun(goesOn);
        Current = next switch
        {
            > 0 => Wait.For(Times.Duration(next)),
            FixedStep => Wait.FixedStep,
            _ => Wait.NextFrame,
        };
        return goesOn || next == Done ? goesOn : throw new ReportedException($"its step returned {next}.");
    }

    /// <summary>However the job has ended.</summary>
    public void Dispose()
    {
        if (!_hasEnded)
        {
            _hasEnded = true;
            item.End();
        }
    }

    public void Reset() => throw new NotSupportedException();
}
