using System.Net;
using System.Net.Sockets;
using Mainspring.Net;

namespace Mainspring.Samples.Asyncio;

/// <summary>Servers, and what they can be asked.</summary>
internal static class Servers
{
    private static readonly IPEndPoint s_anywhere = new(IPAddress.Loopback, 0);

    public static readonly Sample[] All =
    [
        new(nameof(CreateServer), CreateServer),
        new(nameof(ListenOptionsAll), ListenOptionsAll),
        new(nameof(StartServing), StartServing),
        new(nameof(ServeForever), ServeForever),
        new(nameof(ServerOfASocket), ServerOfASocket),
        new(nameof(CreateUnixServer), CreateUnixServer),
        new(nameof(CloseAndWait), CloseAndWait),
        new(nameof(Addresses), Addresses),
    ];

    private static void CreateServer() => OnALoop(static async loop =>
    {
        using Server server = await loop.ListenTcp("localhost", 0, Greet);
        await using Connection client = await loop.ConnectTcp("localhost", server.IPEndPoint.Port);
        Console.WriteLine(await client.ReadLine());
    });

    private static void ListenOptionsAll() => OnALoop(static async loop =>
    {
        var options = new ListenOptions
        {
            Backlog = 100,
            ReuseAddress = true,
            ReusePort = true,
            DualStack = false,
            KeepAlive = true,
            NoDelay = true,
            MaxConnections = 1000,
        };
        using Server server = loop.ListenTcp(s_anywhere, Greet, options), another = loop.ListenTcp(server.IPEndPoint, Greet, options);
        await using Connection client = await loop.ConnectTcp(another.IPEndPoint);
        Console.WriteLine(await client.ReadLine());
    });

    private static void StartServing() => OnALoop(static async loop =>
    {
        using Server server = loop.ListenTcp(s_anywhere, Greet, new ListenOptions { StartServing = false });
        Console.WriteLine(server.IsServing);
        server.Start();
        server.Start(); // does nothing
        await using Connection client = await loop.ConnectTcp(server.IPEndPoint);
        Console.WriteLine($"{server.IsServing} {await client.ReadLine()}");
    });

    private static void ServeForever() => OnALoop(static async loop =>
    {
        Server server = loop.ListenTcp(s_anywhere, Greet);
        using var end = new CancellationTokenSource();
        loop.CallSoon(end.Cancel);
        try
        {
            await server.ServeForever(end.Token);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"serving: {server.IsServing}");
        }
    });

    private static void ServerOfASocket() => OnALoop(static async loop =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(s_anywhere);
        using Server server = loop.Listen(socket, Greet);
        await using Connection client = await loop.ConnectTcp(server.IPEndPoint);
        Console.WriteLine(await client.ReadLine());
    });

    private static void CreateUnixServer() => OnALoop(static async loop =>
    {
        string path = Path.Combine(Path.GetTempPath(), $"mainspring-sample-{Environment.ProcessId}.sock");
        using (Server server = loop.ListenUnix(path, Greet, new ListenOptions { FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            await using Connection client = await loop.ConnectUnix(path);
            Console.WriteLine(await client.ReadLine());
        }

        Console.WriteLine(File.Exists(path)); // cleanup_socket
    });

    private static void CloseAndWait() => OnALoop(static async loop =>
    {
        Server server = loop.ListenTcp(s_anywhere, Greet);
        Connection client = await loop.ConnectTcp(server.IPEndPoint);
        Console.WriteLine(await client.ReadLine());
        server.Close(); // accepts no more; its connections go on
        server.CloseConnections();
        await server.WaitClosed();
        await client.DisposeAsync();
        Console.WriteLine(server.IsServing);
    });

    private static void Addresses() => OnALoop(static async loop =>
    {
        using Server server = loop.ListenTcp(s_anywhere, Greet);
        Console.WriteLine($"{server.EndPoints.Count} {server.Sources.Count} {server.Loop == loop}");
        await loop.Yield();
    });

    private static async LoopTask Greet(Connection connection) => await connection.WriteAsync("welcome\n"u8.ToArray());

    private static void OnALoop(Func<MainLoop, Task> function)
    {
        using var loop = new MainLoop();
        loop.Run(() => function(loop));
    }
}
