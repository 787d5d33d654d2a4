using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mainspring.Contracts;

/// <summary>Certificates that are made here, of keys that take no time.</summary>
internal static class NetCertificates
{
    /// <summary>One that vouches for itself.</summary>
    public static X509Certificate2 Localhost { get; } = Make("localhost");

    /// <summary>Options of a client that trusts one certificate.</summary>
    public static SslClientAuthenticationOptions Trusting(X509Certificate2 root)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(root);
        return new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy };
    }

    /// <summary>Makes one that vouches for itself.</summary>
    public static X509Certificate2 Make(string name, int fromDays = -1, int toDays = 10)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = Request(name, key).CreateSelfSigned(now.AddDays(fromDays), now.AddDays(toDays));
        return WithKey(made);
    }

    /// <summary>Makes one whose issuer is known nowhere, and says from where that can be fetched.</summary>
    public static X509Certificate2 MakeIncomplete(string name, string issuerFrom)
    {
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest issuerRequest = Request("an issuer that is known nowhere", issuerKey);
        issuerRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 issuer = issuerRequest.CreateSelfSigned(now.AddDays(-2), now.AddDays(11));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request(name, key);
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([issuerFrom], [issuerFrom]));
        using X509Certificate2 made = request.Create(issuer, now.AddDays(-1), now.AddDays(10), [1, 2, 3, 4]);
        using X509Certificate2 both = made.CopyWithPrivateKey(key);
        return WithKey(both);
    }

    private static CertificateRequest Request(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name.Replace(' ', '-'));
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    // With a key as it would come from a file.
    private static X509Certificate2 WithKey(X509Certificate2 certificate) => X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
}
