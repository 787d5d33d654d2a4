using System.Net;
using System.Net.Sockets;
using System.Text;
using Mainspring.Net;

namespace Mainspring.Contracts;

/// <summary>Streams of bytes over TCP.</summary>
public sealed class NetConnectionContract : NetSuite
{
    [Case]
    public void Echo_ComesBack() => Run(async () =>
    {
        (Server server, Connection client) = await Echo();
        using (server)
        using (client)
        {
            await client.WriteAsync("hello\r\nworld"u8.ToArray());
            Check.Equal("hello", await client.ReadLine());
            byte[] five = new byte[5];
            await client.ReadExactly(five);
            Check.Equal("world", Encoding.ASCII.GetString(five));
            Check.Equal(server.IPEndPoint, (IPEndPoint)client.RemoteEndPoint!);
            Check.Equal($"tcp:{server.IPEndPoint}", client.Name);
            Check.True(client.Source.Counters.Bytes >= 24);
        }
    });

    [Case]
    public void Protocol_HearsItsStoryInOrder()
    {
        var protocol = new NetProtocol();
        Run(async () =>
        {
            (Connection client, Connection server) = await Pair(protocol);
            client.Write("one"u8);
            client.Close();
            await server.WaitClosed();
            await Loop.Yield();
        });
        Check.Sequence(["made", "data", "end", "lost"], protocol.Story);
        Check.Equal("one", protocol.Text.ToString());
        Check.True(protocol.Reason is null);
        Check.Equal(0, Loop.Counters.Sources);
    }

    [Case]
    public void HalfClose_LeavesTheOtherDirection()
    {
        var protocol = new NetProtocol { StaysOpen = true };
        Run(async () =>
        {
            (Connection client, Connection server) = await Pair(protocol);
            client.Write("question"u8);
            client.CompleteWriting();
            await Loop.WithTimeout(Until(() => protocol.Story.Contains("end")), Patience.Long);
            Check.Equal("question", protocol.Text.ToString());
            server.Write("answer"u8);
            server.Close();
            Check.Equal("answer", await client.ReadLine());
            Check.True(await client.ReadLine() is null, "the end");
            client.Close();
        });
    }

    [Case]
    public void ReadAfterTheOtherEndHasClosed_GivesWhatItHadSent_ThenTheEnd() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        server.Write(new byte[1000]);
        server.Close();
        client.CompleteWriting(); // both directions are over: the poller would say so for ever
        await Loop.WithTimeout(Until(() => client.Source.State != SourceState.Attached), Patience.Long);
        long dispatches = client.Source.Counters.Dispatches;
        for (int i = 0; i < 20; i++)
        {
            await Loop.Yield();
        }

