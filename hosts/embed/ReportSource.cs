namespace Mainspring.Embed;

/// <summary>Where the errors come from that the host reports: a source without events. It keeps no loop running.</summary>
internal sealed class ReportSource : IEventSource
{
    private SourceContext? _context;

    private ReportSource()
    {
    }

    public string Name => "ms_report";

    public static ReportSource AddTo(MainLoop loop)
    {
        var source = new ReportSource();
        loop.Add(source, RetryPolicy.Never).Unref();
        return source;
    }

    /// <summary>Takes an error to the loop's handlers, its log and its policy, before it returns.</summary>
    public void Report(ReportedException error) => _context?.Error(error);

    public void Attach(SourceContext context) => _context = context;

    public void Detach() => _context = null;

    public int Dispatch(PollEvents ready, int maxEvents) => 0;
}
