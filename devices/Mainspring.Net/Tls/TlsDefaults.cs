using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Mainspring.Net;

/// <summary>What TLS does unless its user says otherwise: the host's name and its certificate's chain are checked, without asking the network meanwhile.</summary>
internal static class TlsDefaults
{
    // What a server sends with its certificate, which is looked for once.
    private static readonly ConditionalWeakTable<X509Certificate2, SslStreamCertificateContext> s_contexts = [];

    /// <summary>Options of a client, of which the user's are not changed.</summary>
    public static SslClientAuthenticationOptions For(SslClientAuthenticationOptions options, string host) => new()
    {
        AllowRenegotiation = options.AllowRenegotiation,
        AllowTlsResume = options.AllowTlsResume,
        ApplicationProtocols = options.ApplicationProtocols,
#if NET10_0_OR_GREATER
        AllowRsaPkcs1Padding = options.AllowRsaPkcs1Padding,
        AllowRsaPssPadding = options.AllowRsaPssPadding,
#endif
        CertificateChainPolicy = options.CertificateChainPolicy ?? (options.ClientCertificateContext is null ? Offline(options.CertificateRevocationCheckMode) : null), // a context may have a trust of its own, which a policy would replace
        CertificateRevocationCheckMode = options.CertificateRevocationCheckMode,
        CipherSuitesPolicy = options.CipherSuitesPolicy,
        ClientCertificateContext = options.ClientCertificateContext ?? (options.LocalCertificateSelectionCallback is null ? OnlyOne(options.ClientCertificates) : null),
        ClientCertificates = options.ClientCertificates,
        EnabledSslProtocols = options.EnabledSslProtocols,
        EncryptionPolicy = options.EncryptionPolicy,
        LocalCertificateSelectionCallback = options.LocalCertificateSelectionCallback,
        RemoteCertificateValidationCallback = options.RemoteCertificateValidationCallback,
        TargetHost = string.IsNullOrEmpty(options.TargetHost) ? host : options.TargetHost,
    };

    /// <summary>Options of a server, of which the user's are not changed.</summary>
    public static SslServerAuthenticationOptions For(SslServerAuthenticationOptions options)
    {
        ServerCertificateSelectionCallback? select = options.ServerCertificateSelectionCallback;
        return new()
        {
            AllowRenegotiation = options.AllowRenegotiation,
            AllowTlsResume = options.AllowTlsResume,
            ApplicationProtocols = options.ApplicationProtocols,
#if NET10_0_OR_GREATER
            AllowRsaPkcs1Padding = options.AllowRsaPkcs1Padding,
            AllowRsaPssPadding = options.AllowRsaPssPadding,
#endif
            CertificateChainPolicy = options.CertificateChainPolicy ?? (options.ServerCertificateContext is null ? Offline(options.CertificateRevocationCheckMode) : null), // a context may have a trust of its own, which a policy would replace
            CertificateRevocationCheckMode = options.CertificateRevocationCheckMode,
            CipherSuitesPolicy = options.CipherSuitesPolicy,
            ClientCertificateRequired = options.ClientCertificateRequired,
            EnabledSslProtocols = options.EnabledSslProtocols,
            EncryptionPolicy = options.EncryptionPolicy,
            RemoteCertificateValidationCallback = options.RemoteCertificateValidationCallback,
            ServerCertificate = options.ServerCertificate,
            ServerCertificateContext = options.ServerCertificateContext ?? (select is null && options.ServerCertificate is X509Certificate2 { HasPrivateKey: true } own ? Context(own) : null),
            ServerCertificateSelectionCallback = select,
        };
    }

    /// <summary>The options of a server that chooses its certificate by the name that the client has asked for (SNI).</summary>
    public static SslServerAuthenticationOptions Selected(SslServerAuthenticationOptions options, SslStream stream, string name)
    {
        if (options.ServerCertificateContext is null && options.ServerCertificateSelectionCallback is { } select && select(stream, name) is X509Certificate2 { HasPrivateKey: true } chosen)
        {
            options.ServerCertificateContext = Context(chosen);
            options.ServerCertificateSelectionCallback = null;
        }

        return options;
    }

    // The framework would look for the certificate's issuers in each handshake, and fetch those that it lacks.
    private static SslStreamCertificateContext Context(X509Certificate2 certificate) =>
        s_contexts.GetValue(certificate, static certificate => SslStreamCertificateContext.Create(certificate, null, offline: true));

    private static SslStreamCertificateContext? OnlyOne(X509CertificateCollection? certificates) =>
        certificates is { Count: 1 } && certificates[0] is X509Certificate2 { HasPrivateKey: true } only ? Context(only) : null;

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

    /// <summary>A handshake that has failed, in words.</summary>
    /// <param name="name">With whom.</param>
    /// <param name="reason">Why the certificate was refused; empty when that was not it.</param>
    /// <param name="inner">What the framework says.</param>
    public static AuthenticationException Failed(string name, string reason, AuthenticationException inner) => new(
        reason.Length > 0 ? $"{name}: the certificate is refused: {reason}" : $"{name}: {inner.InnerException?.Message ?? inner.Message}", inner);
}