        Check.Equal(dispatches, client.Source.Counters.Dispatches, "no load from a connection that is over");
        byte[] buffer = new byte[600];
        Check.Equal(600, await client.ReadAsync(buffer));
        Check.Equal(400, await client.ReadAsync(buffer));
        Check.Equal(0, await client.ReadAsync(buffer));
        client.Close();
        Check.Equal(ConnectionState.Closed, client.State);
    });

    [Case]
    public void Reset_IsAnErrorForReaderAndWriter_ThatNamesTheOtherEnd() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        ValueTask<int> read = client.ReadAsync(new byte[10]);
        server.Abort();
        NetworkException error = await Fails<NetworkException>(async () => await read);
        Check.Equal(SocketError.ConnectionReset, error.SocketError);
        Check.Contains($"{client.RemoteEndPoint}", error.Message);
        Check.Equal(ConnectionState.Closed, client.State);
        Check.Throws<NetworkException>(() => client.Write("x"u8));
        await Fails<NetworkException>(async () => await client.ReadAsync(new byte[10]));
    });

    [Case]
    public void ProtocolThatThrows_LosesItsConnectionOnly() => Loop.Run(async () =>
    {
        Exception? reported = null;
        Loop.UnhandledException += context =>
        {
            reported = context.Exception;
            Check.Contains("tcp:", context.Name);
            context.Handled = true;
        };
        var protocol = new NetProtocol { Received = static _ => throw new InvalidOperationException("a protocol's own problem") };
        (Connection client, Connection server) = await Pair(protocol);
        client.Write("x"u8);
        await server.WaitClosed();
        await Loop.Yield();
        Check.Contains("own problem", reported?.Message);
        Check.True(protocol.Reason is InvalidOperationException);
        client.Close();
    });

    [Case]
    public void Cancellation_EndsARead_AndLosesNoByte() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        using var cancellation = new CancellationTokenSource();
        ValueTask<int> read = client.ReadAsync(new byte[10], cancellation.Token);
        Loop.CallSoon(cancellation.Cancel);
        await Fails<OperationCanceledException>(async () => await read);
        server.Write("abc"u8);
        byte[] buffer = new byte[10];
        Check.Equal(3, await client.ReadAsync(buffer));
        server.Close();
        client.Close();
    });

    [Case]
    public void SecondReader_IsRefused() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        ValueTask<int> read = client.ReadAsync(new byte[10]);
        Check.Contains("being read already", (await Fails<InvalidOperationException>(async () => await client.ReadAsync(new byte[10]))).Message);
        client.Close();
        Check.Equal(0, await read, "closed here: the end");
        server.Close();
    });

    [Case]
    public void OtherThread_IsRefused() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        await Loop.RunInExecutor(() => Check.Throws<InvalidOperationException>(() => client.Write("x"u8)));
        client.Close();
        server.Close();
    });

    [Case]
    public void LargeWrite_ArrivesWhole() => Run(async () =>
    {
        (Server server, Connection client) = await Echo();
        byte[] sent = new byte[3_000_000];
        new Random(1).NextBytes(sent);
        LoopTask write = Send();
        byte[] received = new byte[sent.Length];
        await client.ReadExactly(received);
        await write;
        Check.True(sent.AsSpan().SequenceEqual(received));
        client.Close();
        server.Dispose();

        async LoopTask Send() => await client.WriteAsync(sent);
    });

    [Case]
    public void Close_SendsWhatIsLeft() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        client.Write(new byte[20_000_000]);
        Check.True(client.Unsent > 0, "more than the system takes");
        client.Close();
        Check.Equal(ConnectionState.Closing, client.State);
        int count = 0;
        byte[] buffer = new byte[100_000];
        for (int read; (read = await server.ReadAsync(buffer)) > 0;)
        {
            count += read;
        }

        Check.Equal(20_000_000, count);
        Check.Equal(ConnectionState.Closed, client.State);
        server.Close();
    });

    [Case]
    public void Close_ToOneThatNeverReads_EndsWithATimeout() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        client.CloseTimeout = TimeSpan.FromMilliseconds(20);
        client.Write(new byte[20_000_000]);
        client.Close();
        await client.WaitClosed();
        server.Abort();
    });

    [Case]
    public void PausedReader_LeavesBytesInTheKernel_AndTheSenderWaits()
    {
        var protocol = new NetProtocol();
        Run(async () =>
        {
            (Connection client, Connection server) = await Pair(protocol);
            server.PauseReading();
            long sent = 0;
            ValueTask drain = default;
            while (drain.IsCompleted && sent < 100_000_000)
            {
                client.Write(new byte[50_000]);
                sent += 50_000;
                drain = client.Drain();
            }

            Check.False(drain.IsCompleted, "the kernel's buffers are bounded");
            Check.True(client.Unsent < 200_000, $"{client.Unsent} bytes wait");
            Check.Equal(0, protocol.Count);
            server.ResumeReading();
            await drain;
            client.Close();
            await server.WaitClosed();
            Check.Equal(sent, protocol.Count);
        });
    }

    [Case]
    public void Protocol_HearsOfPressure_AndOfItsEnd()
    {
        var protocol = new NetProtocol();
        Run(async () =>
        {
            (Connection client, Connection server) = await Pair(protocol);
            server.Write(new byte[10_000_000]);
            Check.True(server.Unsent > server.HighWaterMark);
            Check.True(server.IsReadingPaused, "who does not read is not asked either");
            await client.ReadExactly(new byte[10_000_000]);
            Check.Equal(0, server.Unsent);
            Check.False(server.IsReadingPaused);
            client.Close();
            await server.WaitClosed();
            await Loop.Yield();
        });
        Check.Sequence(["made", "pause", "resume", "end", "lost"], protocol.Story);
    }

    [Case]
    public void ReaderThatNeverWaits_LeavesOthersTheirTurn() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        server.Write(new byte[20_000]);
        int ticks = 0;
        TimerHandle others = Loop.CallEvery(TimeSpan.FromTicks(1), () => ticks++);
        byte[] one = new byte[1];
        for (int i = 0; i < 20_000; i++)
        {
            await client.ReadAsync(one);
        }

        others.Cancel();
        Check.True(ticks > 100, $"{ticks} ticks in 20,000 reads");
        client.Close();
        server.Close();
    });

    [Case]
    public void WriterThatNeverWaits_LeavesOthersTheirTurn() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        int ticks = 0;
        TimerHandle others = Loop.CallEvery(TimeSpan.FromTicks(1), () => ticks++);
        byte[] one = new byte[1];
        byte[] all = new byte[1000];
        for (int i = 0; i < 10_000; i++)
        {
            await client.WriteAsync(one);
            if (i % all.Length == all.Length - 1)
            {
                await server.ReadExactly(all); // so that the kernel takes the next ones
            }
        }

        others.Cancel();
        Check.True(ticks > 100, $"{ticks} ticks in 10,000 writes");
        client.Close();
        server.Close();
    });

    [Case]
    public void EveryByte_PassesTheGate_WhetherItsReaderWaitsOrNot() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        int heard = 0;
        client.Source.On((in BytesReceived received, in EventInfo _) => heard += received.Bytes.Length);
        server.Write(new byte[10_000]);
        server.Close();
        await client.ReadExactly(new byte[10_000]);
        Check.Equal(10_000, heard);
        client.Close();
    });

    [Case]
    public void WriteLimit_RefusesWhoeverDoesNotWait() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        client.WriteLimit = 1_000_000;
        NetworkException? refusal = null;
        for (int i = 0; i < 1000 && refusal is null; i++)
        {
            try
            {
                client.Write(new byte[100_000]);
            }
            catch (NetworkException exception)
            {
                refusal = exception;
            }
        }

        Check.Contains("does not read", refusal?.Message);
        Check.True(client.Unsent <= 1_000_000);
        client.Abort();
        server.Abort();
    });

    [Case]
    public void ReadUntil_RespectsItsLimit_AndKeepsTheBytes() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        client.ReadLimit = 100;
        server.Write(Encoding.ASCII.GetBytes(new string('x', 150) + "\n"));
        await Fails<InvalidDataException>(async () => await client.ReadLine());
        client.ReadLimit = 1000;
        Check.Equal(150, (await client.ReadLine())!.Length);
        server.Close();
        Check.True(await client.ReadLine() is null);
        client.Close();
    });

    [Case]
    public void DisposedLoop_ClosesWhatIsOpen_AndTellsWhoWaits()
    {
        var protocol = new NetProtocol();
        Exception? told = null;
        Loop.CallSoon(() => Wait().Forget());
        Pump.Until(Loop, () => protocol.Story.Count > 0);
        Loop.Dispose();
        Check.True(told is OperationCanceledException, $"{told}");
        Check.Contains("disposed", told!.Message);
        Check.True(protocol.IsLost);

        async LoopTask Wait()
        {
            (Connection client, _) = await Pair(protocol);
            try
            {
                await client.ReadAsync(new byte[1]);
            }
            catch (Exception exception)
            {
                told = exception;
            }
            finally
            {
                client.Close();
            }
        }
    }

    [Case]
    public void DebugLoop_NamesConnectionsThatWereNeverClosed()
    {
        var log = new NotingLog();
        Loop.Dispose();
        Loop = Loops.New(options => options with { Debug = true, Log = log });
        Connection? client = null;
        Loop.Run(async () => (client, _) = await Pair());
        Loop.Dispose();
        Check.True(log.Lines.Exists(line => line.Contains(client!.Name, StringComparison.Ordinal) && line.Contains("never closed", StringComparison.Ordinal)), string.Join('|', log.Lines));
    }

    [Case]
    public void RefusedConnect_SaysWhoAndWhatToLookAt() => Run(async () =>
    {
        using var unused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(Anywhere); // and does not listen
        NetworkException error = await Fails<NetworkException>(async () => await Loop.ConnectTcp("127.0.0.1", ((IPEndPoint)unused.LocalEndPoint!).Port));
        Check.Equal(SocketError.ConnectionRefused, error.SocketError);
        Check.Contains($"connect to {unused.LocalEndPoint}", error.Message);
        Check.Contains("is the service running", error.Message);
        Check.Equal(0, Loop.Counters.Sources);
    });

    [Case]
    public void Stream_IsTheConnection() => Run(async () =>
    {
        (Server server, Connection client) = await Echo();
        await using (Stream stream = client.AsStream())
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            await stream.WriteAsync("line 1\nline 2\n"u8.ToArray());
            Check.Equal("line 1", await reader.ReadLineAsync());
            Check.Equal("line 2", await reader.ReadLineAsync());
            Check.Throws<NotSupportedException>(() => stream.ReadByte());
        }

        Check.Equal(ConnectionState.Closed, client.State);
        server.Dispose();
    });

    [Case]
    public void FromSocket_TakesAConnectedSocket() => Run(async () =>
    {
        using Server server = Loop.ListenTcp(Anywhere, EchoAll);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(server.IPEndPoint);
        await using Connection client = Loop.FromSocket(socket);
        await client.WriteAsync("x\n"u8.ToArray());
        Check.Equal("x", await client.ReadLine());
    });

    [Case]
    public void FromSocket_TakesASocketThatAnotherHasAccepted_AndMakesItSpeak() => Run(async () =>
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(Anywhere);
        listener.Listen();
        await using Connection client = await Loop.ConnectTcp((IPEndPoint)listener.LocalEndPoint!);
        using Connection accepted = Loop.FromSocket(listener.Accept(), new Returning());
        Check.Equal(client.LocalEndPoint!, accepted.RemoteEndPoint!);
        await client.WriteAsync("x\n"u8.ToArray());
        Check.Equal("x", await client.ReadLine());
        using var unconnected = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Check.Throws<ArgumentException>(() => Loop.FromSocket(unconnected));
    });

    [Case]
    public void Options_ReachTheSocket_AtBothEnds() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair(
            options: new ListenOptions { NoDelay = false, KeepAlive = true, KeepAliveTime = TimeSpan.FromSeconds(7), ReceiveBuffer = 20_000 },
            connect: new ConnectOptions
            {
                LocalEndPoint = new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0),
                KeepAlive = true,
                KeepAliveTime = TimeSpan.FromSeconds(11),
                KeepAliveInterval = TimeSpan.FromSeconds(3),
                KeepAliveCount = 2,
                SendTimeout = TimeSpan.FromSeconds(5),
                SendBuffer = 30_000,
            });
        Check.Equal("127.0.0.2", ((IPEndPoint)server.RemoteEndPoint!).Address.ToString());
        Check.Equal(1, Number(client, SocketOptionLevel.Tcp, SocketOptionName.NoDelay));
        Check.Equal(1, Number(client, SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Check.Equal(11, Number(client, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
        Check.Equal(3, Number(client, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval));
        Check.Equal(2, Number(client, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount));
        Check.Equal(60_000, Number(client, SocketOptionLevel.Socket, SocketOptionName.SendBuffer), "the kernel doubles it");
        byte[] timeout = new byte[4];
        client.Socket!.GetRawSocketOption(6, 18, timeout); // IPPROTO_TCP, TCP_USER_TIMEOUT
        Check.Equal(5000, BitConverter.ToInt32(timeout));
        Check.Equal(0, Number(server, SocketOptionLevel.Tcp, SocketOptionName.NoDelay));
        Check.Equal(7, Number(server, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
        Check.Equal(40_000, Number(server, SocketOptionLevel.Socket, SocketOptionName.ReceiveBuffer));
        client.Close();
        server.Close();

        static int Number(Connection connection, SocketOptionLevel level, SocketOptionName name) => (int)connection.Socket!.GetSocketOption(level, name)!;
    });

    [Case]
    public void ProtocolSetLater_GetsWhatWasReadAhead()
    {
        var protocol = new NetProtocol();
        Run(async () =>
        {
            (Connection client, Connection server) = await Pair();
            server.Write("head\nbody"u8);
            Check.Equal("head", await client.ReadLine());
            protocol.OnMade(client);
            client.Protocol = protocol;
            server.Write(" and more"u8);
            server.Close();
            await client.WaitClosed();
        });
        Check.Equal("body and more", protocol.Text.ToString());
    }

    [Case]
    public void Echo_AllocatesNothingPerMessage_WithAwaits()
    {
        (Server server, Connection client) = Loop.Run(Echo);
        AwaitedEcho.AllocatesNothing(Loop, client);
        client.Abort();
        server.Dispose();
    }

    [Case]
    public void Echo_AllocatesNothingPerMessage_WithProtocols()
    {
        var echo = new NetProtocol();
        int count = 0;
        Connection? client = null;
        Loop.Run(async () =>
        {
            (client, _) = await Pair(new Returning());
            client.Protocol = new Counting(n => count += n);
        });
        byte[] message = new byte[100];
        int wanted = 0;
        Allocations.None(() =>
        {
            wanted += 100;
            client!.Write(message);
            for (int i = 0; i < 1000 && count < wanted; i++)
            {
                Loop.Tick(Pump.Wait);
            }

            Check.Equal(wanted, count);
        });
    }

    private sealed class Counting(Action<int> count) : ConnectionProtocol
    {
        public override void OnData(Connection connection, ReadOnlySpan<byte> data) => count(data.Length);
    }

    private sealed class NotingLog : LoopLog
    {
        public List<string> Lines { get; } = [];

        public override void Write(LogSeverity severity, string loop, string message) => Lines.Add(message);
    }
}
