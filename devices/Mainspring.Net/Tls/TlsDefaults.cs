using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Mainspring.Net;

/// <summary>What TLS does unless its user says otherwise: the host's name and its certificate's chain are checked, without asking the network meanwhile.</summary>
internal static class TlsDefaults
{
    /// <summary>Options of a client, of which the user's are not changed.</summary>
    public static SslClientAuthenticationOptions For(SslClientAuthenticationOptions options, string host) => new()
    {
        AllowRenegotiation = options.AllowRenegotiation,
        AllowTlsResume = options.AllowTlsResume,
        ApplicationProtocols = options.ApplicationProtocols,
        CertificateChainPolicy = options.CertificateChainPolicy ?? Offline(options.CertificateRevocationCheckMode),
        CipherSuitesPolicy = options.CipherSuitesPolicy,
        ClientCertificateContext = options.ClientCertificateContext,
        ClientCertificates = options.ClientCertificates,
        EnabledSslProtocols = options.EnabledSslProtocols,
        EncryptionPolicy = options.EncryptionPolicy,
        LocalCertificateSelectionCallback = options.LocalCertificateSelectionCallback,
        RemoteCertificateValidationCallback = options.RemoteCertificateValidationCallback,
        TargetHost = string.IsNullOrEmpty(options.TargetHost) ? host : options.TargetHost,
    };

    /// <summary>The system's trust, the intermediate certificates that the other end sends, and nothing from the network: that would block the loop.</summary>
    public static X509ChainPolicy Offline(X509RevocationMode revocation) => new()
    {
        DisableCertificateDownloads = revocation != X509RevocationMode.Online,
        RevocationMode = revocation,
    };

    /// <summary>Why a certificate was refused, in words.</summary>
    public static string Reason(SslPolicyErrors errors, X509Chain? chain, X509Certificate? certificate, string? host)
    {
        var reasons = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            reasons.Add("it has sent none");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            reasons.Add($"it is for {certificate?.Subject}, not for '{host}'");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            reasons.AddRange((chain?.ChainStatus ?? []).Select(static status => status.StatusInformation.TrimEnd('.', ' ')).Where(static text => text.Length > 0).Distinct());
            if (chain?.ChainStatus.Any(static status => status.Status is X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain) == true)
            {
                reasons.Add("to trust its issuer, add that to the system's certificates or to CertificateChainPolicy.CustomTrustStore");
            }
        }

        return string.Join("; ", reasons);
    }

    public static AuthenticationException Refused(string name, string reason, Exception inner) => new($"{name}: the certificate is refused: {reason}", inner);
}
