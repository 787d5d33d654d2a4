using System.Net;
using System.Net.Security;

namespace Mainspring.Net;

public abstract partial class Connection
{
    /// <summary>Makes TLS on this connection, as the client. Use only the result from then on; the <see cref="Protocol"/>, if there is one, goes over to it.</summary>
    /// <param name="options">How. Certificates are checked against the system's trust and <see cref="SslClientAuthenticationOptions.TargetHost"/>; unless a
    /// <see cref="SslClientAuthenticationOptions.CertificateChainPolicy"/> says otherwise nothing is fetched from the network meanwhile, which would block the loop.</param>
    /// <param name="cancellationToken">Gives up, and aborts the connection.</param>
    /// <returns>The secured connection. Awaited once.</returns>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The other end's certificate is refused; the message says why. The connection is aborted.</exception>
    /// <exception cref="NetworkException">The connection was lost.</exception>
    public LoopTask<Connection> StartTls(SslClientAuthenticationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckAccess();
        options = TlsDefaults.For(options, (RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "localhost");
        return WithProtocol(() => TlsConnection.Connect(this, options, null, cancellationToken));
    }

    /// <summary>Makes TLS on this connection, as the server. Use only the result from then on; the <see cref="Protocol"/>, if there is one, goes over to it.</summary>
    /// <param name="options">How, with the certificate. What a client's certificate is checked against, see <see cref="StartTls(SslClientAuthenticationOptions, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Gives up, and aborts the connection.</param>
    /// <returns>The secured connection. Awaited once.</returns>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The handshake has failed, or the client's certificate is refused; the message says why. The connection is aborted.</exception>
    /// <exception cref="NetworkException">The connection was lost.</exception>
    public LoopTask<Connection> StartTls(SslServerAuthenticationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckAccess();
        return WithProtocol(() => TlsConnection.Accept(this, options, null, cancellationToken));
    }

    // It hears nothing of the handshake, but of its failure.
    private async LoopTask<Connection> WithProtocol(Func<LoopTask<Connection>> secure)
    {
        ConnectionProtocol? protocol = Protocol;
        if (protocol is null)
        {
            return await secure();
        }

        Protocol = null;
        try
        {
            Connection secured = await secure();
            secured.Protocol = protocol;
            return secured;
        }
        catch (Exception exception)
        {
            Loop.SynchronizationContext.Post(_ => protocol.OnLost(this, exception), this);
            throw;
        }
    }
}
