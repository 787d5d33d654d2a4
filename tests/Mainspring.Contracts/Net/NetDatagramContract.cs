using System.Net;
using System.Net.Sockets;
using System.Text;
using Mainspring.Net;

namespace Mainspring.Contracts;

/// <summary>UDP.</summary>
public sealed class NetDatagramContract : NetSuite
{
    [Case]
    public void Datagrams_GoBothWays_WithTheirAddresses() => Run(async () =>
    {
        using DatagramEndpoint server = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = Anywhere });
        server.Source.On((in Datagram datagram, in EventInfo _) => server.SendTo(datagram.Bytes, datagram.From));
        using DatagramEndpoint client = Loop.OpenUdp(new DatagramOptions { RemoteEndPoint = server.LocalEndPoint });
        Check.True(client.Send("ping"u8));
        byte[] buffer = new byte[100];
        DatagramResult result = await client.ReceiveAsync(buffer);
        Check.Equal("ping", Encoding.ASCII.GetString(buffer, 0, result.Count));
        Check.Equal(server.LocalEndPoint, result.From.ToEndPoint()!);
        Check.Equal(new DatagramAddress(server.LocalEndPoint), result.From);
        Check.Equal($"{server.LocalEndPoint}", $"{result.From}");
        client.Send(default);
        Check.Equal(0, (await client.ReceiveAsync(buffer)).Count, "an empty datagram is one");
    });

    [Case]
    public void Ipv6_KeepsItsAddress() => Run(async () =>
    {
        if (!Socket.OSSupportsIPv6)
        {
            throw new SkipException("needs IPv6");
        }

        using DatagramEndpoint one = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = new IPEndPoint(IPAddress.IPv6Loopback, 0) });
        using DatagramEndpoint other = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = new IPEndPoint(IPAddress.IPv6Loopback, 0) });
        other.SendTo("x"u8, new DatagramAddress(one.LocalEndPoint));
        Check.Equal(other.LocalEndPoint, (await one.ReceiveAsync(new byte[10])).From.ToEndPoint()!);
    });

    [Case]
    public void Refusal_IsAnEvent_AndTheEndpointGoesOn() => Run(async () =>
    {
        IPEndPoint nobody;
        using (var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            probe.Bind(Anywhere);
            nobody = (IPEndPoint)probe.LocalEndPoint!;
        }

        using DatagramEndpoint client = Loop.OpenUdp(new DatagramOptions { RemoteEndPoint = nobody });
        LoopTask<DatagramFailed> failed = Loop.WaitFor<DatagramFailed>(client.Source);
        client.Send("x"u8);
        Check.Equal(SocketError.ConnectionRefused, (await failed).Error);
        Check.Equal(SourceState.Attached, client.Source.State);
        using DatagramEndpoint server = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = nobody });
        client.Send("y"u8);
        Check.Equal(1, (await server.ReceiveAsync(new byte[10])).Count);
    });

    [Case]
    public void DatagramAfterARefusal_IsSentAllTheSame() => Run(async () =>
    {
        IPEndPoint nobody;
        using (var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            probe.Bind(Anywhere);
            nobody = (IPEndPoint)probe.LocalEndPoint!;
        }

        using DatagramEndpoint client = Loop.OpenUdp(new DatagramOptions { RemoteEndPoint = nobody });
        var told = new List<SocketError>();
        client.Source.On((in DatagramFailed failed, in EventInfo _) => told.Add(failed.Error));
        client.Send("lost"u8); // the kernel keeps its refusal for the next call
        using DatagramEndpoint server = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = nobody });
        Check.True(client.Send("heard"u8));
        byte[] buffer = new byte[10];
        Check.Equal("heard", Encoding.ASCII.GetString(buffer, 0, (await server.ReceiveAsync(buffer)).Count));
        Check.Sequence([SocketError.ConnectionRefused], told);

        // The same when it waits in the queue.
        var answers = new Queue<SocketError>([SocketError.WouldBlock, SocketError.ConnectionRefused, SocketError.Success, SocketError.HostUnreachable]);
        client.Refusing = () => answers.TryDequeue(out SocketError answer) ? answer : SocketError.Success;
        client.Send("one"u8);
        client.Send("two"u8);
        Check.Equal(6, client.Unsent);
        Check.Equal("one", Encoding.ASCII.GetString(buffer, 0, (await server.ReceiveAsync(buffer)).Count));
        Check.Equal("two", Encoding.ASCII.GetString(buffer, 0, (await server.ReceiveAsync(buffer)).Count));
        Check.Sequence([SocketError.ConnectionRefused, SocketError.ConnectionRefused, SocketError.HostUnreachable], told);
        Check.Equal(0, client.Unsent);
    });

    [Case]
    public void HandlerThatClosesTheEndpoint_WhileItSends_IsRespected() => Run(async () =>
    {
        using DatagramEndpoint server = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = Anywhere });
        DatagramEndpoint client = Loop.OpenUdp(new DatagramOptions { RemoteEndPoint = server.LocalEndPoint });
        var answers = new Queue<SocketError>([SocketError.WouldBlock, SocketError.ConnectionRefused]);
        client.Refusing = () => answers.TryDequeue(out SocketError answer) ? answer : SocketError.Success;
        client.Source.On((in DatagramFailed _, in EventInfo _) => client.Dispose());
        client.Send("one"u8);
        client.Send("two"u8);
        Check.Equal(3, (await server.ReceiveAsync(new byte[10])).Count);
        Check.Equal(1, Loop.Counters.Sources);
        Check.Throws<ObjectDisposedException>(() => client.Send("three"u8));
    });

    [Case]
    public void EmptyDatagrams_AreBoundedToo()
    {
        using DatagramEndpoint client = Loop.OpenUdp(new DatagramOptions { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 9) });
        client.Refusing = static () => SocketError.WouldBlock;
        int taken = 0;
        while (taken < 100_000 && client.Send(default))
        {
            taken++;
        }

        Check.True(taken < 100_000, "bounded");
        Check.Equal(1L, client.Source.Counters.Lost);
    }

    [Case]
    public void HandlerThatBeginsToPull_GetsTheNextDatagram() => Run(async () =>
    {
        using DatagramEndpoint server = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = Anywhere });
        using DatagramEndpoint client = Loop.OpenUdp(new DatagramOptions { RemoteEndPoint = server.LocalEndPoint });
        byte[] buffer = new byte[10];
        Task<DatagramResult>? next = null;
        server.Source.On((in Datagram _, in EventInfo _) => next ??= server.ReceiveAsync(buffer).AsTask());
        client.Send("first"u8);
        await Loop.WithTimeout(Until(() => next is not null), Patience.Long);
        client.Send("second"u8);
        Check.Equal("second", Encoding.ASCII.GetString(buffer, 0, (await next!).Count));
    });

    [Case]
    public void ReceiverThatNeverWaits_LeavesOthersTheirTurn() => Run(async () =>
    {
        using DatagramEndpoint server = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = Anywhere });
        using DatagramEndpoint client = Loop.OpenUdp(new DatagramOptions { RemoteEndPoint = server.LocalEndPoint });
        int ticks = 0;
        TimerHandle others = Loop.CallEvery(TimeSpan.FromTicks(1), () => ticks++);
        byte[] buffer = new byte[10];
        for (int i = 0; i < 5_000; i++)
        {
            client.Send("x"u8);
            await server.ReceiveAsync(buffer);
        }

        others.Cancel();
        Check.True(ticks > 20, $"{ticks} ticks in 5,000 datagrams");
    });

    [Case]
    public void OtherThread_IsRefused() => Run(async () =>
    {
        using DatagramEndpoint endpoint = Loop.OpenUdp(new DatagramOptions { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 9) });
        await Loop.RunInExecutor(() => Check.Contains("another thread", Check.Throws<InvalidOperationException>(() => endpoint.Send("x"u8)).Message));
    });

    [Case]
    public void Multicast_ReachesTheGroup() => Run(async () =>
    {
        IPAddress group = IPAddress.Parse("239.1.2.3");
        DatagramEndpoint listener;
        using DatagramEndpoint sender = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = new IPEndPoint(IPAddress.Any, 0), MulticastHops = 0 });
        using DatagramEndpoint silent = Loop.OpenUdp(new DatagramOptions { MulticastHops = 0, MulticastLoopback = false });
        try
        {
            listener = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = new IPEndPoint(IPAddress.Any, 0), Groups = [group], ReuseAddress = true });
            silent.SendTo("unheard"u8, new DatagramAddress(new IPEndPoint(group, listener.LocalEndPoint.Port)));
            sender.SendTo("all"u8, new DatagramAddress(new IPEndPoint(group, listener.LocalEndPoint.Port)));
        }
        catch (NetworkException exception)
        {
            throw new SkipException($"needs a network for multicasts: {exception.Message}");
        }

        using (listener)
        {
            Check.Equal(3, (await listener.ReceiveAsync(new byte[10])).Count);
        }
    });

    [Case]
    public void Multicast_GoesByItsInterface_UntilTheGroupIsLeft() => Run(async () =>
    {
        IPAddress group = IPAddress.Parse("239.1.2.4");
        using DatagramEndpoint listener = Loop.OpenUdp(
            new DatagramOptions { LocalEndPoint = new IPEndPoint(IPAddress.Any, 0), Groups = [group], MulticastInterface = IPAddress.Loopback });
        var to = new DatagramAddress(new IPEndPoint(group, listener.LocalEndPoint.Port));
        using DatagramEndpoint heard = Loop.OpenUdp(new DatagramOptions { MulticastInterface = IPAddress.Loopback });
        heard.SendTo("heard"u8, to);
        byte[] buffer = new byte[10];
        Check.Equal("heard", Encoding.ASCII.GetString(buffer, 0, (await listener.ReceiveAsync(buffer)).Count));
        listener.Leave(group);
        heard.SendTo("left"u8, to);
        heard.SendTo("alone"u8, new DatagramAddress(new IPEndPoint(IPAddress.Loopback, listener.LocalEndPoint.Port)));
        Check.Equal("alone", Encoding.ASCII.GetString(buffer, 0, (await listener.ReceiveAsync(buffer)).Count));
    });

    [Case]
    public void Broadcast_NeedsItsOption() => Run(async () =>
    {
        using DatagramEndpoint listener = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = new IPEndPoint(IPAddress.Any, 0) });
        var everybody = new DatagramAddress(new IPEndPoint(IPAddress.Parse("127.255.255.255"), listener.LocalEndPoint.Port));
        using DatagramEndpoint shy = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = Anywhere });
        NetworkException error = Check.Throws<NetworkException>(() => shy.SendTo("x"u8, everybody));
        Check.Equal(SocketError.AccessDenied, error.SocketError);
        Check.Contains("Broadcast option", error.Message);
        using DatagramEndpoint loud = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = Anywhere, Broadcast = true });
        loud.SendTo("all"u8, everybody);
        Check.Equal(3, (await listener.ReceiveAsync(new byte[10])).Count);
    });

    [Case]
    public void BoundSocket_HandedIn_IsAnEndpoint() => Run(async () =>
    {
        var bound = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        bound.Bind(Anywhere);
        using DatagramEndpoint server = Loop.OpenUdp(bound);
        var connected = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        connected.Connect(server.LocalEndPoint);
        using DatagramEndpoint client = Loop.OpenUdp(connected);
        Check.Equal(server.LocalEndPoint, client.RemoteEndPoint!);
        Check.True(client.Send("x"u8));
        Check.Equal(client.LocalEndPoint, (await server.ReceiveAsync(new byte[10])).From.ToEndPoint()!);
        using var unbound = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Check.Throws<ArgumentException>(() => Loop.OpenUdp(unbound));
    });

    [Case]
    public void ReusePort_SharesAnAddress_AndOtherwiseItIsInUse()
    {
        using DatagramEndpoint one = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = Anywhere, ReusePort = true });
        using DatagramEndpoint other = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = one.LocalEndPoint, ReusePort = true });
        Check.Equal(one.LocalEndPoint, other.LocalEndPoint);
        NetworkException error = Check.Throws<NetworkException>(() => Loop.OpenUdp(new DatagramOptions { LocalEndPoint = one.LocalEndPoint }));
        Check.Equal(SocketError.AddressAlreadyInUse, error.SocketError);
    }

    [Case]
    public void AwaitedDatagrams_AllocateNothing_AndComeInOrder()
    {
        using DatagramEndpoint server = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = Anywhere });
        using DatagramEndpoint client = Loop.OpenUdp(new DatagramOptions { RemoteEndPoint = server.LocalEndPoint });
        byte[] bytes = new byte[100];
        byte[] buffer = new byte[100];
        int wanted = 0;
        int count = 0;
        Receive().Forget();
        Allocations.None(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                bytes[0] = (byte)wanted++;
                client.Send(bytes);
            }

            for (int i = 0; i < 1000 && count < wanted; i++)
            {
                Loop.Tick(Pump.Wait);
            }

            Check.Equal(wanted, count);
        });

        async LoopTask Receive()
        {
            try
            {
                while (true)
                {
                    DatagramResult result = await server.ReceiveAsync(buffer);
                    Check.Equal(100, result.Count);
                    Check.Equal((byte)count, buffer[0]);
                    count++;
                }
            }
            catch (ObjectDisposedException)
            {
                // the case is over
            }
        }
    }

    [Case]
    public void TooLong_IsRefused_WithTheReason()
    {
        using DatagramEndpoint endpoint = Loop.OpenUdp(new DatagramOptions { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 9) });
        NetworkException error = Check.Throws<NetworkException>(() => endpoint.Send(new byte[70_000]));
        Check.Equal(SocketError.MessageSize, error.SocketError);
        Check.Contains("send smaller ones", error.Message);
    }

    [Case]
    public void Datagrams_AllocateNothing()
    {
        using DatagramEndpoint server = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = Anywhere });
        server.Source.On((in Datagram datagram, in EventInfo _) => server.SendTo(datagram.Bytes, datagram.From));
        using DatagramEndpoint client = Loop.OpenUdp(new DatagramOptions { RemoteEndPoint = server.LocalEndPoint });
        int count = 0;
        client.Source.On((in Datagram _, in EventInfo _) => count++);
        byte[] bytes = new byte[100];
        int wanted = 0;
        Allocations.None(() =>
        {
            wanted++;
            client.Send(bytes);
            for (int i = 0; i < 1000 && count < wanted; i++)
            {
                Loop.Tick(Pump.Wait);
            }

            Check.Equal(wanted, count);
        });
    }

    [Case]
    public void Dispose_EndsAReceive() => Run(async () =>
    {
        DatagramEndpoint endpoint = Loop.OpenUdp(new DatagramOptions { LocalEndPoint = Anywhere });
        ValueTask<DatagramResult> receive = endpoint.ReceiveAsync(new byte[10]);
        endpoint.Dispose();
        bool isClosed = false;
        try
        {
            await receive;
        }
        catch (ObjectDisposedException)
        {
            isClosed = true;
        }

        Check.True(isClosed);
        Check.Equal(0, Loop.Counters.Sources);
    });
}
