using System.Runtime.InteropServices;

namespace Mainspring.Samples.Asyncio;

/// <summary>asyncio's handlers for SIGINT and SIGTERM, which stop the loop in the middle of what it does.</summary>
internal static class SignalHandlers
{
    public static void Run()
    {
        Console.WriteLine("Event loop running for 1 hour, press Ctrl+C to interrupt.");
        using var loop = new MainLoop();
        try
        {
            loop.Run(async Task () =>
            {
                foreach (PosixSignal signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM })
                {
                    loop.AddSignalHandler(signal, () =>
                    {
                        Console.WriteLine($"got signal {signal}: exit");
                        loop.Stop();
                    });
                }

                Console.WriteLine($"pid {Environment.ProcessId}: send SIGINT or SIGTERM to exit.");
                await loop.Delay(TimeSpan.FromHours(1));
            });
        }
        catch (InvalidOperationException)
        {
            // Stopped before its function had completed, which asyncio calls an error too.
        }
    }
}
