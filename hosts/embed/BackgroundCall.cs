namespace Mainspring.Embed;

/// <summary>Background work of C.</summary>
internal sealed unsafe class BackgroundCall(Item item)
{
    public bool Run(FrameBudget budget)
    {
        if (!item.MayRun)
        {
            return false;
        }

        item.BeginRun();
        bool hasMore = ((delegate* unmanaged<nint, nint, int>)item.Callback)(item.Loop.Number.Value, item.Data) != 0;
        return item.EndRun(hasMore);
    }
}
