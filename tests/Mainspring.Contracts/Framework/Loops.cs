namespace Mainspring.Contracts;

/// <summary>Makes loops for cases.</summary>
internal static class Loops
{
    /// <summary>An event-driven loop that logs to nobody.</summary>
    public static MainLoop New(Func<LoopOptions, LoopOptions>? change = null)
    {
        var options = new LoopOptions { Name = "case", Log = new SilentLog() };
        return new MainLoop(change?.Invoke(options) ?? options);
    }
}
