using System.Net;
using System.Net.Sockets;
using Mainspring.Net;

namespace Mainspring.Contracts;

/// <summary>The handlers of servers: tasks of the loop, which end with it.</summary>
public sealed class NetHandlerCases : NetSuite
{
    private readonly List<string> _journal = [];
    private readonly SilentLog _log = new();

    [Case]
    public void WaitClosed_WaitsForHandlersWhoseConnectionsHaveEnded() => Run(async () =>
    {
        var gate = new TaskCompletionSource();
        Server server = Loop.ListenTcp(Anywhere, async connection =>
        {
            await connection.ReadLine();
            connection.Close();
            await gate.Task;
        });
        await using (Connection client = await Loop.ConnectTcp(server.IPEndPoint))
        {
            client.Write("x\n"u8);
            await client.WaitClosedByPeer();
        }

        await Empty(server);
        Check.Equal(1, server.HandlerCount);
        server.Close();
        ValueTask closed = server.WaitClosed();
        await Loop.Delay(TimeSpan.FromMilliseconds(1));
        Check.False(closed.IsCompleted);
        gate.SetResult();
        await closed;
        Check.Equal(0, server.HandlerCount);
    });

    [Case]
    public void Handlers_AreCancelled_ByClosingOrAbortingConnectionsOrTheServer() => Run(async () =>
    {
        foreach (Action<Server> end in (Action<Server>[])[static server => server.CloseConnections(), static server => server.AbortConnections(), static server => server.Dispose()])
        {
            int begun = 0, cancelled = 0;
            Server server = Loop.ListenTcp(Anywhere, async (connection, token) =>
            {
                if (begun++ == 0)
                {
                    connection.Close(); // and goes on without
                }

                try
                {
                    await Loop.Delay(TimeSpan.FromHours(1), token);
                }
                finally
                {
                    cancelled += token.IsCancellationRequested ? 1 : 0;
                }
            });
            Connection one = await Loop.ConnectTcp(server.IPEndPoint);
            await one.WaitClosedByPeer();
            Connection other = await Loop.ConnectTcp(server.IPEndPoint);
            await Until(() => begun == 2);
            end(server);
            await other.WaitClosedByPeer();
            server.Close();
            await server.WaitClosed();
            Check.Equal(2, cancelled);
            one.Abort();
            other.Abort();
        }
    });

