using System.Net.Security;
using System.Reflection;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mainspring.Net;

namespace Mainspring.Tests;

/// <summary>The copies of the framework's options for TLS: whatever a user has set is in them, a property that a later framework adds too.</summary>
public sealed class TlsDefaultsTests
{
    private static readonly X509Certificate2 s_certificate = Certificate();

    /// <summary>Each property of a client's options, one at a time.</summary>
    /// <param name="name">The property.</param>
    [Theory]
    [MemberData(nameof(PropertiesOf), typeof(SslClientAuthenticationOptions))]
    public void A_clients_options_are_copied_whole(string name) =>
        AssertCopied<SslClientAuthenticationOptions>(name, static options => TlsDefaults.For(options, "host"));

    /// <summary>Each property of a server's options, one at a time.</summary>
    /// <param name="name">The property.</param>
    [Theory]
    [MemberData(nameof(PropertiesOf), typeof(SslServerAuthenticationOptions))]
    public void A_servers_options_are_copied_whole(string name) => AssertCopied<SslServerAuthenticationOptions>(name, TlsDefaults.For);

    /// <summary>The names of what can be set.</summary>
    /// <param name="type">Whose.</param>
    /// <returns>The names.</returns>
    public static TheoryData<string> PropertiesOf(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static property => property.CanWrite).Select(static property => property.Name)];

    private static void AssertCopied<T>(string name, Func<T, T> copy)
        where T : new()
    {
        PropertyInfo property = typeof(T).GetProperty(name)!;
        var options = new T();
        object? before = property.GetValue(options);
        object value = Other(property.PropertyType, before);
        Assert.NotEqual(before, value);
        property.SetValue(options, value);
        Assert.Equal(value, property.GetValue(copy(options)));
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    // Something else than what is there. A type that is not here needs a value here.
    private static object Other(Type type, object? before)
    {
        if (type == typeof(bool))
        {
            return !(bool)before!;
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return type == typeof(RemoteCertificateValidationCallback) ? new RemoteCertificateValidationCallback(static (_, _, _, _) => false)
                : type == typeof(LocalCertificateSelectionCallback) ? new LocalCertificateSelectionCallback(static (_, _, _, _, _) => null!)
                : type == typeof(ServerCertificateSelectionCallback) ? new ServerCertificateSelectionCallback(static (_, _) => null!)
                : throw new InvalidOperationException($"no value for {type}");
        }

        return type == typeof(string) ? "elsewhere.test"
            : type == typeof(SslProtocols) ? SslProtocols.Tls13
            : type == typeof(X509RevocationMode) ? (X509RevocationMode)before! == X509RevocationMode.Offline ? X509RevocationMode.Online : X509RevocationMode.Offline
#pragma warning disable SYSLIB0040 // one that nobody should use is copied too
            : type == typeof(EncryptionPolicy) ? EncryptionPolicy.AllowNoEncryption
#pragma warning restore SYSLIB0040
            : type == typeof(List<SslApplicationProtocol>) ? new List<SslApplicationProtocol> { SslApplicationProtocol.Http2 }
            : type == typeof(X509ChainPolicy) ? new X509ChainPolicy()
            : type == typeof(X509CertificateCollection) ? new X509CertificateCollection()
            : type == typeof(X509Certificate) ? s_certificate
            : type == typeof(SslStreamCertificateContext) ? SslStreamCertificateContext.Create(s_certificate, null, offline: true)
            : type == typeof(CipherSuitesPolicy) && !OperatingSystem.IsWindows() ? new CipherSuitesPolicy([TlsCipherSuite.TLS_AES_128_GCM_SHA256])
            : throw new InvalidOperationException($"no value for {type}");
    }
}
