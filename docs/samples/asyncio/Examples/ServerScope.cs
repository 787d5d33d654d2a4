using System.Net;
using Mainspring.Net;

namespace Mainspring.Samples.Asyncio;

/// <summary>asyncio's <c>async with server</c>: at the end of the block it accepts nothing more, and its handlers have ended.</summary>
internal static class ServerScope
{
    public static void Run() => LoopRunner.Run(static async Task (token) =>
    {
        MainLoop loop = LoopPolicy.GetRunningLoop();
        Server server = loop.ListenTcp(new IPEndPoint(IPAddress.Loopback, 0), static async connection => await connection.WriteAsync("hello\n"u8.ToArray()));
        await using (server)
        {
            await using Connection client = await loop.ConnectTcp(server.IPEndPoint, cancellationToken: token);
            Console.WriteLine($"{await client.ReadLine(token)}, serving: {server.IsServing}");
        }

        Console.WriteLine($"serving: {server.IsServing}");
    });
}
