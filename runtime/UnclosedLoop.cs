namespace Mainspring;

/// <summary>In debug mode: says that a loop was collected which nobody has disposed. The loop holds it, and nobody else.</summary>
internal sealed class UnclosedLoop(MainLoop loop) : IDisposable
{
    ~UnclosedLoop()
    {
        if (!loop.IsDisposed)
        {
            loop.WarnUnclosed("The loop was never disposed: its descriptors stay open until the collector finds them. Call Dispose, or write 'using'.");
        }
    }

    public void Dispose() => GC.SuppressFinalize(this);
}
