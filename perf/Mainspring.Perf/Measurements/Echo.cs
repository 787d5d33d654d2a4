using System.Net;
using Mainspring.Net;

namespace Mainspring.Perf.Measurements;

/// <summary>A message goes to and fro on each of many TCP connections, both ends on one loop.</summary>
internal static class Echo
{
    private const int Message = 64;

    public static void MeasureProtocols(long connections, long rounds)
    {
        using var loop = new MainLoop();
        var count = new Rounds(loop);
        loop.Run(async () =>
        {
            Server server = loop.ListenTcp(new IPEndPoint(IPAddress.Loopback, 0), static () => new Returning());
            foreach (Connection client in await Connect(loop, server, connections, () => new Client(count)))
            {
                client.Write(new byte[Message]);
            }
        });
        count.Measure("protocol", rounds);
    }

    public static void MeasureAwaits(long connections, long rounds)
    {
        using var loop = new MainLoop();
        var count = new Rounds(loop);
        loop.Run(async () =>
        {
            Server server = loop.ListenTcp(new IPEndPoint(IPAddress.Loopback, 0), Return);
            foreach (Connection client in await Connect(loop, server, connections, static () => null))
            {
                Ask(client, count).Forget();
            }
        });
        count.Measure("await", rounds);
    }

    // All of them before the first message: messages would go to and fro meanwhile.
    private static async LoopTask<Connection[]> Connect(MainLoop loop, Server server, long connections, Func<ConnectionProtocol?> protocols)
    {
        var clients = new Connection[connections];
        for (int i = 0; i < clients.Length; i++)
        {
            clients[i] = await loop.ConnectTcp(server.IPEndPoint, protocol: protocols());
        }

        return clients;
    }

    private static async LoopTask Return(Connection connection)
    {
        byte[] buffer = new byte[4096];
        for (int count; (count = await connection.ReadAsync(buffer)) > 0;)
        {
            await connection.WriteAsync(buffer.AsMemory(0, count));
        }
    }

    private static async LoopTask Ask(Connection connection, Rounds rounds)
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                await connection.WriteAsync(buffer.AsMemory(0, Message));
                await connection.ReadAsync(buffer);
                rounds.Add();
            }
        }
        catch (OperationCanceledException)
        {
            // The loop is disposed.
        }
    }

    private sealed class Rounds(MainLoop loop)
    {
        private long _left = long.MaxValue;

        public void Add()
        {
            if (--_left == 0)
            {
                loop.Stop();
            }
        }

        public void Measure(string name, long rounds)
        {
            Run(rounds / 10);
            Measurement.Time(name, rounds, () => Run(rounds));
        }

        private void Run(long rounds)
        {
            _left = rounds;
            loop.Run();
        }
    }

    private sealed class Returning : ConnectionProtocol
    {
        public override void OnData(Connection connection, ReadOnlySpan<byte> data) => connection.Write(data);
    }

    private sealed class Client(Rounds rounds) : ConnectionProtocol
    {
        public override void OnData(Connection connection, ReadOnlySpan<byte> data)
        {
            rounds.Add();
            connection.Write(data);
        }
    }
}
