using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Mainspring.Net;
using Mainspring.Processes;

namespace Mainspring.Contracts;

/// <summary>Whom TLS trusts, whom it waits for, and what becomes of those who fail.</summary>
public sealed class NetTrustCases : NetSuite
{
    private const string Victim = "MAINSPRING_VICTIM";
    private const string Key = "MAINSPRING_STRANGER";

    private static readonly X509Certificate2 s_certificate = NetCertificates.Localhost;

    [Case]
    public void TrustOfACertificateContext_IsWhatCounts_OnBothSides() => Run(async () =>
    {
        using X509Certificate2 mine = NetCertificates.Make("client"), stranger = NetCertificates.Make("stranger");
        using Server server = Serve(Trusting(mine));
        Check.True(await IsAccepted(server, mine));
        Check.False(await IsAccepted(server, stranger));

        // A client whose context has a trust trusts nobody else.
        using Server other = Loop.ListenTcp(Anywhere, EchoAll, new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = s_certificate } });
        foreach ((X509Certificate2 trusted, bool isAccepted) in ((X509Certificate2, bool)[])[(s_certificate, true), (stranger, false)])
        {
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ClientCertificateContext = Context(mine, trusted),
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            };
            try
            {
                await using Connection client = await Loop.ConnectTcp(other.IPEndPoint, new ConnectOptions { Tls = options });
                Check.True(isAccepted);
            }
            catch (AuthenticationException)
            {
                Check.False(isAccepted);
            }
        }
    });

    /// <summary>The case starts its own program again, whose system trusts a stranger.</summary>
    [Case]
    public void TrustOfACertificateContext_RefusesWhomTheSystemTrusts()
    {
        if (Environment.GetEnvironmentVariable(Victim) == nameof(NetTrustCases))
        {
            Run(async () =>
            {
                using X509Certificate2 mine = NetCertificates.Make("client");
                using X509Certificate2 stranger = X509CertificateLoader.LoadPkcs12FromFile(Environment.GetEnvironmentVariable(Key)!, null);
                using Server careless = Serve(null);
                using Server strict = Serve(Trusting(mine));
                Check.True(await IsAccepted(careless, stranger), "the system trusts it");
                Check.False(await IsAccepted(strict, stranger));
            });
            return;
        }

        Sys.NeedsOwnProgram();
        string folder = Directory.CreateTempSubdirectory("mainspring-trust").FullName;
        try
        {
            using X509Certificate2 stranger = NetCertificates.Make("stranger");
            string key = Path.Combine(folder, "stranger.pfx"), trust = Path.Combine(folder, "trust.pem");
            File.WriteAllBytes(key, stranger.Export(X509ContentType.Pkcs12));
            File.WriteAllText(trust, stranger.ExportCertificatePem());
            ProcessResult result = Loop.Run(() => Loop.RunProcess(
                new ProcessOptions(Environment.ProcessPath!, $"{nameof(NetTrustCases)}.{nameof(TrustOfACertificateContext_RefusesWhomTheSystemTrusts)}")
                {
                    Environment = new Dictionary<string, string?> { [Victim] = nameof(NetTrustCases), [Key] = key, ["SSL_CERT_FILE"] = trust, ["SSL_CERT_DIR"] = folder, ["HOME"] = folder },
                },
                timeout: Patience.Long));
            Check.True(result.Exit.IsSuccess, result.OutputText);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Case]
    public void MakerOfProtocolsThatFails_HoldsNoTlsConnection()
    {
        var errors = new List<string>();
        Loop.UnhandledException += context =>
        {
            errors.Add(context.Exception.Message);
            context.Handled = true;
        };
        Loop.Run(async () =>
        {
            Server server = Loop.ListenTcp(
                Anywhere,
                static ConnectionProtocol () => throw new FormatException("no protocol"),
                new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = s_certificate } });
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(server.IPEndPoint);
            await Until(() => client.Poll(0, SelectMode.SelectRead));
            server.Close();
            await server.WaitClosed();
            Check.Equal(0, Loop.Counters.Sources);
        });
        Check.Sequence(["no protocol"], errors);
    }

    [Case]
    public void StartTls_WithOneThatSaysNothing_EndsWithItsToken_OnBothSides() => Run(async () =>
    {
        foreach (bool isServer in (bool[])[false, true])
        {
            (Connection client, Connection server) = await Pair();
            using var limit = new CancellationTokenSource();
            Loop.CallLater(TimeSpan.FromMilliseconds(10), limit.Cancel);
            _ = await Fails<OperationCanceledException>(async () => await (isServer
                ? server.StartTls(new SslServerAuthenticationOptions { ServerCertificate = s_certificate }, limit.Token)
                : client.StartTls(NetCertificates.Trusting(s_certificate), limit.Token)));
            Check.Equal(ConnectionState.Closed, (isServer ? server : client).State);
            await (isServer ? client : server).WaitClosedByPeer();
            client.Abort();
            server.Abort();
        }
    });

    [Case]
    public void StartTls_ChecksTheNameThatItIsGiven() => Run(async () =>
    {
        (Connection client, Connection server) = await Pair();
        Answer().Forget();
        SslClientAuthenticationOptions options = NetCertificates.Trusting(s_certificate);
        options.TargetHost = "elsewhere.test";
        AuthenticationException error = await Fails<AuthenticationException>(async () => await client.StartTls(options));
        Check.Contains("'elsewhere.test'", error.Message);
        server.Abort();

        async LoopTask Answer()
        {
            try
            {
                (await server.StartTls(new SslServerAuthenticationOptions { ServerCertificate = s_certificate })).Abort();
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException)
            {
                // the client has refused
            }
        }
    });

    [Case]
    public void UnixSockets_SpeakTls_ThatOfASocketHandedInToo_AndGiveUpOneThatSaysNothing() => Run(async () =>
    {
        var listening = new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = s_certificate }, HandshakeTimeout = TimeSpan.FromMilliseconds(20) };
        string name = $"@mainspring-tls-{Environment.ProcessId}-{Guid.NewGuid():N}", other = $"{name}-2", silent = $"{name}-3";
        using Server server = Loop.ListenUnix(name, EchoAll, listening);
        var bound = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bound.Bind(new UnixDomainSocketEndPoint($"\0{other[1..]}"));
        using Server handedIn = Loop.Listen(bound, EchoAll, listening with { StartServing = false });
        Check.False(handedIn.IsServing);
        handedIn.Start();
        foreach (string path in (string[])[name, other])
        {
            await using Connection client = await Loop.ConnectUnix(path, new ConnectOptions { Tls = NetCertificates.Trusting(s_certificate) });
            Check.True(client.Tls!.IsEncrypted);
            client.Write("x\n"u8);
            Check.Equal("x", await client.ReadLine());
            Connection rude = await Loop.ConnectUnix(path); // and says nothing
            await rude.WaitClosedByPeer();
            rude.Abort();
        }

        using Server quiet = Loop.ListenUnix(silent, static async connection => await connection.WaitClosed());
        TimeoutException error = await Fails<TimeoutException>(async () => await Loop.ConnectUnix(
            silent, new ConnectOptions { Timeout = TimeSpan.FromMilliseconds(20), Tls = NetCertificates.Trusting(s_certificate) }));
        Check.Contains("-3", error.Message);
    });

    private static SslCertificateTrust Trusting(X509Certificate2 root) => SslCertificateTrust.CreateForX509Collection([root]);

    private static SslStreamCertificateContext Context(X509Certificate2 own, X509Certificate2 trusted) =>
        SslStreamCertificateContext.Create(own, null, offline: true, Trusting(trusted));

    private Server Serve(SslCertificateTrust? trust) => Loop.ListenTcp(
        Anywhere,
        static async connection => await connection.WriteAsync("+\n"u8.ToArray()),
        new ListenOptions
        {
            Tls = new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(s_certificate, null, offline: true, trust),
                ClientCertificateRequired = true,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            },
        });

    private async LoopTask<bool> IsAccepted(Server server, X509Certificate2 certificate)
    {
        SslClientAuthenticationOptions options = NetCertificates.Trusting(s_certificate);
        options.ClientCertificates = [certificate];
        try
        {
            await using Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = options });
            return await client.ReadLine() == "+"; // by TLS 1.3 the client is ready before it is refused
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            return false;
        }
    }
}
