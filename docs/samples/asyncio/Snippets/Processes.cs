using System.Text;
using Mainspring.Processes;

namespace Mainspring.Samples.Asyncio;

/// <summary>Child processes.</summary>
internal static class Processes
{
    public static readonly Sample[] All =
    [
        new(nameof(SubprocessExec), SubprocessExec),
        new(nameof(SubprocessShell), SubprocessShell),
        new(nameof(Redirections), Redirections),
        new(nameof(Protocol), Protocol),
        new(nameof(ChildWatchers), ChildWatchers),
    ];

    private static void SubprocessExec() => OnALoop(static async loop =>
    {
        ProcessResult result = await loop.RunProcess(new ProcessOptions("echo", "one argument; not split"));
        Console.Write($"{result.Exit.Code} {result.OutputText}");
    });

    private static void SubprocessShell() => OnALoop(static async loop =>
    {
        ProcessResult result = await loop.RunProcess(ProcessOptions.Shell($"echo {Shell.Quote("it's quoted")} | tr a-z A-Z"));
        Console.Write(result.OutputText);
    });

    private static void Redirections() => OnALoop(static async loop =>
    {
        ProcessResult result = await loop.RunProcess(
            new ProcessOptions("sh", "-c", "cat; echo error >&2; echo $PWD $GREETING")
            {
                StandardInput = Redirect.Pipe, // or Inherit, Null, To(descriptor)
                StandardError = Redirect.ToOutput,
                WorkingDirectory = "/",
                Environment = new Dictionary<string, string?> { ["GREETING"] = "hello" },
            },
            input: "input\n"u8.ToArray());
        Console.Write(result.OutputText);
    });

    private static void Protocol() => OnALoop(static async loop =>
    {
        var protocol = new Printer();
        using ChildProcess child = loop.StartProcess(new ProcessOptions("echo", "hello") { StandardOutput = Redirect.Pipe }, protocol);
        await protocol.Over;
        Console.WriteLine($"closed, {child.Exit?.Code}");
    });

    private static void ChildWatchers() => OnALoop(static async loop =>
    {
        foreach (ChildWatcher watcher in new[] { ChildWatcher.Auto, ChildWatcher.Pidfd, ChildWatcher.Thread })
        {
            using ChildProcess child = loop.StartProcess(new ProcessOptions("true") { Watcher = watcher });
            Console.WriteLine($"{watcher} {(await child.Exited).Code}");
        }
    });

    private static void OnALoop(Func<MainLoop, Task> function)
    {
        using var loop = new MainLoop();
        loop.Run(() => function(loop));
    }

    private sealed class Printer : ISubprocessProtocol
    {
        private readonly TaskCompletionSource _over = new();

        public Task Over => _over.Task;

        public void DataReceived(ChildProcess child, ChildPipe pipe, ReadOnlySpan<byte> data) => Console.Write($"{pipe}: {Encoding.UTF8.GetString(data)}");

        public void Closed(ChildProcess child) => _over.SetResult();
    }
}
