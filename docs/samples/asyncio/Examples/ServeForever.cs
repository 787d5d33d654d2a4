using System.Net;
using Mainspring.Net;

namespace Mainspring.Samples.Asyncio;

/// <summary>asyncio's <c>start_server</c> and <c>serve_forever</c>, until it is cancelled; here the client does that.</summary>
internal static class ServeForever
{
    public static void Run() => LoopRunner.Run(static async Task (token) =>
    {
        MainLoop loop = LoopPolicy.GetRunningLoop();
        Server server = loop.ListenTcp(new IPEndPoint(IPAddress.Loopback, 0), static async connection => Console.WriteLine($"client said: {await connection.ReadLine()}"));
        IPEndPoint address = server.IPEndPoint;
        StartedTask serving = loop.StartTask(async inner => await server.ServeForever(inner));

        await using (Connection client = await loop.ConnectTcp(address, cancellationToken: token))
        {
            client.Write("hello\n"u8);
            await client.Drain(token);
            Console.WriteLine($"server answered: {await client.ReadLine(token) ?? "the end"}");
        }

        serving.Cancel();
        await serving.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Console.WriteLine($"cancelled: {serving.IsCancelled}, serving: {server.IsServing}");
    });
}
