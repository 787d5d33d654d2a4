using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mainspring.Net;

namespace Mainspring.Contracts;

/// <summary>TLS on the loop, with certificates that are made here.</summary>
public sealed class NetTlsContract : NetSuite
{
    private static readonly X509Certificate2 s_certificate = Make("localhost");

    [Case]
    public void Echo_OverTls_WithATrustedCertificate() => Run(async () =>
    {
        using Server server = Serve();
        Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = Trusting(s_certificate) });
        await client.WriteAsync("hello\n"u8.ToArray());
        Check.Equal("hello", await client.ReadLine());
        Check.True(client.Tls!.IsAuthenticated && client.Tls.IsEncrypted);
        Check.Contains("tls:127.0.0.1", client.Name);
        byte[] large = new byte[500_000];
        new Random(1).NextBytes(large);
        byte[] received = new byte[large.Length];
        LoopTask send = Send();
        await client.ReadExactly(received);
        await send;
        Check.True(large.AsSpan().SequenceEqual(received));
        client.CompleteWriting(); // close_notify: the server sees the end
        Check.True(await client.ReadLine() is null);
        client.Close();
        await client.WaitClosed();
        server.Close();
        await server.WaitClosed();
        Check.Equal(0, Loop.Counters.Sources);

        async LoopTask Send() => await client.WriteAsync(large);
    });

    [Case]
    public void SelfMadeCertificate_IsRefused_WithTheReason() => Run(async () =>
    {
        using Server server = Serve();
        AuthenticationException error = await Refused(server, new SslClientAuthenticationOptions { TargetHost = "localhost" });
        Check.Contains("the certificate is refused", error.Message);
        Check.Contains("self", error.Message.ToLowerInvariant());
        Check.Contains("CustomTrustStore", error.Message);
    });

    [Case]
    public void CertificateOfAnotherHost_IsRefused_WithBothNames() => Run(async () =>
    {
        using Server server = Serve();
        SslClientAuthenticationOptions options = Trusting(s_certificate);
        options.TargetHost = "elsewhere.test";
        AuthenticationException error = await Refused(server, options);
        Check.Contains("CN=localhost", error.Message);
        Check.Contains("'elsewhere.test'", error.Message);
    });

    [Case]
    public void ExpiredCertificate_IsRefused_WithTheReason() => Run(async () =>
    {
        using X509Certificate2 expired = Make("localhost", -20, -10);
        using Server server = Serve(expired);
        AuthenticationException error = await Refused(server, Trusting(expired));
        Check.Contains("expired", error.Message);
    });

    [Case]
    public void ClientCertificate_AndApplicationProtocol_ReachTheServer() => Run(async () =>
    {
        using X509Certificate2 mine = Make("client");
        string? seen = null;
        string? protocol = null;
        using Server server = Loop.ListenTcp(
            Anywhere,
            async connection =>
            {
                seen = connection.Tls!.RemoteCertificate?.Subject;
                protocol = connection.Tls.NegotiatedApplicationProtocol.ToString();
                await connection.WriteAsync("seen\n"u8.ToArray());
            },
            new ListenOptions
            {
                Tls = new SslServerAuthenticationOptions
                {
                    ServerCertificate = s_certificate,
                    ClientCertificateRequired = true,
                    ApplicationProtocols = [SslApplicationProtocol.Http2, new SslApplicationProtocol("echo")],
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == mine.Subject,
                },
            });
        SslClientAuthenticationOptions options = Trusting(s_certificate);
        options.ClientCertificates = [mine];
        options.ApplicationProtocols = [new SslApplicationProtocol("echo")];
        await using Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = options });
        Check.Equal("seen", await client.ReadLine());
        Check.Equal("CN=client", seen);
        Check.Equal("echo", protocol);
    });

    [Case]
    public void StartTls_SecuresAnOpenConnection() => Run(async () =>
    {
        using Server server = Loop.ListenTcp(Anywhere, async plain =>
        {
            Check.Equal("STARTTLS", await plain.ReadLine());
            await plain.WriteAsync("ok\n"u8.ToArray());
            using Connection secured = await plain.StartTls(new SslServerAuthenticationOptions { ServerCertificate = s_certificate });
            await secured.WriteAsync("secret\n"u8.ToArray());
            await secured.ReadLine();
        });
        Connection client = await Loop.ConnectTcp(server.IPEndPoint);
        await client.WriteAsync("STARTTLS\n"u8.ToArray());
        Check.Equal("ok", await client.ReadLine());
        Connection tls = await client.StartTls(Trusting(s_certificate));
        Check.Equal("secret", await tls.ReadLine());
        tls.Close();
        await tls.WaitClosed();
    });

    [Case]
    public void Protocol_OverTls_HearsItsStory()
    {
        var protocol = new NetProtocol { Received = static connection => connection.Write("answer\n"u8) };
        Run(async () =>
        {
            using Server server = Loop.ListenTcp(Anywhere, () => protocol, new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = s_certificate } });
            Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = Trusting(s_certificate) });
            await client.WriteAsync("question"u8.ToArray());
            Check.Equal("answer", await client.ReadLine());
            client.Close();
            server.Close();
            await server.WaitClosed();
            await Loop.Yield();
        });
        Check.Equal("question", protocol.Text.ToString());
        Check.Sequence(["made", "data", "end", "lost"], protocol.Story);
    }

    [Case]
    public void ClientThatSaysNothing_IsDroppedAfterTheHandshakeTimeout() => Run(async () =>
    {
        using Server server = Loop.ListenTcp(
            Anywhere,
            EchoAll,
            new ListenOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(20), Tls = new SslServerAuthenticationOptions { ServerCertificate = s_certificate } });
        await using Connection silent = await Loop.ConnectTcp(server.IPEndPoint);
        bool isLost = false;
        try
        {
            isLost = await silent.ReadAsync(new byte[1]) == 0;
        }
        catch (NetworkException)
        {
            isLost = true;
        }

        Check.True(isLost);
        Check.True(server.IsServing);
    });

    [Case]
    public void ClientThatSpeaksNoTls_DisturbsNobody() => Run(async () =>
    {
        using Server server = Serve();
        await using Connection rude = await Loop.ConnectTcp(server.IPEndPoint);
        rude.Write("GET / HTTP/1.0\r\n\r\n"u8);
        await rude.WaitClosedByPeer();
        await using Connection good = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = Trusting(s_certificate) });
        await good.WriteAsync("x\n"u8.ToArray());
        Check.Equal("x", await good.ReadLine());
    });

    private static SslClientAuthenticationOptions Trusting(X509Certificate2 root)
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

    private static X509Certificate2 Make(string name, int fromDays = -1, int toDays = 10)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(fromDays), now.AddDays(toDays));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private Server Serve(X509Certificate2? certificate = null) =>
        Loop.ListenTcp(Anywhere, EchoAll, new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = certificate ?? s_certificate } });

    private async LoopTask<AuthenticationException> Refused(Server server, SslClientAuthenticationOptions options)
    {
        try
        {
            (await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = options })).Abort();
        }
        catch (AuthenticationException exception)
        {
            return exception;
        }

        throw new CheckException("the certificate was accepted");
    }
}
