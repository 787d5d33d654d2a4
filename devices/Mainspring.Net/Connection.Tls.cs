using System.Net;
using System.Net.Security;

namespace Mainspring.Net;

public abstract partial class Connection
{
    /// <summary>Makes TLS on this connection, as the client. Use only the result from then on.</summary>
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
        return TlsConnection.Connect(this, TlsDefaults.For(options, (RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "localhost"), null, cancellationToken);
    }

    /// <summary>Makes TLS on this connection, as the server. Use only the result from then on.</summary>
    /// <param name="options">How, with the certificate.</param>
    /// <param name="cancellationToken">Gives up, and aborts the connection.</param>
    /// <returns>The secured connection. Awaited once.</returns>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The handshake has failed. The connection is aborted.</exception>
    /// <exception cref="NetworkException">The connection was lost.</exception>
    public LoopTask<Connection> StartTls(SslServerAuthenticationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckAccess();
        return TlsConnection.Accept(this, options, null, cancellationToken);
    }
}
