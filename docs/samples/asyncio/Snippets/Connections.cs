using System.Net;
using System.Net.Sockets;
using System.Text;
using Mainspring.Net;

namespace Mainspring.Samples.Asyncio;

/// <summary>Connections, datagrams, TLS.</summary>
internal static class Connections
{
    public static readonly Sample[] All =
    [
        new(nameof(CreateConnection), CreateConnection),
        new(nameof(ConnectOptionsAll), ConnectOptionsAll),
        new(nameof(ConnectByProtocol), ConnectByProtocol),
        new(nameof(FromSocket), FromSocket),
        new(nameof(CreateUnixConnection), CreateUnixConnection),
        new(nameof(CreateDatagramEndpoint), CreateDatagramEndpoint),
        new(nameof(SendFile), SendFile),
        new(nameof(StartTls), StartTls),
        new(nameof(TlsConnection), TlsConnection),
        new(nameof(BackPressure), BackPressure),
    ];

    private static void CreateConnection() => OnALoop(static async loop =>
    {
        using Server server = Echo(loop);
        await using Connection client = await loop.ConnectTcp("localhost", server.IPEndPoint.Port);
        client.Write("hello\n"u8);
        Console.WriteLine(await client.ReadLine());
    });

    private static void ConnectOptionsAll() => OnALoop(static async loop =>
    {
        using Server server = Echo(loop);
        var options = new ConnectOptions
        {
            Family = AddressFamily.InterNetwork,
            LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            AttemptDelay = TimeSpan.FromMilliseconds(250), // Happy Eyeballs
            Timeout = TimeSpan.FromSeconds(10),
            NoDelay = true,
            KeepAlive = true,
            KeepAliveTime = TimeSpan.FromMinutes(1),
        };
        await using Connection client = await loop.ConnectTcp("localhost", server.IPEndPoint.Port, options);
        Console.WriteLine(((IPEndPoint)client.LocalEndPoint!).Address);
    });

    private static void ConnectByProtocol() => OnALoop(static async loop =>
    {
        using Server server = Echo(loop);
        var protocol = new Greeter();
        Connection client = await loop.ConnectTcp(server.IPEndPoint, protocol: protocol);
        await client.WaitClosed();
    });

    private static void FromSocket() => OnALoop(static async loop =>
    {
        using Server server = Echo(loop);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(server.IPEndPoint); // by whatever means
        await using Connection client = loop.FromSocket(socket);
        client.Write("from elsewhere\n"u8);
        Console.WriteLine(await client.ReadLine());
    });

    private static void CreateUnixConnection() => OnALoop(static async loop =>
    {
        string name = $"@mainspring-sample-{Environment.ProcessId}"; // an abstract one; a path does as well
        using Server server = loop.ListenUnix(name, EchoAll);
        await using Connection client = await loop.ConnectUnix(name);
        client.Write("hello\n"u8);
        Console.WriteLine(await client.ReadLine());
    });

    private static void CreateDatagramEndpoint() => OnALoop(static async loop =>
    {
        using DatagramEndpoint server = loop.OpenUdp(new DatagramOptions { LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 0), ReusePort = true, Broadcast = true });
        server.Source.On((in Datagram datagram, in EventInfo _) => server.SendTo(datagram.Bytes, datagram.From));
        using DatagramEndpoint client = loop.OpenUdp(new DatagramOptions { RemoteEndPoint = server.LocalEndPoint });
        client.Send("hello"u8);
        byte[] buffer = new byte[100];
        DatagramResult answer = await client.ReceiveAsync(buffer);
        Console.WriteLine(Encoding.UTF8.GetString(buffer, 0, answer.Count));
    });

    private static void SendFile() => OnALoop(static async loop =>
    {
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "a file\nand more");
        using Server server = loop.ListenTcp(new IPEndPoint(IPAddress.Loopback, 0), async connection =>
        {
            using var file = File.OpenHandle(path);
            Console.WriteLine($"sent {await connection.SendFile(file, offset: 2, count: 5)}");
        });
        await using Connection client = await loop.ConnectTcp(server.IPEndPoint);
        Console.WriteLine(await client.ReadLine());
        File.Delete(path);
    });

    private static void StartTls() => OnALoop(static async loop =>
    {
        using Certificates certificates = new();
        using Server server = loop.ListenTcp(new IPEndPoint(IPAddress.Loopback, 0), async connection =>
        {
            await connection.ReadLine(); // STARTTLS
            await using Connection secured = await connection.StartTls(certificates.Server);
            secured.Write("secured\n"u8);
            await secured.Drain();
        });
        Connection plain = await loop.ConnectTcp(server.IPEndPoint);
        plain.Write("STARTTLS\n"u8);
        await using Connection client = await plain.StartTls(certificates.Client);
        Console.WriteLine(await client.ReadLine());
    });

    private static void TlsConnection() => OnALoop(static async loop =>
    {
        using Certificates certificates = new();
        var options = new ListenOptions { Tls = certificates.Server, HandshakeTimeout = TimeSpan.FromSeconds(60) };
        using Server server = loop.ListenTcp(new IPEndPoint(IPAddress.Loopback, 0), EchoAll, options);
        await using Connection client = await loop.ConnectTcp("localhost", server.IPEndPoint.Port, new ConnectOptions { Tls = certificates.Client, Family = AddressFamily.InterNetwork });
        client.Write("hello\n"u8);
        Console.WriteLine($"{await client.ReadLine()} {client.Tls!.IsAuthenticated}");
    });

    private static void BackPressure() => OnALoop(static async loop =>
    {
        using Server server = Echo(loop);
        await using Connection client = await loop.ConnectTcp(server.IPEndPoint);
        client.SetWriteMarks(high: 64 * 1024);
        client.PauseReading();
        Console.WriteLine(client.IsReadingPaused);
        client.ResumeReading();
        client.Write("some bytes\n"u8);
        await client.Drain(); // waits only above the high mark
        Console.WriteLine(await client.ReadLine());
    });

    private static Server Echo(MainLoop loop) => loop.ListenTcp(new IPEndPoint(IPAddress.Loopback, 0), EchoAll);

    private static async LoopTask EchoAll(Connection connection)
    {
        byte[] buffer = new byte[4096];
        for (int count; (count = await connection.ReadAsync(buffer)) > 0;)
        {
            await connection.WriteAsync(buffer.AsMemory(0, count));
        }
    }

    private static void OnALoop(Func<MainLoop, Task> function)
    {
        using var loop = new MainLoop();
        loop.Run(() => function(loop));
    }

    private sealed class Greeter : ConnectionProtocol
    {
        public override void OnMade(Connection connection) => connection.Write("hello"u8);

        public override void OnData(Connection connection, ReadOnlySpan<byte> data)
        {
            Console.WriteLine(Encoding.UTF8.GetString(data));
            connection.Close();
        }

        public override void OnLost(Connection connection, Exception? reason) => Console.WriteLine("lost");
    }
}
