namespace Mainspring.Scheduler;

/// <summary>Hands a lane's items to the loop as budgeted work, while there are any.</summary>
internal sealed class BackgroundLane(MainLoop loop, Lane lane)
{
    private readonly Func<FrameBudget, bool> _step = lane.Step;
    private BackgroundHandle? _handle;

    /// <summary>Items come.</summary>
    public void Arrive()
    {
        lane.Arrive(lane.Spec.Count);
        if (_handle is not { IsPending: true })
        {
            _handle = loop.CallInBackground(_step, name: lane.Spec.Text);
        }
    }
}