    [Case]
    public void ServeForever_ThatIsCancelled_WaitsForItsHandlers() => Run(async () =>
    {
        using var end = new CancellationTokenSource();
        Server server = Loop.ListenTcp(Anywhere, async (_, token) =>
        {
            try
            {
                await Loop.Delay(TimeSpan.FromHours(1), token);
            }
            finally
            {
                await Loop.Delay(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                _journal.Add("handler");
            }
        });
        LoopTask serving = server.ServeForever(end.Token);
        Connection client = await Loop.ConnectTcp(server.IPEndPoint);
        await Until(() => server.HandlerCount == 1);
        end.Cancel();
        try
        {
            await serving;
        }
        catch (OperationCanceledException)
        {
            _journal.Add("cancelled");
        }

        Check.Sequence(["handler", "cancelled"], _journal);
        client.Abort();
    });

    [Case]
    public void Handler_IsATaskOfTheLoop_UnderItsConnectionsName() => Run(async () =>
    {
        Server server = Loop.ListenTcp(Anywhere, static async (connection, token) => await connection.ReadLine(token));
        Connection client = await Loop.ConnectTcp(server.IPEndPoint);
        await Until(() => server.HandlerCount == 1);
        StartedTask task = Loop.Tasks.Single();
        Check.Equal($"tcp:{client.LocalEndPoint}", task.Name);
        task.Cancel();
        await client.WaitClosedByPeer();
        await Empty(server);
        Check.Equal(0, server.HandlerCount);
        await Until(() => task.IsCompleted);
        Check.True(task.IsCancelled);
        await server.DisposeAsync();
        Check.False(server.IsServing);
        client.Abort();
    });

    [Case]
    public void ProgramsEnd_CancelsHandlers_WaitsForThem_ReportsTheirErrors_AndTakesNoOthers()
    {
        int begun = 0;
        int result = LoopRunner.Run(
            async LoopTask<int> (main) =>
            {
                MainLoop loop = MainLoop.Current!;
                Server server = loop.ListenTcp(Anywhere, async (connection, token) =>
                {
                    int number = ++begun;
                    connection.Write("+\n"u8);
                    try
                    {
                        await loop.Delay(TimeSpan.FromHours(1), token);
                    }
                    catch (OperationCanceledException) when (number == 1)
                    {
                        throw new FormatException("in the end of a handler");
                    }
                    finally
                    {
                        connection.Write("-\n"u8); // it is open still
                        await loop.Delay(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                        _journal.Add("handler");
                    }
                });
                _ = loop.StartTask(async LoopTask (token) =>
                {
                    try
                    {
                        await loop.Delay(TimeSpan.FromHours(1), token);
                    }
                    catch (OperationCanceledException)
                    {
                        try
                        {
                            Connection late = await loop.ConnectTcp(server.IPEndPoint, cancellationToken: CancellationToken.None);
                            await late.WaitClosedByPeer();
                        }
                        catch (NetworkException)
                        {
                            // refused
                        }
                    }
                });
                for (int i = 0; i < 2; i++)
                {
                    Connection client = await loop.ConnectTcp(server.IPEndPoint, cancellationToken: main);
                    Check.Equal("+", await client.ReadLine(main));
                    _ = loop.StartTask(async LoopTask (_) => _journal.Add($"said {await client.ReadLine(CancellationToken.None)}"), "client");
                }

                await loop.Yield();
                await loop.Yield();
                return 42;
            },
            new LoopOptions { Log = _log });
        Check.Equal(42, result);
        Check.Equal(2, begun);
        Check.Sequence(["handler", "handler", "said -", "said -"], _journal.Order());
        Check.Equal(1, _log.Messages.Count(static line => line.Contains("in the end of a handler", StringComparison.Ordinal)));
        Check.Equal(1, _log.Messages.Count);
    }

    [Case]
    public void ProgramsEnd_ClosesTheConnectionsOfHandlersWithoutAToken_AndWaitsForThese()
    {
        LoopRunner.Run(
            async LoopTask (main) =>
            {
                MainLoop loop = MainLoop.Current!;
                Server server = loop.ListenTcp(Anywhere, async connection =>
                {
                    while (await connection.ReadLine() is { } line)
                    {
                        connection.Write("x\n"u8);
                    }

                    await loop.Delay(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                    _journal.Add("handler");
                });
                Connection client = await loop.ConnectTcp(server.IPEndPoint, cancellationToken: main);
                client.Write("x\n"u8);
                await client.ReadLine(main);
            },
            new LoopOptions { Log = _log });
        Check.Sequence(["handler"], _journal);
        Check.Sequence([], _log.Messages);
    }

    [Case]
    public void ProgramsEnd_LeavesAHandlerThatHeedsNothing_AndSaysSo()
    {
        LoopRunner.Run(
            async LoopTask (main) =>
            {
                MainLoop loop = MainLoop.Current!;
                Server server = loop.ListenTcp(Anywhere, async _ =>
                {
                    try
                    {
                        await loop.Delay(TimeSpan.FromHours(1));
                    }
                    finally
                    {
                        _journal.Add("at the loop's end");
                    }
                });
                server.HandlerPatience = TimeSpan.FromMilliseconds(5);
                Connection client = await loop.ConnectTcp(server.IPEndPoint, cancellationToken: main);
                await loop.Delay(TimeSpan.FromMilliseconds(1), main);
                while (server.HandlerCount == 0)
                {
                    await loop.Yield();
                }

                _ = client;
            },
            new LoopOptions { Log = _log });
        Check.Sequence(["at the loop's end"], _journal);
        Check.Contains("its handler goes on 0.005 s after its connection was closed", _log.Messages.Single());
    }

    [Case]
    public void ServerThatIsDisposedAsItAccepts_BeginsNoHandler() => Run(async () =>
    {
        Server server = Loop.ListenTcp(Anywhere, _ =>
        {
            _journal.Add("begun");
            return default;
        });
        server.Sources.Single().On((in ConnectionAccepted _, in EventInfo _) => server.Dispose());
        using Socket client = Call(server);
        await Until(() => client.Poll(0, SelectMode.SelectRead));
        await server.WaitClosed();
        Check.Sequence([], _journal);
        Check.Equal(0, Loop.Counters.Sources);
    });

    [Case]
    public void ServerThatIsDisposedByItsMakerOfProtocols_LetsThatConnectionGo() => Run(async () =>
    {
        Server? server = null;
        server = Loop.ListenTcp(Anywhere, () =>
        {
            server!.Dispose();
            return new Returning();
        });
        using Socket client = Call(server);
        await Until(() => client.Poll(0, SelectMode.SelectRead));
        await server.WaitClosed();
        Check.Equal(0, Loop.Counters.Sources);
    });

    [Case]
    public void HandlerThatDisposesItsOwnServer_IsCancelled() => Run(async () =>
    {
        Server? server = null;
        server = Loop.ListenTcp(Anywhere, async (_, token) =>
        {
            server!.Dispose(); // before there is anything to wait for
            await Loop.Yield();
            _journal.Add($"{token.IsCancellationRequested}");
        });
        using Socket client = Call(server);
        await server.WaitClosed();
        Check.Sequence(["True"], _journal);
    });

    [Case]
    public void HandlerThatFailsAfterItsConnectionHasEnded_IsReported() => Loop.Run(async () =>
    {
        List<LoopErrorContext> errors = [];
        Loop.UnhandledException += context =>
        {
            errors.Add(context);
            context.Handled = true;
        };
        Server server = Loop.ListenTcp(Anywhere, async connection =>
        {
            connection.Abort();
            await Loop.Yield();
            throw new FormatException("afterwards");
        });
        using Socket client = Call(server);
        await Until(() => errors.Count > 0);
        Check.Equal("afterwards", errors.Single().Exception.Message);
        Check.Equal($"The handler of tcp:{client.LocalEndPoint} failed", errors[0].Message);
        Check.Equal($"tcp:{client.LocalEndPoint}", errors[0].Subject!.ToString()!);
        await server.DisposeAsync();
        Check.Contains("listen:127.0.0.1", server.ToString());
    });

    [Case]
    public void HandlerThatFailsAfterItsPeerHasReset_IsReported() => Loop.Run(async () =>
    {
        List<string> errors = [];
        Loop.UnhandledException += context =>
        {
            errors.Add(context.Exception.Message);
            context.Handled = true;
        };
        var gate = new TaskCompletionSource();
        Connection? served = null;
        Server server = Loop.ListenTcp(Anywhere, async connection =>
        {
            served = connection;
            await gate.Task; // and does not read
            throw new FormatException("afterwards");
        });
        Socket client = Call(server);
        await Until(() => served is not null);
        client.LingerState = new LingerOption(true, 0);
        client.Dispose();
        await Until(() => server.Connections.All(static connection => connection.Source is not { State: SourceState.Attached }));
        gate.SetResult();
        await Until(() => errors.Count > 0);
        Check.Sequence(["afterwards"], errors);
        await server.DisposeAsync();
    });

    [Case]
    public void HandlersWithATokenSayGoodBye_WhenTheServerIsDisposed() => Run(async () =>
    {
        var gate = new TaskCompletionSource();
        Connection idle, busy;
        await using (Server server = Loop.ListenTcp(Anywhere, async (connection, token) =>
        {
            connection.Write("+\n"u8);
            try
            {
                await connection.ReadLine(token);
                await Loop.Delay(TimeSpan.FromHours(1), token);
            }
            catch (OperationCanceledException)
            {
                connection.Write("closing\n"u8);
            }
        }))
        {
            idle = await Loop.ConnectTcp(server.IPEndPoint);
            busy = await Loop.ConnectTcp(server.IPEndPoint);
            busy.Write("work\n"u8);
            Check.Equal("+", await idle.ReadLine());
            Check.Equal("+", await busy.ReadLine());
            await Loop.Yield();
        }

        Check.Equal("closing", await idle.ReadLine());
        Check.Equal("closing", await busy.ReadLine());
        Check.Equal(null, await idle.ReadLine());
        idle.Dispose();
        busy.Dispose();
    });

    [Case]
    public void ServeForever_ThatIsCancelled_LeavesAHandlerThatHeedsNothing() => Run(async () =>
    {
        foreach (bool takesToken in (bool[])[false, true])
        {
            using var cancellation = new CancellationTokenSource();
            var never = new TaskCompletionSource();
            bool hasBegun = false;
            Server server = takesToken
                ? Loop.ListenTcp(Anywhere, async (_, _) =>
                {
                    hasBegun = true;
                    await never.Task;
                })
                : Loop.ListenTcp(Anywhere, async _ =>
                {
                    hasBegun = true;
                    await never.Task;
                });
            server.HandlerPatience = TimeSpan.FromMilliseconds(5);
            LoopTask serving = server.ServeForever(cancellation.Token);
            using Socket client = Call(server);
            await Until(() => hasBegun);
            cancellation.Cancel();
            try
            {
                await serving;
            }
            catch (OperationCanceledException)
            {
                _journal.Add("over");
            }

            never.SetResult();
        }

        Check.Sequence(["over", "over"], _journal);
    });

    [Case]
    public void FactoryOfTasksThatFails_ClosesTheConnection()
    {
        Loop.TaskFactory = static (_, _) => throw new FormatException("no task");
        List<string> errors = [];
        Loop.UnhandledException += context =>
        {
            errors.Add(context.Exception.Message);
            context.Handled = true;
        };
        Loop.Run(async () =>
        {
            Server server = Loop.ListenTcp(Anywhere, EchoAll);
            using Socket client = Call(server);
            await Until(() => client.Poll(0, SelectMode.SelectRead));
            server.Close();
            await server.WaitClosed();
        });
        Loop.Dispose();
        Check.Sequence(["no task"], errors);
    }

    [Case]
    public void ServerOfSeveralAddresses_ListensOnEach() => Run(async () =>
    {
        Server server = new(Loop, ListenOptions.Default, ConnectionTaker.Of(EchoAll));
        foreach (string address in (string[])["127.0.0.1", "127.0.0.2"])
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            server.Bind(socket);
        }

        Check.False(server.IsServing, "not before all are bound");
        server.Start();
        Check.Equal(2, server.EndPoints.Count);
        Check.Equal(Loop, server.Loop);
        foreach (IPEndPoint address in server.EndPoints.Cast<IPEndPoint>())
        {
            await using Connection client = await Loop.ConnectTcp(address);
            client.Write("x\n"u8);
            Check.Equal("x", await client.ReadLine());
        }

        await server.DisposeAsync();
        Check.Equal(0, server.EndPoints.Count);
    });

    [Case]
    public void StartServing_False_ListensNotBeforeStart_WhichIsIdempotent() => Run(async () =>
    {
        using Server server = Loop.ListenTcp(Anywhere, EchoAll, new ListenOptions { StartServing = false });
        Check.False(server.IsServing);
        Check.Equal(SocketError.ConnectionRefused, (await Fails<NetworkException>(async () => await Loop.ConnectTcp(server.IPEndPoint))).SocketError);
        server.Start();
        server.Start();
        Check.True(server.IsServing);
        await using Connection client = await Loop.ConnectTcp(server.IPEndPoint);
        client.Write("x\n"u8);
        Check.Equal("x", await client.ReadLine());
        server.Close();
        Check.Throws<ObjectDisposedException>(server.Start);
    });

    [Case]
    public void ListenOptions_ReachTheSocket()
    {
        foreach (bool isOn in (bool[])[true, false])
        {
            using Server server = Loop.ListenTcp(Anywhere, EchoAll, new ListenOptions { ReuseAddress = isOn, ReusePort = isOn, Backlog = isOn ? 7 : 9 });
            Check.Equal(isOn ? 1 : 0, Number(server.Sockets[0], 1, 2), "SOL_SOCKET, SO_REUSEADDR");
            Check.Equal(isOn ? 1 : 0, Number(server.Sockets[0], 1, 15), "SOL_SOCKET, SO_REUSEPORT");
            Span<byte> info = new byte[32];
            server.Sockets[0].GetRawSocketOption(6, 11, info); // IPPROTO_TCP, TCP_INFO: of a listener, tcpi_sacked is its backlog
            Check.Equal(isOn ? 7 : 9, BitConverter.ToInt32(info[28..]));
        }

        static int Number(Socket socket, int level, int name)
        {
            Span<byte> value = new byte[4];
            socket.GetRawSocketOption(level, name, value);
            return BitConverter.ToInt32(value);
        }
    }

    [Case]
    public void ReusePort_SharesAnAddress_AndOtherwiseItIsInUse() => Run(async () =>
    {
        var shares = new ListenOptions { ReusePort = true };
        int first = 0, second = 0;
        using Server one = Loop.ListenTcp(Anywhere, _ => Count(ref first), shares);
        using Server other = Loop.ListenTcp(one.IPEndPoint, _ => Count(ref second), shares);
        Check.Equal(SocketError.AddressAlreadyInUse, Check.Throws<NetworkException>(() => Loop.ListenTcp(one.IPEndPoint, EchoAll)).SocketError);
        while (first == 0 || second == 0)
        {
            await using Connection client = await Loop.ConnectTcp(one.IPEndPoint); // the kernel chooses by the client's port
            await client.WaitClosedByPeer();
        }

        static LoopTask Count(ref int count)
        {
            count++;
            return default;
        }
    });

    [Case]
    public void DualStack_False_TakesOneFamily() => Run(async () =>
    {
        if (!Socket.OSSupportsIPv6)
        {
            throw new SkipException("needs IPv6");
        }

        using Server server = Loop.ListenTcp(new IPEndPoint(IPAddress.IPv6Any, 0), EchoAll, new ListenOptions { DualStack = false });
        int port = server.IPEndPoint.Port;
        await using (await Loop.ConnectTcp(new IPEndPoint(IPAddress.IPv6Loopback, port)))
        {
            Check.Equal(SocketError.ConnectionRefused, (await Fails<NetworkException>(async () => await Loop.ConnectTcp(new IPEndPoint(IPAddress.Loopback, port)))).SocketError);
        }
    });

    [Case]
    public void Family_ChoosesTheAddresses() => Run(async () =>
    {
        using Server server = Loop.ListenTcp(Anywhere, EchoAll);
        await using Connection client = await Loop.ConnectTcp("localhost", server.IPEndPoint.Port, new ConnectOptions { Family = AddressFamily.InterNetwork });
        Check.Equal(AddressFamily.InterNetwork, client.RemoteEndPoint!.AddressFamily);
        Check.True((await Loop.Resolve("localhost", 80, AddressFamily.InterNetwork)).All(static address => address.AddressFamily == AddressFamily.InterNetwork));
        NetworkException error = await Fails<NetworkException>(
            async () => await Loop.ConnectTcp("127.0.0.1", server.IPEndPoint.Port, new ConnectOptions { Family = AddressFamily.InterNetworkV6 }));
        Check.Equal(SocketError.AddressFamilyNotSupported, error.SocketError);
        Check.Equal(SocketError.AddressFamilyNotSupported, (await Fails<NetworkException>(async () => await Loop.Resolve("::1", 80, AddressFamily.InterNetwork))).SocketError);
    });

    [Case]
    public void NameThatIsRequired_IsAnErrorWhereThereIsNone() => Run(async () =>
    {
        var nameless = new IPEndPoint(IPAddress.Parse("127.200.201.202"), 80); // of loopback, which no name server is asked for
        Check.Equal("127.200.201.202", (await Loop.ResolveName(nameless)).Host);
        Check.Contains("127.200.201.202", (await Fails<NetworkException>(async () => await Loop.ResolveName(nameless, nameRequired: true))).Message);
    });

    [Case]
    public void ReuseAddress_SharesAnAddressOfDatagrams()
    {
        var shares = new DatagramOptions { LocalEndPoint = Anywhere, ReuseAddress = true };
        using DatagramEndpoint one = Loop.OpenUdp(shares);
        using DatagramEndpoint other = Loop.OpenUdp(shares with { LocalEndPoint = one.LocalEndPoint });
        Check.Equal(one.LocalEndPoint, other.LocalEndPoint);
        NetworkException error = Check.Throws<NetworkException>(() => Loop.OpenUdp(shares with { LocalEndPoint = one.LocalEndPoint, ReuseAddress = false }));
        Check.Equal(SocketError.AddressAlreadyInUse, error.SocketError);
    }

    // By the kernel's own backlog: it is connected before the server has heard of it.
    private static Socket Call(Server server)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(server.IPEndPoint);
        return client;
    }
}
