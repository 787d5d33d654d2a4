using System.Net;
using System.Net.Sockets;
using System.Text;
using Mainspring.Net;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>Unix sockets, names, pipes, files, and the calls of the system themselves.</summary>
public sealed class NetOtherCases : NetSuite
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mainspring-net").FullName;

    [Case]
    public void UnixSocket_EchoesAndRemovesItsFile() => Run(async () =>
    {
        string path = Path.Combine(_folder, "echo.sock");
        Server server = Loop.ListenUnix(path, EchoAll, new ListenOptions { FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        if (OperatingSystem.IsLinux())
        {
            Check.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        await using (Connection client = await Loop.ConnectUnix(path))
        {
            await client.WriteAsync("x\n"u8.ToArray());
            Check.Equal("x", await client.ReadLine());
            Check.Equal($"unix:{path}", client.Name);
        }

        NetworkException inUse = Check.Throws<NetworkException>(() => Loop.ListenUnix(path, EchoAll));
        Check.Equal(SocketError.AddressAlreadyInUse, inUse.SocketError);
        server.Dispose();
        Check.False(File.Exists(path));
    });

    [Case]
    public void UnixSocket_ReplacesTheFileOfAKilledServer_ButNoOther() => Run(async () =>
    {
        string path = Path.Combine(_folder, "stale.sock");
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            killed.Bind(new UnixDomainSocketEndPoint(path));
            File.Move(path, path + "2"); // so that its disposal leaves the file
        }

        File.Move(path + "2", path);
        using (Server server = Loop.ListenUnix(path, EchoAll))
        {
            await using Connection client = await Loop.ConnectUnix(path);
            await client.WriteAsync("x\n"u8.ToArray());
            Check.Equal("x", await client.ReadLine());
        }

        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        Check.Throws<NetworkException>(() => Loop.ListenUnix(file, EchoAll));
        Check.True(File.Exists(file));
    });

    [Case]
    public void UnixSocketFile_OfAnotherServer_IsNotRemoved_NorOneThatIsToStay() => Run(async () =>
    {
        await Loop.Yield();
        string path = Path.Combine(_folder, "replaced.sock");
        Server first = Loop.ListenUnix(path, EchoAll);
        File.Delete(path);
        using (Server second = Loop.ListenUnix(path, EchoAll))
        {
            first.Dispose();
            Check.True(File.Exists(path), "it is the other's");
            await using Connection client = await Loop.ConnectUnix(path);
            await client.WriteAsync("x\n"u8.ToArray());
            Check.Equal("x", await client.ReadLine());
        }

        Check.False(File.Exists(path));
        Loop.ListenUnix(path, EchoAll, new ListenOptions { RemoveFile = false }).Dispose();
        Check.True(File.Exists(path));
        Loop.ListenUnix(path, EchoAll).Dispose(); // nobody listens there: it is replaced
        Check.False(File.Exists(path));
    });

    [Case]
    public void AbstractUnixSocket_Echoes() => Run(async () =>
    {
        string name = $"@mainspring-{Environment.ProcessId}-{Guid.NewGuid():N}";
        using Server server = Loop.ListenUnix(name, EchoAll);
        await using Connection client = await Loop.ConnectUnix(name);
        await client.WriteAsync("x\n"u8.ToArray());
        Check.Equal("x", await client.ReadLine());
    });

    [Case]
    public void UnixSocketThatIsNotThere_SaysSo() => Loop.Run(async () =>
    {
        try
        {
            await Loop.ConnectUnix(Path.Combine(_folder, "nobody.sock"));
        }
        catch (NetworkException exception)
        {
            Check.Contains("nobody.sock", exception.Message);
            Check.Contains("is the service running", exception.Message);
            return;
        }

        throw new CheckException("it has connected");
    });

    [Case]
    public void Resolve_FindsLocalhost_AndNamesIt() => Run(async () =>
    {
        IReadOnlyList<IPEndPoint> addresses = await Loop.Resolve("localhost", 80);
        Check.True(addresses.Any(static address => IPAddress.IsLoopback(address.Address) && address.Port == 80));
        Check.Equal("192.0.2.1:7", (await Loop.Resolve("192.0.2.1", 7))[0].ToString());
        HostName name = await Loop.ResolveName(new IPEndPoint(IPAddress.Loopback, 1));
        Check.True(name.Host.Length > 0 && name.Service.Length > 0);
    });

    [Case]
    public void LookUps_LeaveTheLoopsThread() => Run(async () =>
    {
        LoopTask<IReadOnlyList<IPEndPoint>> addresses = Loop.Resolve("localhost", 80);
        LoopTask<HostName> name = Loop.ResolveName(new IPEndPoint(IPAddress.Loopback, 80));
        bool[] early = [addresses.IsCompleted, name.IsCompleted];
        bool hasRun = false;
        Loop.CallSoon(() => hasRun = true);
        Check.True((await addresses).Count > 0);
        Check.True(hasRun, "the loop went on meanwhile");
        Check.True((await name).Host.Length > 0);
        Check.Sequence([false, false], early);
    });

    [Case]
    public void Resolve_OfNoHost_SaysWhichName() => Loop.Run(async () =>
    {
        try
        {
            await Loop.Resolve("no-such-host.invalid");
        }
        catch (NetworkException exception)
        {
            Check.Contains("no-such-host.invalid", exception.Message);
            return;
        }

        throw new CheckException("it was found");
    });

    [Case]
    public void Addresses_AreTriedByTurns()
    {
        IPEndPoint[] six = [.. "1 2 3".Split(' ').Select(static n => new IPEndPoint(IPAddress.Parse($"2001:db8::{n}"), 1))];
        IPEndPoint[] four = [.. "1 2".Split(' ').Select(static n => new IPEndPoint(IPAddress.Parse($"192.0.2.{n}"), 1))];
        Check.Sequence<EndPoint>([six[0], four[0], six[1], four[1], six[2]], HappyEyeballs.InTurns([.. six, .. four]));
        Check.Sequence<EndPoint>([four[0], six[0], four[1], six[1], six[2]], HappyEyeballs.InTurns([.. four, .. six]));
    }

    [Case]
    public void AddressThatIsSilent_IsOvertakenByTheNext_AndGivenUp() => Run(async () =>
    {
        // A listener whose backlog is full answers nobody: the kernel drops what comes.
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(Anywhere);
        silent.Listen(0);
        var fillers = new List<Socket>();
        for (int i = 0; i < 4; i++)
        {
            fillers.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
            try
            {
                fillers[i].Connect(silent.LocalEndPoint!);
            }
            catch (SocketException)
            {
                // on its way
            }
        }

        using Server server = Loop.ListenTcp(Anywhere, EchoAll);
        var options = new ConnectOptions { AttemptDelay = TimeSpan.FromMilliseconds(20) };
        var eyeballs = new HappyEyeballs(Loop, "both", [(IPEndPoint)silent.LocalEndPoint!, server.IPEndPoint], options);
        using (SafeSocketHandle socket = await eyeballs.Connect(default))
        {
            using var connected = new Socket(socket);
            Check.Equal(server.IPEndPoint, (IPEndPoint)connected.RemoteEndPoint!);
        }

        int sources = Loop.Counters.Sources;
        Check.True(sources <= 2, "the other attempt was given up: the server and its connection are left");
        string? message = null;
        try
        {
            await Loop.ConnectTcp((IPEndPoint)silent.LocalEndPoint!, new ConnectOptions { Timeout = TimeSpan.FromMilliseconds(20) });
        }
        catch (TimeoutException exception)
        {
            message = exception.Message;
        }

        Check.Contains("no answer in 0.02 s", message);
        fillers.ForEach(static socket => socket.Dispose());
    });

    [Case]
    public void Pipe_CarriesBytes_AndItsEnd() => Run(async () =>
    {
        (Connection read, Connection write) = Loop.OpenPipe();
        write.Write("one\ntwo"u8);
        write.Close();
        Check.Equal("one", await read.ReadLine());
        Check.Equal("two", await read.ReadLine());
        Check.True(await read.ReadLine() is null);
        read.Close();
        Check.Equal(0, Loop.Counters.Sources);
    });

    [Case]
    public void Pipe_PressesBack_AndTellsThatItsReaderIsGone() => Run(async () =>
    {
        (Connection read, Connection write) = Loop.OpenPipe();
        write.Write(new byte[300_000]);
        Check.True(write.Unsent > 0);
        ValueTask drain = write.Drain();
        Check.False(drain.IsCompleted);
        byte[] all = new byte[300_000];
        await read.ReadExactly(all);
        await drain;
        read.Close();
        await write.WaitClosed();
        Check.Equal(ConnectionState.Closed, write.State);
    });

    [Case]
    public void BlockingPipe_StaysBlocking_AndDoesNotBlockTheLoop() => Run(async () =>
    {
        (SafeFileHandle readEnd, SafeFileHandle writeEnd) = NetPipes.Blocking();
        Connection read = Loop.OpenReadPipe(readEnd);
        Connection write = Loop.OpenWritePipe(writeEnd);
        write.Write(new byte[200_000]);
        Check.True(write.Unsent > 0, "the pipe is full, and nobody was blocked");
        await read.ReadExactly(new byte[200_000]);
        Check.False(NetPipes.IsNonBlocking(readEnd) || NetPipes.IsNonBlocking(writeEnd), "others may share them");
        write.Close();
        Check.True(await read.ReadLine() is null);
        read.Close();
    });

    [Case]
    public void TerminalThatNobodyReads_DoesNotBlockTheLoop() => Run(async () =>
    {
        (SafeFileHandle master, SafeFileHandle slave) = NetPipes.Terminal();
        using SafeFileHandle shared = slave;
        Connection write = Loop.OpenWritePipe(new SafeFileHandle(slave.DangerousGetHandle(), ownsHandle: false));
        write.Write(new byte[200_000]);
        Check.True(write.Unsent > 0, "the terminal is full, and nobody was blocked");
        Connection read = Loop.OpenReadPipe(master);
        await read.ReadExactly(new byte[200_000]);
        Check.Equal(0, write.Unsent);
        Check.False(NetPipes.IsNonBlocking(slave), "others share it");
        write.Close();
        read.Close();
    });

    [Case]
    public void TerminalWhoseProgramIsGone_IsTheEnd_ForReaderAndWriter() => Run(async () =>
    {
        (SafeFileHandle master, SafeFileHandle slave) = NetPipes.Terminal();
        Connection read = Loop.OpenReadPipe(new SafeFileHandle(slave.DangerousGetHandle(), ownsHandle: false));
        Connection write = Loop.OpenWritePipe(slave);
        master.Dispose();
        write.Write("x"u8); // EIO
        await Loop.WithTimeout(WaitClosed(write), Patience.Long);
        Check.Contains("takes nothing any more", Check.Throws<NetworkException>(() => write.Write("y"u8)).Message);
        Check.Equal(0, await read.ReadAsync(new byte[10]));
        read.Close();

        static async LoopTask WaitClosed(Connection connection) => await connection.WaitClosed();
    });

    [Case]
    public void LoopSocketThatNeverWaits_LeavesOthersTheirTurn() => Run(async () =>
    {
        (Connection client, LoopSocket server) = await Plain();
        client.Write(new byte[20_000]);
        int ticks = 0;
        TimerHandle others = Loop.CallEvery(TimeSpan.FromTicks(1), () => ticks++);
        byte[] one = new byte[1];
        for (int i = 0; i < 20_000; i++)
        {
            await server.Receive(one);
        }

        others.Cancel();
        Check.True(ticks > 10, $"{ticks} ticks in 20,000 reads");
        client.Close();
        server.Dispose();
    });

    [Case]
    public void RegularFile_IsNoPipe()
    {
        string path = Path.Combine(_folder, "regular");
        File.WriteAllText(path, "text");
        using SafeFileHandle file = File.OpenHandle(path);
        Check.Contains("regular file", Check.Throws<IOException>(() => Loop.OpenReadPipe(file)).Message);
        Check.Equal(0, Loop.Counters.Sources);
    }

    [Case]
    public void SendFile_SendsAPart_AfterWhatWasWritten() => Run(async () =>
    {
        string path = Path.Combine(_folder, "large");
        byte[] content = new byte[3_000_000];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(path, content);
        using SafeFileHandle file = File.OpenHandle(path);
        (Connection client, Connection server) = await Pair();
        server.Write("head"u8);
        LoopTask<long> send = server.SendFile(file, 1000);
        byte[] received = new byte[4 + content.Length - 1000];
        await client.ReadExactly(received);
        Check.Equal(content.Length - 1000L, await send);
        Check.Equal("head", Encoding.ASCII.GetString(received, 0, 4));
        Check.True(content.AsSpan(1000).SequenceEqual(received.AsSpan(4)));
        Check.Equal(10L, await server.SendFile(file, 0, 10));
        client.Abort();
        server.Abort();
        (Connection read, Connection write) = Loop.OpenPipe(); // not by the system: read and written
        LoopTask<long> copy = write.SendFile(file, 0, 100_000);
        await read.ReadExactly(new byte[100_000]);
        Check.Equal(100_000L, await copy);
        read.Close();
        write.Close();
    });

    [Case]
    public void LoopSocket_ConnectsAcceptsSendsAndReceives() => Run(async () =>
    {
        using var listener = new LoopSocket(Loop, new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Socket.Bind(Anywhere);
        listener.Socket.Listen();
        LoopTask<Socket> accept = listener.Accept();
        using var client = new LoopSocket(Loop, new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await client.Connect(listener.Socket.LocalEndPoint!);
        using var server = new LoopSocket(Loop, await accept);
        byte[] large = new byte[10_000_000];
        LoopTask send = server.SendAll(large);
        int total = 0;
        byte[] buffer = new byte[100_000];
        while (total < large.Length)
        {
            total += await client.Receive(buffer);
        }

        await send;
        Check.Equal(large.Length, total);
        server.Dispose();
        Check.Equal(0, await client.Receive(buffer));
    });

    [Case]
    public void LoopSocket_SendsAndReceivesDatagrams() => Run(async () =>
    {
        using LoopSocket one = Datagrams();
        using LoopSocket other = Datagrams();
        byte[] buffer = new byte[10];
        LoopTask<DatagramResult> receive = other.ReceiveFrom(buffer);
        await one.SendTo("ping"u8.ToArray(), new DatagramAddress((IPEndPoint)other.Socket.LocalEndPoint!));
        DatagramResult result = await receive;
        Check.Equal("ping", Encoding.ASCII.GetString(buffer, 0, result.Count));
        await other.SendTo(default, result.From);
        Check.Equal(0, (await one.ReceiveFrom(default)).Count);

        LoopSocket Datagrams()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(Anywhere);
            return new LoopSocket(Loop, socket);
        }
    });

    [Case]
    public void LoopSocket_SendsFiles_AndCopiesWhereTheSystemCannot() => Run(async () =>
    {
        string path = Path.Combine(_folder, "content");
        byte[] content = new byte[3_000_000];
        new Random(2).NextBytes(content);
        File.WriteAllBytes(path, content);
        using SafeFileHandle file = File.OpenHandle(path);
        (Connection client, LoopSocket server) = await Plain();
        LoopTask<long> send = server.SendFile(file, 5);
        byte[] received = new byte[content.Length - 5];
        await client.ReadExactly(received);
        Check.Equal(received.Length, await send);
        Check.True(content.AsSpan(5).SequenceEqual(received));
        Check.Equal(0L, await server.SendFile(file, content.Length, 100));
        using SafeFileHandle copied = File.OpenHandle("/proc/self/cmdline"); // sendfile(2) refuses some of these; all come whole
        byte[] line = File.ReadAllBytes("/proc/self/cmdline");
        Check.Equal(line.Length, await server.SendFile(copied));
        byte[] same = new byte[line.Length];
        await client.ReadExactly(same);
        Check.True(line.AsSpan().SequenceEqual(same));
        client.Close();
        server.Dispose();
    });

    [Case]
    public void FilePart_ThatIsCopied_IsTheSame() => Run(async () =>
    {
        string path = Path.Combine(_folder, "copied");
        byte[] content = new byte[200_000];
        new Random(3).NextBytes(content);
        File.WriteAllBytes(path, content);
        using SafeFileHandle file = File.OpenHandle(path);
        var copy = new List<byte>();
        long sent = await new FilePart(file, 10, 150_000).Copy(Loop, Take);
        Check.Equal(150_000L, sent);
        Check.True(content.AsSpan(10, 150_000).SequenceEqual(copy.ToArray()));
        Check.Equal(100L, await new FilePart(file, 199_900, 1000).Copy(Loop, Take));

        async LoopTask Take(ReadOnlyMemory<byte> bytes)
        {
            await Loop.Yield();
            copy.AddRange(bytes.Span);
        }
    });

    private async LoopTask<(Connection Client, LoopSocket Server)> Plain()
    {
        using var listener = new LoopSocket(Loop, new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Socket.Bind(Anywhere);
        listener.Socket.Listen();
        Connection client = await Loop.ConnectTcp((IPEndPoint)listener.Socket.LocalEndPoint!);
        return (client, new LoopSocket(Loop, await listener.Accept()));
    }
}
