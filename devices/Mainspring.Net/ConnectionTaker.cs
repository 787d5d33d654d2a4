namespace Mainspring.Net;

/// <summary>What a server does with its connections: a handler, with or without a token, or a maker of protocols.</summary>
internal readonly record struct ConnectionTaker(Func<ConnectionProtocol>? Protocols, Func<Connection, CancellationToken, LoopTask>? Handler, bool TakesToken)
{
    public static ConnectionTaker Of(Func<ConnectionProtocol> protocols)
    {
        ArgumentNullException.ThrowIfNull(protocols);
        return new ConnectionTaker(protocols, null, false);
    }

    public static ConnectionTaker Of(Func<Connection, LoopTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new ConnectionTaker(null, (connection, _) => handler(connection), false);
    }

    public static ConnectionTaker Of(Func<Connection, CancellationToken, LoopTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new ConnectionTaker(null, handler, true);
    }
}
