namespace Mainspring.Embed;

/// <summary>A frame callback of C.</summary>
internal sealed unsafe class FrameCall(Item item)
{
    public void Run(Frame frame)
    {
        if (!item.MayRun)
        {
            return;
        }

        var native = new NativeFrame(item.Loop, in frame);
        item.BeginRun();
        ((delegate* unmanaged<nint, NativeFrame*, nint, void>)item.Callback)(item.Loop.Number.Value, &native, item.Data);
        item.EndRun();
    }
}
