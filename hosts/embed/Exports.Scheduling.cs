using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring.Embed;

// What C schedules. All end with the same parameters: callback, data, destroy, handle.
internal static unsafe partial class Exports
{
    private const uint AllEvents = 31;
    private const string Events = "a sum of MS_READABLE, MS_WRITABLE and MS_PRIORITY_DATA";
    private const int LastPriority = (int)Priority.Idle;
    private const int LastPhase = (int)FramePhase.Present;

    // ms_call_soon itself is in native/calls.c; this is for what its ring does not take.
    [UnmanagedCallersOnly]
    private static int CallSoon(nint loop, int priority, nint callback, nint data, nint destroy, nint* handle)
    {
        Item? item = null;
        try
        {
            if (LoopTable.Own(loop, out int error) is not { } own)
            {
                return error;
            }

            if (callback == 0 || (uint)priority > LastPriority)
            {
                return callback == 0 ? NullArgument("callback") : BadArgument("priority", priority, "from MS_PRIORITY_URGENT to MS_PRIORITY_IDLE");
            }

            item = own.Items.Rent(ItemKind.Soon, callback, data, destroy);
            own.EndBatch();
            if (priority == (int)Priority.Normal)
            {
                own.Loop.CallSoon(Item.OnceRunner, item);
            }
            else
            {
                own.Loop.CallSoon(Item.OnceRunner, item, (Priority)priority);
            }

            return Done(item, handle);
        }
        catch (Exception exception)
        {
            return Refuse(exception, item);
        }
    }

