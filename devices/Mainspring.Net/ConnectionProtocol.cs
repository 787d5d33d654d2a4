namespace Mainspring.Net;

/// <summary>
/// What a connection tells whoever works with calls instead of <c>await</c>. All calls come on the loop's thread, none within a call of the connection but
/// <see cref="OnPauseWriting"/>. An exception of one of them closes the connection and is reported under its name.
/// </summary>
public abstract class ConnectionProtocol
{
    /// <summary>The connection is made; with TLS, after the handshake.</summary>
    /// <param name="connection">The connection.</param>
    public virtual void OnMade(Connection connection)
    {
    }

    /// <summary>Bytes have come, in pieces as the network makes them.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="data">The bytes, valid during the call.</param>
    public abstract void OnData(Connection connection, ReadOnlySpan<byte> data);

    /// <summary>The other end sends no more. Closes the connection when all is sent, unless it is overridden: then it stays half-open until <see cref="Connection.Close"/>.</summary>
    /// <param name="connection">The connection.</param>
    public virtual void OnEnd(Connection connection) => connection.Close();

    /// <summary>The connection is closed: the last call, once.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="reason">Why; null after <see cref="Connection.Close"/>.</param>
    public virtual void OnLost(Connection connection, Exception? reason)
    {
    }

    /// <summary>More than <see cref="Connection.HighWaterMark"/> waits to be sent. Stops reading, unless it is overridden, so that who asks without reading the answers fills nobody's memory.</summary>
    /// <param name="connection">The connection.</param>
    public virtual void OnPauseWriting(Connection connection) => connection.PauseReading();

    /// <summary>No more than <see cref="Connection.LowWaterMark"/> waits to be sent. Reads again, unless it is overridden.</summary>
    /// <param name="connection">The connection.</param>
    public virtual void OnResumeWriting(Connection connection) => connection.ResumeReading();
}
