using System.Runtime.Versioning;

namespace Mainspring.Contracts;

/// <summary>A source whose handle somebody else has closed, by a mistake: it is said whose, the others go on, and so does the source when it is attached again.</summary>
[SupportedOSPlatform("windows")]
public sealed class LostHandleCases
{
    public LostHandleCases() => Sys.NeedsWindows();

    [Case]
    public void A_source_whose_handle_was_closed_fails_by_name_and_is_attached_again()
    {
        using MainLoop loop = Loops.New();
        var reported = new List<string>();
        loop.UnhandledException += context =>
        {
            reported.Add($"{context.Name}: {context.Exception.Message}");
            context.Handled = true;
        };
        using var owned = new OwnedEventSource();
        int heard = 0;
        SourceHandle source = loop.Add(owned, RetryPolicy.Default with { InitialDelay = TimeSpan.FromMilliseconds(1) }).On((in Queued _, in EventInfo _) => heard++);
        using var other = new OwnedEventSource();
        int others = 0;
        loop.Add(other).On((in Queued _, in EventInfo _) => others++);
        Pump.Ticks(loop, 2);

        StrayClose.Duplicates(owned.Handle);
        Pump.Until(loop, () => reported.Count == 1);
        Check.Contains("owned event: its handle was closed by somebody else", reported[0]);
        other.Event.Set();
        Pump.Until(loop, () => others == 1);
        Pump.Until(loop, () => source.Counters.Attaches == 2);
        owned.Event.Set();
        Pump.Until(loop, () => heard == 1);
        Check.Equal(1, reported.Count);
    }

    // An event that stays while it is attached again.
    private sealed class OwnedEventSource : IPollableSource, IDisposable
    {
        private SourceContext? _context;

        public AutoResetEvent Event { get; } = new(false);

        public string Name => "owned event";

        public System.Runtime.InteropServices.SafeHandle Handle => Event.SafeWaitHandle;

        public PollEvents Interest => PollEvents.Readable;

        public void Attach(SourceContext context) => _context = context;

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            _context!.Emit(new Queued(1));
            return 1;
        }

        public void Detach() => _context = null;

        public void Dispose() => Event.Dispose();
    }
}
