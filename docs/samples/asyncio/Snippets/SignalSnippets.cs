using System.Runtime.InteropServices;
using Mainspring.Processes;

namespace Mainspring.Samples.Asyncio;

/// <summary>Signals.</summary>
internal static class SignalSnippets
{
    public static readonly Sample[] All =
    [
        new(nameof(AddSignalHandler), AddSignalHandler),
        new(nameof(Interrupt), Interrupt),
    ];

    private static void AddSignalHandler()
    {
        using var loop = new MainLoop();
        loop.Run(async Task () =>
        {
            var received = new TaskCompletionSource<SignalReceived>();
            using (loop.AddSignalHandler(Signals.User1, received.SetResult))
            {
                await loop.RunProcess(new ProcessOptions("kill", "-USR1", $"{Environment.ProcessId}"));
                Console.WriteLine(Signals.NameOf((await received.Task).Signal));
                Console.WriteLine(loop.RemoveSignalHandler(Signals.User1));
                Console.WriteLine(loop.RemoveSignalHandler(Signals.User1));
            }
        });
    }

    private static void Interrupt()
    {
        using var loop = new MainLoop();
        try
        {
            loop.Run(async Task (token) =>
            {
                await loop.RunProcess(new ProcessOptions("kill", "-TERM", $"{Environment.ProcessId}"), cancellationToken: CancellationToken.None);
                await loop.Delay(TimeSpan.FromHours(1), token); // a second signal would end the process
            }, PosixSignal.SIGINT, PosixSignal.SIGTERM);
        }
        catch (LoopInterruptedException exception)
        {
            Console.WriteLine($"exit code {128 + exception.Number}");
        }
    }
}
