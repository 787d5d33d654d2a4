using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mainspring.Samples.Asyncio;

/// <summary>A certificate for localhost that lives as long as a snippet, and who trusts it.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly X509Certificate2 _certificate = Make();

    public SslServerAuthenticationOptions Server => new() { ServerCertificate = _certificate };

    public SslClientAuthenticationOptions Client
    {
        get
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.Add(_certificate);
            return new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy };
        }
    }

    public void Dispose() => _certificate.Dispose();

    private static X509Certificate2 Make()
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
