using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mainspring.Net;

namespace Mainspring.Contracts;

/// <summary>Servers, and what their clients may do to them.</summary>
public sealed class NetServerContract : NetSuite
{
    [Case]
    public void Handler_ThatEnds_ClosesItsConnection() => Run(async () =>
    {
        Server server = Loop.ListenTcp(Anywhere, static async connection => await connection.WriteAsync("bye\n"u8.ToArray()));
        Connection client = await Loop.ConnectTcp(server.IPEndPoint);
        Check.Equal("bye", await client.ReadLine());
        Check.True(await client.ReadLine() is null);
        client.Close();
        server.Close();
        await server.WaitClosed();
        Check.Equal(0, Loop.Counters.Sources);
    });

    [Case]
    public void Handler_ThatThrows_IsReportedUnderItsConnection() => Loop.Run(async () =>
    {
        string? name = null;
        Loop.UnhandledException += context =>
        {
            name = $"{context.Name}: {context.Exception.Message}";
            context.Handled = true;
        };
        using Server server = Loop.ListenTcp(Anywhere, static async connection =>
        {
            await connection.ReadLine();
            throw new InvalidOperationException("a handler's own problem");
        });
        Connection client = await Loop.ConnectTcp(server.IPEndPoint);
        client.Write("x\n"u8);
        try
        {
            await client.ReadLine();
        }
        catch (NetworkException)
        {
            // aborted
        }

        Check.Equal($"tcp:{client.LocalEndPoint}: a handler's own problem", name);
        client.Close();
    });

    [Case]
    public void ServeForever_EndsWithItsToken_OrClose() => Run(async () =>
    {
        using var cancellation = new CancellationTokenSource();
        Server server = Loop.ListenTcp(Anywhere, EchoAll, new ListenOptions { StartServing = false });
        Check.False(server.IsServing);
        LoopTask serving = server.ServeForever(cancellation.Token);
        Check.True(server.IsServing);
        cancellation.Cancel();
        bool isCancelled = false;
        try
        {
            await serving;
        }
        catch (OperationCanceledException)
        {
            isCancelled = true;
        }

        Check.True(isCancelled);
        Check.False(server.IsServing);
        Server other = Loop.ListenTcp(Anywhere, EchoAll);
        LoopTask forever = other.ServeForever();
        other.Close();
        await forever;
        Check.Equal(0, Loop.Counters.Sources);
    });

    [Case]
    public void Close_LetsConnectionsGoOn_AndWaitClosedWaitsForThem() => Run(async () =>
    {
        (Server server, Connection client) = await Echo();
        await client.WriteAsync("a\n"u8.ToArray());
        Check.Equal("a", await client.ReadLine());
        server.Close();
        ValueTask closed = server.WaitClosed();
        await client.WriteAsync("b\n"u8.ToArray());
        Check.Equal("b", await client.ReadLine());
        Check.False(closed.IsCompleted);
        Check.Equal(0, server.EndPoints.Count);
        server.CloseConnections();
        Check.True(await client.ReadLine() is null);
        await closed;
        client.Close();
    });

    [Case]
    public void AbortConnections_ResetsThem() => Run(async () =>
    {
        (Server server, Connection client) = await Echo();
        await client.WriteAsync("a\n"u8.ToArray());
        Check.Equal("a", await client.ReadLine());
        ValueTask<int> read = client.ReadAsync(new byte[1]);
        server.AbortConnections();
        Check.Equal(SocketError.ConnectionReset, (await Fails<NetworkException>(async () => await read)).SocketError);
        server.Close();
        await server.WaitClosed();
        Check.Equal(0, server.Sockets.Count);
    });

