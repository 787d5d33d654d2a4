using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mainspring.Net;

namespace Mainspring.Samples.Asyncio;

/// <summary>Descriptors and sockets of one's own, and names.</summary>
internal static class Sockets
{
    public static readonly Sample[] All =
    [
        new(nameof(AddReader), AddReader),
        new(nameof(AddWriter), AddWriter),
        new(nameof(SocketCalls), SocketCalls),
        new(nameof(SocketSendFile), SocketSendFile),
        new(nameof(GetAddrInfo), GetAddrInfo),
        new(nameof(GetNameInfo), GetNameInfo),
    ];

    private static void AddReader()
    {
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = new AnonymousPipeClientStream(PipeDirection.In, writer.ClientSafePipeHandle);
        using var loop = new MainLoop();
        loop.AddReader(reader.SafePipeHandle, () =>
        {
            Console.WriteLine((char)reader.ReadByte());
            Console.WriteLine(loop.RemoveReader(reader.SafePipeHandle));
        });
        loop.CallSoon(() => writer.WriteByte((byte)'x'));
        loop.Run(new RunOptions { UntilIdle = true });
    }

    private static void AddWriter()
    {
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        using var loop = new MainLoop();
        loop.AddWriter(writer.SafePipeHandle, () =>
        {
            Console.WriteLine("there is room");
            loop.RemoveWriter(writer.SafePipeHandle);
        });
        loop.Run(new RunOptions { UntilIdle = true });
    }

    private static void SocketCalls() => OnALoop(static async loop =>
    {
        using LoopSocket listener = New(loop);
        listener.Socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Socket.Listen();
        LoopTask<Socket> accept = listener.Accept();
        using LoopSocket client = New(loop);
        await client.Connect(listener.Socket.LocalEndPoint!);
        using var server = new LoopSocket(loop, await accept);
        await server.SendAll("hello"u8.ToArray());
        byte[] buffer = new byte[100];
        Console.WriteLine(Encoding.UTF8.GetString(buffer, 0, await client.Receive(buffer)));
    });

    private static void SocketSendFile() => OnALoop(static async loop =>
    {
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "a file");
        using LoopSocket listener = New(loop);
        listener.Socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Socket.Listen();
        LoopTask<Socket> accept = listener.Accept();
        using LoopSocket client = New(loop);
        await client.Connect(listener.Socket.LocalEndPoint!);
        using var server = new LoopSocket(loop, await accept);
        using (var file = File.OpenHandle(path))
        {
            Console.WriteLine(await server.SendFile(file, offset: 2, count: null));
        }

        byte[] buffer = new byte[100];
        Console.WriteLine(Encoding.UTF8.GetString(buffer, 0, await client.Receive(buffer)));
        File.Delete(path);
    });

    private static void GetAddrInfo() => OnALoop(static async loop =>
    {
        IReadOnlyList<IPEndPoint> addresses = await loop.Resolve("localhost", 80, AddressFamily.InterNetwork);
        Console.WriteLine(addresses[0]);
    });

    private static void GetNameInfo() => OnALoop(static async loop =>
    {
        HostName name = await loop.ResolveName(new IPEndPoint(IPAddress.Loopback, 0));
        Console.WriteLine(name.Host.Length > 0);
    });

    private static LoopSocket New(MainLoop loop) => new(loop, new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

    private static void OnALoop(Func<MainLoop, Task> function)
    {
        using var loop = new MainLoop();
        loop.Run(() => function(loop));
    }
}
