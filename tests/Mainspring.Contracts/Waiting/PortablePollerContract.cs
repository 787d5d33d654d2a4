namespace Mainspring.Contracts;

/// <summary>The poller contract, for the poller of systems without a better one.</summary>
public sealed class PortablePollerContract : PollerContract
{
    private protected override Poller Create() => new PortablePoller();

    [Case]
    public void Add_SaysWhatToUseInstead()
    {
        Sys.NeedsLinux();
        using var loop = new MainLoop(new LoopOptions { PortablePoller = true, Log = new SilentLog() });
        IOException refusal = Check.Throws<IOException>(() => loop.Add(new PipeSource { Name = "my pipe" }));
        Check.Contains("my pipe", refusal.Message);
        Check.Contains("IPreparedSource", refusal.Message);
        Check.Equal(0, loop.Counters.Sources);
    }
}
