namespace Mainspring.Samples.Asyncio;

/// <summary>Something that can be run by its name.</summary>
internal sealed record Sample(string Name, Action Run)
{
    /// <summary>The examples of asyncio's documentation, and of others from which people learn it.</summary>
    public static Sample[] Examples { get; } =
    [
        new("base-task", BaseTask.Run),
        new("callback-event-loop", CallbackEventLoop.Run),
        new("cpu-bound", RunInExecutor.WorkInAnotherProcess),
        new("create-task", CreateTask.Run),
        new("custom-policy", CustomPolicyExample.Run),
        new("debug", DebugMode.Run),
        new("display-date", DisplayDate.Run),
        new("error-handling", ErrorHandling.Run),
        new("generator", Generator.Run),
        new("hello-world", HelloWorld.Run),
        new("io-loop", IoLoop.Run),
        new("mini-loop", MiniLoop.Run),
        new("my-event-loop-policy", MyEventLoopPolicyExample.Run),
        new("partial", Partial.Run),
        new("priority-loop", PriorityLoop.Run),
        new("proactor", Proactor.Run),
        new("run-in-executor", RunInExecutor.Run),
        new("select-selector", SelectSelector.Run),
        new("selector-event-loop", SelectorEventLoop.Run),
        new("serve-forever", ServeForever.Run),
        new("server-scope", ServerScope.Run),
        new("shutdown-asyncgens", ShutdownAsyncgens.Run),
        new("signal-handlers", SignalHandlers.Run),
        new("slow-print", SlowPrint.Run),
        new("timer-event-loop", TimerEventLoop.Run),
        new("watch-descriptor", WatchDescriptor.Run),
    ];

    /// <summary>One for each of asyncio's calls, or for some that belong together.</summary>
    public static Sample[] Snippets { get; } =
    [
        .. Running.All,
        .. Scheduling.All,
        .. Tasks.All,
        .. Connections.All,
        .. Servers.All,
        .. Sockets.All,
        .. Pipes.All,
        .. SignalSnippets.All,
        .. Executors.All,
        .. Errors.All,
        .. Processes.All,
        .. Policies.All,
    ];
}
