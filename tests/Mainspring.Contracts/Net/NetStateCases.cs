using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Mainspring.Net;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>What connections do when their users do what they should not, or do it at an odd moment.</summary>
public sealed class NetStateCases : NetSuite
{
    [Case]
    public void CloseWithoutATimeLimit_SendsWhatIsLeft() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        client.CloseTimeout = Timeout.InfiniteTimeSpan;
        client.Write(new byte[20_000_000]);
        client.Close();
        await Loop.Delay(TimeSpan.FromMilliseconds(5));
        Check.Equal(ConnectionState.Closing, client.State);
        await server.ReadExactly(new byte[20_000_000]);
        Check.Equal(0, await server.ReadAsync(new byte[1]), "the end, not a reset");
        server.Close();
        Check.Throws<ArgumentOutOfRangeException>(() => server.CloseTimeout = TimeSpan.FromSeconds(-2));
    });

    [Case]
    public void WriterThatWaits_NeverMeetsTheLimit() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        client.WriteLimit = 200_000;
        client.SetWriteMarks(100_000_000);
        LoopTask write = Write();
        await server.ReadExactly(new byte[10_000_000]);
        await write;
        client.Close();
        server.Close();

        async LoopTask Write()
        {
            byte[] piece = new byte[50_000];
            for (int i = 0; i < 200; i++)
            {
                await client.WriteAsync(piece);
            }
        }
    });

    [Case]
    public void SecondReader_IsRefused_AlsoWhenSomethingWasReadAhead() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        LoopTask<string?> line = client.ReadLine();
        server.Write("half"u8);
        await Loop.WithTimeout(Until(() => client.Source.Counters.Bytes == 4), Patience.Long);
        await Loop.Yield();
        Check.Contains("being read already", (await Fails<InvalidOperationException>(async () => await client.ReadAsync(new byte[10]))).Message);
        Check.Contains("being read already", (await Fails<InvalidOperationException>(async () => await client.ReadLine())).Message);
        Check.Contains("being read already", (await Fails<InvalidOperationException>(async () => await client.ReadExactly(new byte[2]))).Message);
        server.Write(" a line\n"u8);
        Check.Equal("half a line", await line);
        client.Close();
        server.Close();
    });

    [Case]
    public void MessageThatWasRead_StaysAsItIs_WhenTheConnectionIsLost() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        server.Write("message;"u8);
        ReadOnlyMemory<byte> message = await client.ReadUntil(";"u8.ToArray());
        client.Abort();
        for (int i = 0; i < 100; i++)
        {
            ArrayPool<byte>.Shared.Rent(4096).AsSpan().Fill(1); // would be its memory
        }

        Check.Equal("message;", Encoding.ASCII.GetString(message.Span));
        server.Abort();
    });

    [Case]
    public void ProtocolThatIsPaused_IsNotToldOfWhatWasReadAheadEither() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        var protocol = new NetProtocol();
        server.Write("head\nbody"u8);
        Check.Equal("head", await client.ReadLine());
        protocol.OnMade(client);
        client.Protocol = protocol;
        client.PauseReading();
        server.Write(" and more"u8);
        for (int i = 0; i < 5; i++)
        {
            await Loop.Delay(TimeSpan.FromMilliseconds(1));
        }

        Check.Equal(0, protocol.Count);
        client.ResumeReading();
        await Loop.WithTimeout(Until(() => protocol.Count == 13), Patience.Long);
        Check.Equal("body and more", protocol.Text.ToString());
        client.Close();
        server.Close();
    });

    [Case]
    public void ProtocolThatIsTakenAway_LosesNoByte() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        var protocol = new NetProtocol();
        protocol.OnMade(client);
        client.Protocol = protocol;
        bool isTaken = false;
        client.Source.On((in BytesReceived _, in EventInfo _) =>
        {
            if (!isTaken)
            {
                isTaken = true;
                client.Protocol = null; // these bytes are nobody's yet
            }
        });
        server.Write("abc"u8);
        await Loop.WithTimeout(Until(() => isTaken), Patience.Long);
        byte[] three = new byte[3];
        await client.ReadExactly(three);
        Check.Equal("abc", Encoding.ASCII.GetString(three));
        Check.Equal(0, protocol.Count);
        client.Close();
        server.Close();
    });

    [Case]
    public void ClosedByAHandlerOfItsBytes_ItTellsNoMore() => Run(async () =>
    {
        var protocol = new NetProtocol();
        (Connection client, Connection server) = await Pair(protocol);
        server.Source.On((in BytesReceived _, in EventInfo _) => server.Close());
        server.Write(new byte[20_000_000]); // so that closing takes its time
        server.ResumeReading();
        client.Write("x"u8);
        await Loop.WithTimeout(Until(() => server.State == ConnectionState.Closing), Patience.Long);
        await Loop.Yield();
        Check.Equal(0, protocol.Count, "nothing is told after Close");
        client.Abort();
        server.Abort();
    });

    [Case]
    public void SecondFile_IsRefused_WhileOneIsSent() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        string path = Path.GetTempFileName();
        try
        {
            using (var stream = new FileStream(path, FileMode.Open))
            {
                stream.SetLength(30_000_000);
            }

            using SafeFileHandle file = File.OpenHandle(path);
            LoopTask<long> first = server.SendFile(file);
            for (int i = 0; i < 200; i++)
            {
                await Loop.Yield(); // until the socket is full
            }

            Check.Contains("sending a file already", (await Fails<InvalidOperationException>(async () => await server.SendFile(file))).Message);
            await client.ReadExactly(new byte[30_000_000]);
            Check.Equal(30_000_000L, await first);
        }
        finally
        {
            File.Delete(path);
        }

        client.Close();
        server.Close();
    });

    [Case]
    public void CallbackOfAReadThatThrows_IsReported_AndTheConnectionLives() => Loop.Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        Exception? reported = null;
        Loop.UnhandledException += context =>
        {
            reported = context.Exception;
            context.Handled = true;
        };
        ValueTask<int> read = client.ReadAsync(new byte[10]);
