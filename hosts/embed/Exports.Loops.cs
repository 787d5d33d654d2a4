using System.Runtime.InteropServices;

namespace Mainspring.Embed;

// Loops: their life, and running them.
internal static unsafe partial class Exports
{
    private const uint UntilIdle = 1;

    private static readonly RunOptions s_untilStop = new();
    private static readonly RunOptions s_untilIdle = new() { UntilIdle = true };

    private static readonly Func<EmbeddedLoop, long, long, int> s_run = static (loop, flags, _) =>
    {
        loop.Loop.Run(flags == UntilIdle ? s_untilIdle : s_untilStop);
        return (int)Status.Ok;
    };

    private static readonly Func<EmbeddedLoop, long, long, int> s_tick = static (loop, maxWaitNs, _) =>
        (int)loop.Loop.Tick(Times.Duration(maxWaitNs)).Outcome;

    private static readonly Func<EmbeddedLoop, long, long, int> s_tickFrame = static (loop, deltaNs, deadlineNs) =>
        (int)loop.Loop.TickFrame(Times.Duration(deltaNs), Times.Duration(deadlineNs == Times.Never ? Times.Never : deadlineNs - Times.SystemNs())).Outcome;

    [UnmanagedCallersOnly(EntryPoint = "ms_loop_create")]
    private static int Create(NativeOptions* given, nint* loop)
    {
        try
        {
            if (loop is null)
            {
                return NullArgument("loop");
            }

            *loop = 0;
            Prepare();
            NativeOptions options = NativeOptions.Read(given);
            var created = new EmbeddedLoop(options.ToLoopOptions(), options.IsUnbound);
            try
            {
                LoopTable.Add(created);
            }
            catch
            {
                created.Abandon();
                throw;
            }

            *loop = created.Number.Value;
            return (int)Status.Ok;
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_loop_bind")]
    private static int Bind(nint loop)
    {
        try
        {
            return LoopTable.Any(loop) is not { } unbound ? LoopTable.Unknown(loop)
                : unbound.TryBind() ? (int)Status.Ok
                : LastError.Set(Status.Thread, $"Loop '{unbound.Name}' belongs to another thread already.");
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_loop_destroy")]
    private static int Destroy(nint loop)
    {
        try
        {
            if (LoopTable.Own(loop, out int error) is not { } own)
            {
                return error;
            }

            own.Close();
            return (int)Status.Ok;
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_run")]
    private static int Run(nint loop, uint flags)
    {
        try
        {
            return LoopTable.Own(loop, out int error) is not { } own ? error
                : flags > UntilIdle ? BadArgument("flags", flags, "MS_RUN_UNTIL_IDLE or 0")
                : own.Enter(s_run, flags, 0);
        }
        catch (Exception exception)
        {
            return Ended(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_tick")]
    private static int Tick(nint loop, long maxWaitNs)
    {
        try
        {
            return LoopTable.Own(loop, out int error) is { } own ? own.Enter(s_tick, maxWaitNs, 0) : error;
        }
        catch (Exception exception)
        {
            return Ended(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_tick_frame")]
    private static int TickFrame(nint loop, long deltaNs, long deadlineNs)
    {
        try
        {
            return LoopTable.Own(loop, out int error) is not { } own ? error
                : deltaNs < 0 ? BadArgument("delta_ns", deltaNs, "0 or more")
                : !own.IsHosted ? LastError.Set(Status.State, $"Loop '{own.Name}' makes its own frames: ms_tick_frame is for loops with MS_PACING_HOST.")
                : own.Enter(s_tickFrame, deltaNs, Math.Max(0, deadlineNs));
        }
        catch (Exception exception)
        {
            return Ended(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_stop")]
    private static int Stop(nint loop)
    {
        try
        {
            if (LoopTable.Any(loop) is not { } any)
            {
                return LoopTable.Unknown(loop);
            }

            any.Loop.Stop();
            return (int)Status.Ok;
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_descriptor")]
    private static int Descriptor(nint loop)
    {
        try
        {
            return LoopTable.Own(loop, out int error) is not { } own ? error
                : own.Loop.Descriptor is { } descriptor ? (int)descriptor.DangerousGetHandle()
                : LastError.Set(Status.System, "This system has no descriptor for a loop.");
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_deadline")]
    private static long Deadline(nint loop)
    {
        try
        {
            return LoopTable.Own(loop, out int error) is not { } own ? error
                : own.Loop.NextDeadline is { } next ? own.Times.FromLoop(next)
                : Times.Never;
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_now")]
    private static long Now(nint loop)
    {
        try
        {
            return LoopTable.Own(loop, out int error) is not { } own ? error
                : own.IsInside ? own.Times.FromLoop(own.Loop.Now)
                : Times.SystemNs();
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_on_error")]
    private static int OnError(nint loop, nint callback, nint data, nint destroy)
    {
        try
        {
            if (LoopTable.Own(loop, out int error) is not { } own)
            {
                return error;
            }

            own.OnError(callback, data, destroy);
            return (int)Status.Ok;
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "ms_report")]
    private static int Report(nint loop, byte* what, byte* message)
    {
        try
        {
            if (LoopTable.Own(loop, out int error) is not { } own)
            {
                return error;
            }

            own.Report(what is null ? "callback" : Text.Message(what), Text.Message(message));
            return (int)Status.Ok;
        }
        catch (Exception exception)
        {
            return LastError.Set(exception);
        }
    }

    // What ends a run is an error that nobody handled, unless the call itself is refused.
    private static int Ended(Exception exception) => exception is InvalidOperationException or ObjectDisposedException
        ? LastError.Set(exception)
        : LastError.Set(Status.Failed, exception.Message);
}
