namespace Mainspring;

/// <summary>
/// What most callbacks do not have: a name, an execution context, the place they were scheduled from. It travels as the state of
/// a lane's entry or timer, with <see cref="Runner"/> as the callback, so that plain callbacks pay nothing for it.
/// </summary>
internal class CallbackRecord(MainLoop loop, object callback, object? state, string? name)
{
    /// <summary>The callback under which a record is queued.</summary>
    public static readonly Action<CallbackRecord> Runner = static record => record.Run();

    private static readonly ContextCallback s_invoke = static record => ((CallbackRecord)record!).Invoke();

    public object Callback => callback;

    public string? Name => name;

    public ExecutionContext? Context { get; init; }

    /// <summary>The stack at the schedule call; debug mode only.</summary>
    public string? ScheduledAt { get; init; }

    protected MainLoop Loop => loop;

    public virtual void Run()
    {
        if (!loop.IsDebug)
        {
            RunInContext();
            return;
        }

        long startNs = loop.Clock.ReadNs();
        try
        {
            RunInContext();
        }
        finally
        {
            loop.ReportIfSlow(this, loop.Clock.ReadNs() - startNs);
        }
    }

    private void RunInContext()
    {
        if (Context is null)
        {
            Invoke();
        }
        else
        {
            ExecutionContext.Run(Context, s_invoke, this);
        }
    }

    private void Invoke() => CallbackRing.Invoke(callback, state);
}
