using System.Net;
using Mainspring.Net;

namespace Mainspring.Contracts;

/// <summary>What the cases of the network share: a loop, real sockets on loopback, and methods that run on the loop to their end.</summary>
public abstract class NetSuite : IDisposable
{
    private protected static readonly IPEndPoint Anywhere = new(IPAddress.Loopback, 0);

    private protected NetSuite()
    {
        Sys.NeedsLinux();
        Loop = Loops.New();
        Loop.UnhandledException += context => (Errors ??= []).Add(context.Exception);
    }

    private protected MainLoop Loop { get; set; }

    /// <summary>What nobody caught.</summary>
    private protected List<Exception>? Errors { get; private set; }

    /// <summary>Stops at the end and checks that nothing was unhandled.</summary>
    private protected void Run(Func<LoopTask> method)
    {
        Loop.Run(method);
        Check.True(Errors is null, Errors is null ? null : string.Join(Environment.NewLine, Errors));
    }

    /// <summary>A server that gives back what it gets, and a connection to it.</summary>
    private protected async LoopTask<(Server Server, Connection Client)> Echo()
    {
        Server server = Loop.ListenTcp(Anywhere, EchoAll);
        return (server, await Loop.ConnectTcp(server.IPEndPoint));
    }

    /// <summary>The two ends of one connection.</summary>
    private protected async LoopTask<(Connection Client, Connection Server)> Pair(ConnectionProtocol? protocol = null, ListenOptions? options = null, ConnectOptions? connect = null)
    {
        var accepted = new TaskCompletionSource<Connection>();
        Server server = protocol is null
            ? Loop.ListenTcp(Anywhere, Take, options)
            : Loop.ListenTcp(Anywhere, () => new Announcing(protocol, accepted), options);
        Connection client = await Loop.ConnectTcp(server.IPEndPoint, connect);
        Connection other = await accepted.Task;
        server.Close(); // the connections go on
        return (client, other);

        async LoopTask Take(Connection connection)
        {
            accepted.SetResult(connection);
            await connection.WaitClosed();
        }
    }

    /// <summary>Waits until something has come true.</summary>
    private protected async LoopTask Until(Func<bool> condition)
    {
        while (!condition())
        {
            await Loop.Delay(TimeSpan.FromMilliseconds(1));
        }
    }

    /// <summary>Waits until a server has no connections.</summary>
    private protected async LoopTask Empty(Server server)
    {
        while (server.Connections.Count > 0)
        {
            await Loop.Yield();
        }
    }

    /// <summary>The exception of a method that has to fail.</summary>
    private protected static async LoopTask<TException> Fails<TException>(Func<Task> action)
        where TException : Exception
    {
        try
        {
            await action();
        }
        catch (TException exception)
        {
            return exception;
        }

        throw new CheckException($"expected {typeof(TException).Name}, but nothing was thrown");
    }

    private protected static async LoopTask EchoAll(Connection connection)
    {
        byte[] buffer = new byte[4096];
        for (int count; (count = await connection.ReadAsync(buffer)) > 0;)
        {
            await connection.WriteAsync(buffer.AsMemory(0, count));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Loop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back what it gets.</summary>
    private protected sealed class Returning : ConnectionProtocol
    {
        public override void OnData(Connection connection, ReadOnlySpan<byte> data) => connection.Write(data);
    }

    // Tells of its connection, and hands everything on.
    private sealed class Announcing(ConnectionProtocol inner, TaskCompletionSource<Connection> made) : ConnectionProtocol
    {
        public override void OnMade(Connection connection)
        {
            connection.Protocol = inner;
            inner.OnMade(connection);
            made.SetResult(connection);
        }

        public override void OnData(Connection connection, ReadOnlySpan<byte> data) => inner.OnData(connection, data);
    }
}
