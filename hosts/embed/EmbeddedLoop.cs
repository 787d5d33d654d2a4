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
    private ItemTable? _items;
    private nint _openNumber;
    private long _owner; // a thread's token; 0: nobody's
    private nint _onError;
    private nint _onErrorData;
    private nint _onErrorDestroy;

    public EmbeddedLoop(LoopOptions options, bool isUnbound)
    {
        Loop = new MainLoop(options);
        _calls = NativeCalls.Create(options.FrameRate is null && options.Pacing != Pacing.Host ? CallsPerBatch : CallsPerBatchWithFrames);
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
            IsInside = false;
            if (IsClosing)
            {
                Finish();
            }
        }
    }

    /// <summary>Destroys it, at once or when the present tick has ended.</summary>
    public void Close()
    {
        IsClosing = true;
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
    public void Give(PostedCall call) => _posted.Enqueue(call);

    /// <summary>Any thread.</summary>
    public bool TryPost(nint callback, nint data, nint destroy) => PostedCall.TryPost(this, _posted, callback, data, destroy);

    public void OnError(nint callback, nint data, nint destroy)
    {
        (nint oldData, nint oldDestroy) = (_onErrorData, _onErrorDestroy);
        _onError = callback;
        _onErrorData = data;
        _onErrorDestroy = destroy;
        Item.Destroy(oldDestroy, oldData);
    }

    private void Finish()
    {
        Loop.Dispose();
        Items.DropAll();
        NativeCalls.Destroy(_calls);
        OnError(0, 0, 0);
    }

    private void AskHost(LoopErrorContext error)
    {
        if (_onError == 0)
        {
            return;
        }

        EndBatch();
        byte[] what = Text.ToC(error.Name);
        byte[] message = Text.ToC(error.Exception is ReportedException reported ? reported.Message : $"{error.Exception.GetType().Name}: {error.Exception.Message}");
        fixed (byte* whatAddress = what, messageAddress = message)
        {
            error.Handled = ((delegate* unmanaged<nint, byte*, byte*, nint, int>)_onError)(Number.Value, whatAddress, messageAddress, _onErrorData) != 0;
        }
    }
}
