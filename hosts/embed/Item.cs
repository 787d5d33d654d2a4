namespace Mainspring.Embed;

/// <summary>What an item stands for.</summary>
internal enum ItemKind : byte
{
    Soon,
    Timer,
    Periodic,
    Watch,
    Frame,
    Background,
    Job,
}

/// <summary>
/// Something that C has scheduled: its callback and data, and the number by which C knows it. Items are pooled by their loop; each use of one has another number.
/// Loop's thread only.
/// </summary>
internal sealed unsafe class Item(EmbeddedLoop loop, int place)
{
    /// <summary>Runs a callback of <see cref="ItemKind.Soon"/> or <see cref="ItemKind.Timer"/>.</summary>
    public static readonly Action<Item> OnceRunner = static item => item.RunOnce();

    /// <summary>Runs a callback of <see cref="ItemKind.Periodic"/>.</summary>
    public static readonly Action<Item> PeriodicRunner = static item => item.RunPeriodic();

    private nint _callback; // 0: cancelled
    private nint _data;
    private nint _destroy;
    private ItemKind _kind;
    private bool _isRunning;

    public EmbeddedLoop Loop => loop;

    public int Place => place;

    /// <summary>How often the place was used, this time included.</summary>
    public uint Generation { get; set; }

    /// <summary>The next one that is free.</summary>
    public Item? NextFree { get; set; }

    public bool IsLive => _callback != 0;

    public ItemKind Kind => _kind;

    public nint Number => new HandleNumber(loop.Number.Loop, place, Generation).Value;

    public nint Callback => _callback;

    public nint Data => _data;

    /// <summary>With <see cref="ItemKind.Timer"/> and <see cref="ItemKind.Periodic"/>.</summary>
    public TimerHandle Timer { get; set; }

    /// <summary>What the loop has given for the other kinds: a source, a frame callback, background work, a job.</summary>
    public object? Attachment { get; set; }

    /// <summary>Whether the callback may be called: it was not cancelled, nor was the loop destroyed within a callback.</summary>
    public bool MayRun => _callback != 0 && !loop.IsClosing;

    public void Take(ItemKind kind, nint callback, nint data, nint destroy)
    {
        _kind = kind;
        _callback = callback;
        _data = data;
        _destroy = destroy;
    }

    /// <summary>Before a callback of the kinds that stay: until <see cref="EndRun"/> the item is not given to another use.</summary>
    public void BeginRun()
    {
        _isRunning = true;
        loop.EndBatch();
    }

    /// <summary>After it.</summary>
    /// <returns>Whether it stays: it wants to, and has not cancelled itself. Otherwise the item may have another use already.</returns>
    public bool EndRun(bool wantsToStay = true)
    {
        _isRunning = false;
        if (_callback != 0 && wantsToStay)
        {
            return true;
        }

        _callback = 0;
        FreeAndDestroy();
        return false;
    }

    /// <summary>It will not run again: whoever holds its number learns that, and its data is given back.</summary>
    public void End()
    {
        if (_callback == 0)
        {
            return;
        }

        _callback = 0;
        if (!_isRunning)
        {
            FreeAndDestroy();
        }
    }

    /// <summary>Takes it out of the loop.</summary>
    public void Cancel()
    {
        uint generation = Generation;
        switch (_kind)
        {
            case ItemKind.Soon:
                CancelSoon();
                return;
            case ItemKind.Timer:
            case ItemKind.Periodic:
                Timer.Cancel();
                break;
            case ItemKind.Watch:
                ((SourceHandle)Attachment!).Remove();
                break;
            case ItemKind.Frame:
                ((FrameHandle)Attachment!).Cancel();
                break;
            case ItemKind.Background:
                ((BackgroundHandle)Attachment!).Cancel();
                break;
            default:
                ((Job)Attachment!).Cancel(); // disposes its routine, which ends the item, unless its step runs now
                break;
        }

        if (Generation == generation)
        {
            End();
        }
    }

    /// <summary>It was not scheduled after all.</summary>
    public void Forget()
    {
        _callback = 0;
        loop.Items.Free(this);
    }

    /// <summary>Gives the data back when the loop has gone.</summary>
    public void Drop()
    {
        _callback = 0;
        Destroy(_destroy, _data);
    }

    public static void Destroy(nint destroy, nint data)
    {
        if (destroy != 0)
        {
            ((delegate* unmanaged<nint, void>)destroy)(data);
        }
    }

    // The place is free before the callback runs: from within, its number has ended already.
    private void RunOnce()
    {
        (nint callback, nint data, nint destroy) = (_callback, _data, _destroy);
        EmbeddedLoop owner = loop;
        _callback = 0;
        owner.Items.Free(this);
        owner.EndBatch();
        if (callback != 0 && !owner.IsClosing)
        {
            ((delegate* unmanaged<nint, nint, void>)callback)(owner.Number.Value, data);
        }

        Destroy(destroy, data);
    }

    private void RunPeriodic()
    {
        if (!MayRun)
        {
            return;
        }

        BeginRun();
        ((delegate* unmanaged<nint, nint, void>)_callback)(loop.Number.Value, _data);
        EndRun();
    }

    // Its entry stands in the lane until its turn, and only then the place is free.
    private void CancelSoon()
    {
        (nint data, nint destroy) = (_data, _destroy);
        _callback = 0;
        _destroy = 0;
        Destroy(destroy, data);
    }

    private void FreeAndDestroy()
    {
        (nint data, nint destroy) = (_data, _destroy);
        Attachment = null;
        Timer = default;
        loop.Items.Free(this);
        Destroy(destroy, data);
    }
}
