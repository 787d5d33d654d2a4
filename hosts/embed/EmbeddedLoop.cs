using System.Collections.Concurrent;

namespace Mainspring.Embed;

/// <summary>A loop as C sees it: whose it is, its number, and what C has scheduled on it. Owner's thread only, unless it says otherwise.</summary>
internal sealed unsafe class EmbeddedLoop
{
    private const uint CallsPerBatch = 64;         // as many as the loop runs between two looks at the clock
    private const uint CallsPerBatchWithFrames = 8; // a batch is not cut for a frame that is due

    private static readonly Action<EmbeddedLoop> s_runBatch = static loop => NativeCalls.Run(loop._calls);

    private readonly nint _calls; // what C calls soon: see native/calls.h
    private readonly ConcurrentQueue<PostedCall> _posted = new(); // the free ones
    private bool _keepsPosted = true;
    private ItemTable? _items;
    private nint _openNumber;
    private long _owner; // a thread's token; 0: nobody's
    private ErrorCallback? _onError;
    private ReportSource? _reports;

    public EmbeddedLoop(LoopOptions options, bool isUnbound)
    {
        Loop = new MainLoop(options);
        IsHosted = options.Pacing == Pacing.Host;
        HasFrames = IsHosted || options.FrameRate is not null;
        _calls = NativeCalls.Create(HasFrames ? CallsPerBatchWithFrames : CallsPerBatch);
        if (_calls == 0)
        {
            Loop.Dispose();
            throw new EmbedException(Status.Limit, "There is no memory for a loop.");
        }

        Times = new Times(Loop.TimeProvider);
        _owner = isUnbound ? 0 : ThreadToken.Current;
        Loop.UnhandledException += AskHost;
    }

    public MainLoop Loop { get; }

    public Times Times { get; }

    public string Name => Loop.Name;

    public bool HasFrames { get; }

    /// <summary>Whether the host makes the frames.</summary>
    public bool IsHosted { get; }

    public ItemTable Items => _items!;

    /// <summary>The number that C has.</summary>
    public HandleNumber Number { get; private set; }

    /// <summary>The same, or 0 when it means nothing any more. Any thread.</summary>
    public nint OpenNumber => Volatile.Read(ref _openNumber);

    /// <summary>Whether it is destroyed, or will be as soon as the present tick has ended: nothing of C's runs, but posts.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>Whether a callback may be running: within <c>ms_run</c> or a tick.</summary>
    public bool IsInside { get; private set; }

    /// <summary>Any thread.</summary>
    public bool IsOwn => Volatile.Read(ref _owner) == ThreadToken.Current;

    /// <summary>Any thread.</summary>
    public bool HasOwner => Volatile.Read(ref _owner) != 0;

    /// <summary>Makes the calling thread the owner, if there is none. Any thread.</summary>
    public bool TryBind() => Interlocked.CompareExchange(ref _owner, ThreadToken.Current, 0) == 0 || IsOwn;

    /// <summary>What is queued from now on runs after what C has called soon so far.</summary>
    public void EndBatch() => NativeCalls.Close(_calls);

    /// <summary>Queues the batch that C begins.</summary>
    public void BeginBatch() => Loop.CallSoon(s_runBatch, this);

    /// <summary>The calling thread, the owner's, uses this loop.</summary>
    public void TakeThread() => NativeCalls.Own(_calls, OpenNumber);

    /// <summary>It never was C's.</summary>
    public void Abandon()
    {
        Loop.Dispose();
        NativeCalls.Destroy(_calls);
    }

    /// <summary>From now on C knows it.</summary>
    public void Open(HandleNumber number)
    {
        Number = number;
        _items = new ItemTable(this);
        Volatile.Write(ref _openNumber, number.Value);
    }

    /// <summary>Runs the loop or one turn of it, and destroys it afterwards when a callback has asked for that.</summary>
    public int Enter(Func<EmbeddedLoop, long, long, int> turn, long first, long second)
    {
        if (IsInside)
        {
            return LastError.Set(Status.State, $"Loop '{Name}' is running: return from the callback instead, or use ms_stop.");
        }

        IsInside = true;
        try
        {
            return turn(this, first, second);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Destroys it, at once or when the present tick has ended.</summary>
    public void Close()
    {
        IsClosing = true;
        _keepsPosted = false;
        NativeCalls.Stop(_calls);
        LoopTable.Remove(this);
        Volatile.Write(ref _openNumber, 0);
        if (IsInside)
        {
            Loop.Stop();
        }
        else
        {
            Finish();
        }
    }

    /// <summary>Takes back a posted call that has run.</summary>
    public void Give(PostedCall call)
    {
        if (!_keepsPosted)
        {
            return;
        }

        try
        {
            _posted.Enqueue(call);
        }
        catch (OutOfMemoryException)
        {
            _keepsPosted = false; // the collector would look for memory in vain for each of thousands; the next post takes a new one, or is refused
        }
    }

    /// <summary>Any thread.</summary>
    public bool TryPost(nint callback, nint data, nint destroy) => PostedCall.TryPost(this, _posted, callback, data, destroy);

    public void OnError(nint callback, nint data, nint destroy)
    {
        ErrorCallback? before = _onError;
        _onError = new ErrorCallback(callback, data, destroy);
        before?.End();
    }

    /// <summary>Tells of an error of the host's, at once. The error callback may destroy the loop, which then happens when it has returned.</summary>
    public void Report(string what, string message)
    {
        bool wasInside = IsInside;
        IsInside = true;
        try
        {
            _reports ??= ReportSource.AddTo(Loop);
            _reports.Report(new ReportedException(message, what));
        }
        finally
        {
            if (!wasInside)
            {
                Leave();
            }
        }
    }

    private void Leave()
    {
        IsInside = false;
        if (IsClosing)
        {
            Finish();
        }
    }

    private void Finish()
    {
        try
        {
            Loop.Dispose();
        }
        catch (OutOfMemoryException)
        {
            // A host that has used up all memory destroys the loop to get it back: the rest of its end needs none.
        }
        finally
        {
            Items.DropAll();
            NativeCalls.Destroy(_calls);
            _onError?.End();
        }
    }

    private void AskHost(LoopErrorContext error)
    {
        if (_onError is { IsRunning: false } host)
        {
            EndBatch();
            var reported = error.Exception as ReportedException;
            error.Handled = host.Ask(Number.Value, reported?.What ?? error.Name, reported?.Message ?? $"{error.Exception.GetType().Name}: {error.Exception.Message}");
        }
    }
}