#pragma warning disable CA2012 // this is what is looked at
        read.GetAwaiter().UnsafeOnCompleted(() =>
        {
            read.GetAwaiter().GetResult();
            throw new InvalidOperationException("a callback's own problem");
        });
#pragma warning restore CA2012
        server.Write("abc"u8);
        await Loop.WithTimeout(Until(() => reported is not null), Patience.Long);
        Check.Contains("own problem", reported!.Message);
        server.Write("def"u8);
        Check.Equal(3, await client.ReadAsync(new byte[10]));
        client.Close();
        server.Close();
    });

    [Case]
    public void ReaderThatClosesAborts_OrReadsOn_WithinItsOwnTurn() => Run(async () =>
    {
        for (int i = 0; i < 3; i++)
        {
            (Connection client, Connection server) = await Pair();
            LoopTask reading = Read(client, i);
            server.Write("abc"u8);
            await reading;
            Check.Equal(i == 2 ? ConnectionState.Open : ConnectionState.Closed, client.State);
            if (i == 2)
            {
                client.Close();
            }

            await server.WaitClosedByPeer();
            server.Close();
        }

        static async LoopTask Read(Connection connection, int how)
        {
            await connection.ReadAsync(new byte[1]);
            switch (how)
            {
                case 0:
                    connection.Close();
                    Check.Equal(0, await connection.ReadAsync(new byte[1]));
                    break;
                case 1:
                    connection.Abort();
                    break;
                default:
                    Check.Equal(2, await connection.ReadAsync(new byte[3]));
                    break;
            }
        }
    });

    [Case]
    public void ProtocolThatClosesOrAborts_WithinAnyOfItsCalls_IsToldOnceThatItIsLost()
    {
        foreach (string when in new[] { "made", "data", "end", "pause" })
        {
            foreach (bool aborts in new[] { false, true })
            {
                var story = new List<string>();
                Run(async () =>
                {
                    var protocol = new Leaving(when, aborts, story);
                    Server server = Loop.ListenTcp(Anywhere, () => protocol);
                    using var plain = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    plain.Connect(server.IPEndPoint); // by the kernel, before the other end can leave
                    Connection client = Loop.FromSocket(plain);
                    client.Write("x"u8);
                    client.CompleteWriting();
                    await client.WaitClosedByPeer();
                    client.Close();
                    await Loop.WithTimeout(Until(() => story.Contains("lost")), Patience.Long);
                    server.Dispose();
                });
                Check.Equal(1, story.Count(static what => what == "lost"), $"{when}: {string.Join(' ', story)}");
                Check.Equal("lost", story[^1]);
                Check.Equal(when, story[^2], "nothing comes after that");
                Check.Equal(0, Loop.Counters.Sources);
            }
        }
    }

    [Case]
    public void UrgentByte_HidesNothingOfWhatFollowsIt() => Run(async () =>
    {
        foreach (bool byProtocol in new[] { true, false })
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(Anywhere);
            listener.Listen();
            using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            sender.Connect(listener.LocalEndPoint!);
            var protocol = new NetProtocol();
            using Connection connection = Loop.FromSocket(listener.Accept(), byProtocol ? protocol : null);
            byte[] received = new byte[100];
            ValueTask<int> first = byProtocol ? default : connection.ReadAsync(received);
            sender.Send("ab"u8);
            sender.Send("!"u8, SocketFlags.OutOfBand);
            sender.Send("cd"u8); // all of it is there when the loop hears of it, and a read stops before the urgent byte
            if (byProtocol)
            {
                await Loop.WithTimeout(Until(() => protocol.Count == 4), Patience.Long);
                Check.Equal("abcd", protocol.Text.ToString());
                continue;
            }

            int count = await first;
            while (count < 4)
            {
                count += await connection.ReadAsync(received.AsMemory(count));
            }

            Check.Equal("abcd", Encoding.ASCII.GetString(received, 0, count));
        }
    });

    [Case]
    public void BytesThatDoNotFitIntoOneTurn_ComeWithoutNewsFromTheKernel()
    {
        Loop.Dispose();
        Loop = Loops.New(options => options with { MaxEventsPerDispatch = 1 });
        var protocol = new NetProtocol();
        Run(async () =>
        {
            (Connection client, Connection server) = await Pair(protocol);
            server.PauseReading();
            client.Write(new byte[190_000]);
            int sent = 190_000 - client.Unsent;
            Check.True(sent > 100_000, $"{sent} bytes are in the kernel");
            server.ResumeReading();
            await Loop.WithTimeout(Until(() => protocol.Count == 190_000), Patience.Long);
            client.Write("x"u8);
            client.Close();
            await server.WaitClosed();
        });
        Check.Equal(190_001, protocol.Count);
    }

    [Case]
    public void FrameLockedLoop_LosesNothingOfWhatCameBeforeItsFrame()
    {
        Loop.Dispose();
        Loop = Loops.New(options => options with { Pacing = Pacing.FrameLocked, FrameRate = 500 });
        Run(async () =>
        {
            (Server server, Connection client) = await Echo();
            using (server)
            {
                for (int i = 0; i < 5; i++)
                {
                    await client.WriteAsync("line\n"u8.ToArray());
                    Loop.Post(static () => { }); // wakes it before its frame
                    Check.Equal("line", await client.ReadLine());
                }

                client.Close();
            }
        });
    }

    // Goes away within one of its calls.
    private sealed class Leaving(string when, bool aborts, List<string> story) : ConnectionProtocol
    {
        public override void OnMade(Connection connection) => Note(connection, "made");

        public override void OnData(Connection connection, ReadOnlySpan<byte> data)
        {
            Note(connection, "data");
            if (when == "pause")
            {
                connection.SetWriteMarks(0);
                connection.Write(new byte[20_000_000]);
            }
        }

        public override void OnEnd(Connection connection) => Note(connection, "end");

        public override void OnPauseWriting(Connection connection) => Note(connection, "pause");

        public override void OnResumeWriting(Connection connection)
        {
        }

        public override void OnLost(Connection connection, Exception? reason) => story.Add("lost");

        private void Note(Connection connection, string what)
        {
            story.Add(what);
            if (what != when)
            {
                return;
            }

            if (aborts)
            {
                connection.Abort();
            }
            else
            {
                connection.Close();
            }
        }
    }
}