    [UnmanagedCallersOnly]
    private static int BeginBatch(nint loop)
    {
        try
        {
            if (LoopTable.Own(loop, out int error) is not { } own)
            {
                return error;
            }

            own.BeginBatch();
            return (int)Status.Ok;
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_post")]
    private static int Post(nint loop, nint callback, nint data, nint destroy)
    {
        try
        {
            return LoopTable.Any(loop) is not { } any ? LoopTable.Unknown(loop)
                : callback == 0 ? NullArgument("callback")
                : any.TryPost(callback, data, destroy) ? (int)Status.Ok
                : LoopTable.Unknown(loop);
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_call_after")]
    private static int CallAfter(nint loop, long delayNs, nint callback, nint data, nint destroy, nint* handle)
    {
        Item? item = null;
        try
        {
            if (OwnFor(loop, callback, out int error) is not { } own)
            {
                return error;
            }

            item = own.Items.Rent(ItemKind.Timer, callback, data, destroy);
            item.Timer = own.Loop.CallLater(Times.Duration(delayNs), Item.OnceRunner, item);
            return Done(item, handle);
        }
        catch (Exception exception)
        {
            return Refuse(exception, item);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_call_at")]
    private static int CallAt(nint loop, long whenNs, nint callback, nint data, nint destroy, nint* handle)
    {
        Item? item = null;
        try
        {
            if (OwnFor(loop, callback, out int error) is not { } own)
            {
                return error;
            }

            item = own.Items.Rent(ItemKind.Timer, callback, data, destroy);
            item.Timer = own.Loop.CallAt(own.Times.ToLoop(whenNs), Item.OnceRunner, item);
            return Done(item, handle);
        }
        catch (Exception exception)
        {
            return Refuse(exception, item);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_call_every")]
    private static int CallEvery(nint loop, long periodNs, nint callback, nint data, nint destroy, nint* handle)
    {
        Item? item = null;
        try
        {
            if (OwnFor(loop, callback, out int error) is not { } own)
            {
                return error;
            }

            if (periodNs <= 0)
            {
                return BadArgument("period_ns", periodNs, "more than 0");
            }

            item = own.Items.Rent(ItemKind.Periodic, callback, data, destroy);
            item.Timer = own.Loop.CallEvery(Times.Duration(periodNs), Item.PeriodicRunner, item);
            return Done(item, handle);
        }
        catch (Exception exception)
        {
            return Refuse(exception, item);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_watch")]
    private static int AddWatch(nint loop, int descriptor, uint events, nint callback, nint data, nint destroy, nint* handle)
    {
        Item? item = null;
        try
        {
            if (OwnFor(loop, callback, out int error) is not { } own)
            {
                return error;
            }

            if (descriptor < 0 || events > AllEvents)
            {
                return descriptor < 0 ? BadArgument("descriptor", descriptor, "0 or more") : BadArgument("events", events, Events);
            }

            item = own.Items.Rent(ItemKind.Watch, callback, data, destroy);
            item.Attachment = own.Loop.Add(new Watch(item, descriptor, (PollEvents)events), RetryPolicy.Never);
            return Done(item, handle);
        }
        catch (IOException exception)
        {
            return Refuse(Watch.Refusal(descriptor, exception), item);
        }
        catch (Exception exception)
        {
            return Refuse(exception, item);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_watch_for")]
    private static int WatchFor(nint handle, uint events)
    {
        try
        {
            if (LoopTable.OwnerOf(handle, out int error) is not { } own)
            {
                return error;
            }

            if (events > AllEvents)
            {
                return BadArgument("events", events, Events);
            }

            if (!own.Items.TryFind(new HandleNumber(handle), out Item? item) || item?.Attachment is not SourceHandle { Source: Watch watch })
            {
                return LastError.Set(Status.Handle, $"0x{handle:x} is no watch, or was cancelled.");
            }

            watch.WatchFor((PollEvents)events);
            return (int)Status.Ok;
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_on_frame")]
    private static int OnFrame(nint loop, int phase, double perSecond, nint callback, nint data, nint destroy, nint* handle)
    {
        Item? item = null;
        try
        {
            if (OwnFor(loop, callback, out int error) is not { } own)
            {
                return error;
            }

            if ((uint)phase > LastPhase)
            {
                return BadArgument("phase", phase, "from MS_PHASE_INPUT to MS_PHASE_PRESENT");
            }

            if (!own.HasFrames)
            {
                return LastError.Set(Status.State, $"Loop '{own.Name}' has no frames: create it with 'frame_rate' or MS_PACING_HOST, or use ms_call_every.");
            }

            if (perSecond != 0 && !(perSecond is >= 0.001 and <= 1e6))
            {
                return LastError.Set(Status.Argument, FormattableString.Invariant($"'per_second' is {perSecond}: it has to be 0, or from 0.001 to 1000000."));
            }

            item = own.Items.Rent(ItemKind.Frame, callback, data, destroy);
            item.Attachment = own.Loop.OnFrame((FramePhase)phase, new FrameCall(item).Run, "frame callback", perSecond == 0 ? null : perSecond);
            return Done(item, handle);
        }
        catch (Exception exception)
        {
            return Refuse(exception, item);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_call_in_background")]
    private static int CallInBackground(nint loop, long maxDelayNs, nint callback, nint data, nint destroy, nint* handle)
    {
        Item? item = null;
        try
        {
            if (OwnFor(loop, callback, out int error) is not { } own)
            {
                return error;
            }

            item = own.Items.Rent(ItemKind.Background, callback, data, destroy);
            item.Attachment = own.Loop.CallInBackground(new BackgroundCall(item).Run, maxDelayNs == Times.Never ? null : Times.Duration(maxDelayNs), "background work");
            return Done(item, handle);
        }
        catch (Exception exception)
        {
            return Refuse(exception, item);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_budget_remaining")]
    private static long BudgetRemaining(nint loop)
    {
        try
        {
            return LoopTable.Own(loop, out int error) is not { } own ? error
                : own.IsInside ? Times.Duration(own.Loop.Budget.Remaining)
                : 0;
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_start_job")]
    private static int StartJob(nint loop, int phase, byte* name, nint callback, nint data, nint destroy, nint* handle)
    {
        Item? item = null;
        try
        {
            if (OwnFor(loop, callback, out int error) is not { } own)
            {
                return error;
            }

            if ((uint)phase > LastPhase)
            {
                return BadArgument("phase", phase, "from MS_PHASE_INPUT to MS_PHASE_PRESENT");
            }

            string jobName = Text.Name(name, "name") ?? "job";
            item = own.Items.Rent(ItemKind.Job, callback, data, destroy);
            item.Attachment = own.Loop.StartJob(new StepJob(item), (FramePhase)phase, jobName);
            return Done(item, handle);
        }
        catch (Exception exception)
        {
            return Refuse(exception, item);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_cancel")]
    private static int Cancel(nint handle)
    {
        try
        {
            if (Find(handle, out Item? item) is var found && item is null)
            {
                return found;
            }

            item.Cancel();
            return 1;
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_is_pending")]
    private static int IsPending(nint handle)
    {
        try
        {
            return Find(handle, out Item? item) is var found && item is null ? found : 1;
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    // The item, or null: with 0 when it has ended, else with what is wrong.
    private static int Find(nint handle, out Item? item)
    {
        item = null;
        return LoopTable.OwnerOf(handle, out int error) is not { } own ? error
            : own.Items.TryFind(new HandleNumber(handle), out item) ? 0
            : LastError.Set(Status.Handle, $"0x{handle:x} was never a handle of loop '{own.Name}'.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static EmbeddedLoop? OwnFor(nint loop, nint callback, out int error)
    {
        EmbeddedLoop? own = LoopTable.Own(loop, out error);
        if (own is not null && callback == 0)
        {
            error = NullArgument("callback");
            return null;
        }

        return own;
    }

    // It was not scheduled after all: its data stays the caller's.
    private static int Refuse(Exception exception, Item? item)
    {
        item?.Forget();
        return LastError.Set(exception);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Done(Item item, nint* handle)
    {
        if (handle is not null)
        {
            *handle = item.Number;
        }

        return (int)Status.Ok;
    }
}