    [Case]
    public void BoundSocket_HandedIn_IsServed_InBothStyles() => Run(async () =>
    {
        foreach (bool byProtocol in (bool[])[false, true])
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(Anywhere);
            using Server server = byProtocol ? Loop.Listen(socket, static () => new Returning()) : Loop.Listen(socket, EchoAll);
            Check.Equal(socket, server.Sockets.Single());
            await using Connection client = await Loop.ConnectTcp(server.IPEndPoint);
            await client.WriteAsync("x\n"u8.ToArray());
            Check.Equal("x", await client.ReadLine());
        }
    });

    [Case]
    public void NameOfThisHost_IsListenedOn_InBothStyles() => Run(async () =>
    {
        foreach (bool byProtocol in (bool[])[false, true])
        {
            using Server server = await (byProtocol ? Loop.ListenTcp("localhost", 0, static () => new Returning()) : Loop.ListenTcp("localhost", 0, EchoAll));
            foreach (IPEndPoint address in server.EndPoints.Cast<IPEndPoint>())
            {
                await using Connection client = await Loop.ConnectTcp(address);
                await client.WriteAsync("x\n"u8.ToArray());
                Check.Equal("x", await client.ReadLine());
            }
        }
    });

    [Case]
    public void AddressInUse_SaysWhoToAsk() => Run(async () =>
    {
        await Loop.Yield();
        using Server server = Loop.ListenTcp(Anywhere, EchoAll);
        NetworkException error = Check.Throws<NetworkException>(() => Loop.ListenTcp(server.IPEndPoint, EchoAll));
        Check.Equal(SocketError.AddressAlreadyInUse, error.SocketError);
        Check.Contains($"{server.IPEndPoint}", error.Message);
        Check.Contains("ss -lntup", error.Message);
        using Server shared = Loop.ListenTcp(Anywhere, EchoAll, new ListenOptions { ReusePort = true });
        using Server sharing = Loop.ListenTcp(shared.IPEndPoint, EchoAll, new ListenOptions { ReusePort = true });
        Check.Equal(shared.IPEndPoint, sharing.IPEndPoint);
    });

    [Case]
    public void DualStack_TakesBothFamilies() => Run(async () =>
    {
        if (!Socket.OSSupportsIPv6)
        {
            throw new SkipException("needs IPv6");
        }

        using Server server = Loop.ListenTcp(new IPEndPoint(IPAddress.IPv6Any, 0), EchoAll);
        foreach (string host in (string[])["127.0.0.1", "::1"])
        {
            await using Connection client = await Loop.ConnectTcp(host, server.IPEndPoint.Port);
            await client.WriteAsync("x\n"u8.ToArray());
            Check.Equal("x", await client.ReadLine());
        }
    });

    [Case]
    public void MaxConnections_LeavesTheRestInTheBacklog() => Run(async () =>
    {
        using Server server = Loop.ListenTcp(Anywhere, EchoAll, new ListenOptions { MaxConnections = 2 });
        Connection[] clients = new Connection[3];
        for (int i = 0; i < 3; i++)
        {
            clients[i] = await Loop.ConnectTcp(server.IPEndPoint);
            await clients[i].WriteAsync("x\n"u8.ToArray());
        }

        Check.Equal("x", await clients[0].ReadLine());
        Check.Equal("x", await clients[1].ReadLine());
        Check.Equal(2, server.Connections.Count);
        clients[0].Close();
        Check.Equal("x", await clients[2].ReadLine());
        clients[1].Close();
        clients[2].Close();
    });

    [Case]
    public void ClientThatNeverReads_GrowsNothing() => ServeOneThatNeverReads(Loop.ListenTcp(Anywhere, static () => new Returning()));

    [Case]
    public void ClientThatNeverReads_GrowsNothing_WithAwaits() => ServeOneThatNeverReads(Loop.ListenTcp(Anywhere, EchoAll));

    private void ServeOneThatNeverReads(Server server)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(server.IPEndPoint);
        client.Blocking = false;
        byte[] bytes = new byte[100_000];
        int refused = 0;
        while (refused < 200)
        {
            client.Send(bytes, SocketFlags.None, out SocketError error);
            refused = error == SocketError.WouldBlock ? refused + 1 : 0;
            Loop.Tick();
        }

        Connection connection = server.Connections.Single();
        Check.True(connection.Unsent > connection.HighWaterMark, "there is pressure");
        Check.True(connection.Unsent <= connection.HighWaterMark + 64 * 1024, $"{connection.Unsent} bytes wait");
        server.AbortConnections();
        server.Dispose();
    }

    [Case]
    public void TenThousandConnections_LeaveNothing()
    {
        const int Count = 10_000;
        var objects = new List<WeakReference>(); // every hundredth
        Run(async () =>
        {
            using Server server = Loop.ListenTcp(Anywhere, EchoAll);
            await Once(server); // what is made once is there
            await Empty(server);
            for (int i = 0; i < Count; i += 20)
            {
                var some = new List<Task>();
                for (int j = 0; j < 20; j++)
                {
                    some.Add(Once(server).AsTask());
                }

                await Task.WhenAll(some);
            }

            await Empty(server);
            Check.Equal(1, OpenSockets(server.IPEndPoint.Port), "the listener is left");
            Check.Equal(1, Loop.Counters.Sources);
            Check.Equal(Count + 1L, server.Sources[0].Counters.Events);
        });
        Check.Equal(0, Loop.Counters.Sources);
        Check.Equal(0, Loop.Counters.Timers);
        GC.Collect();
        Check.True(objects.Count(static connection => connection.IsAlive) <= objects.Count / 10, "and no objects either");

        async LoopTask Once(Server server)
        {
            Connection client = await Loop.ConnectTcp(server.IPEndPoint);
            if (objects.Count * (Count / 100) < server.Sources[0].Counters.Events)
            {
                objects.Add(new WeakReference(client));
            }

            client.Write("x"u8);
            byte[] one = new byte[1];
            await client.ReadExactly(one);
            client.Abort(); // a reset, so that no port lingers
        }
    }

    [Case]
    public void NoDescriptorsLeft_PausesAccepting_IsToldOnce_AndGoesOn() => Loop.Run(async () =>
    {
        var told = new List<string>();
        Loop.UnhandledException += context =>
        {
            told.Add(context.Exception.Message);
            context.Handled = true;
        };
        using Server server = Loop.ListenTcp(Anywhere, EchoAll);
        int refusals = 3;
        server.AcceptPause = TimeSpan.FromMilliseconds(5);
        server.Accepting = socket =>
        {
            if (refusals == 0)
            {
                return Listener.Accept(socket);
            }

            refusals--;
            Marshal.SetLastPInvokeError(24); // EMFILE
            return -1;
        };
        await using Connection client = await Loop.ConnectTcp(server.IPEndPoint);
        await client.WriteAsync("x\n"u8.ToArray());
        Check.Equal("x", await client.ReadLine());
        Check.Equal(0, refusals);
        Check.Equal(1, told.Count);
        Check.Contains("too many open files", told[0]);
    });

    // Of this process: those in TIME_WAIT are nobody's.
    private static int OpenSockets(int port)
    {
        var own = new HashSet<string>();
        foreach (string descriptor in Directory.GetFiles("/proc/self/fd"))
        {
            if (File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name is { } name && name.StartsWith("socket:[", StringComparison.Ordinal))
            {
                own.Add(name[8..^1]);
            }
        }

        string end = $":{port:X4}";
        return File.ReadLines("/proc/self/net/tcp")
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Count(words => words.Length > 9 && (words[1].EndsWith(end, StringComparison.Ordinal) || words[2].EndsWith(end, StringComparison.Ordinal)) && own.Contains(words[9]));
    }
}
