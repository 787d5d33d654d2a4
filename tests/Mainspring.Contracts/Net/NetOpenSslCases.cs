using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mainspring.Net;

namespace Mainspring.Contracts;

/// <summary>TLS with the openssl program at the other end.</summary>
public sealed class NetOpenSslCases : NetSuite
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mainspring-tls").FullName;

    [Case]
    public void Client_OfTheOpenSslProgram_IsEchoed() => Run(async () =>
    {
        using X509Certificate2 certificate = Make();
        using Server server = Loop.ListenTcp(Anywhere, EchoAll, new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = certificate } });
        string arguments = $"s_client -connect 127.0.0.1:{server.IPEndPoint.Port} -servername localhost -CAfile {_folder}/c.pem -verify_return_error -quiet -no_ign_eof";
        using Process client = Start(arguments);
        client.StandardInput.Write("hello from openssl\n");
        client.StandardInput.Flush();
        Check.Equal("hello from openssl", await Loop.RunInExecutor(client.StandardOutput.ReadLine));
        client.StandardInput.Close();
        await Loop.RunInExecutor(client.WaitForExit);
        Check.Equal(0, client.ExitCode);
    });

    [Case]
    public void Server_OfTheOpenSslProgram_Answers_AndIsRefusedWithoutTrust() => Run(async () =>
    {
        using X509Certificate2 certificate = Make();
        using Process server = Start($"s_server -accept 127.0.0.1:0 -cert {_folder}/c.pem -key {_folder}/k.pem -rev");
        try
        {
            IPEndPoint address = await Address(server);
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.Add(certificate);
            var trusting = new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy };
            await using (Connection client = await Loop.ConnectTcp(address, new ConnectOptions { Tls = trusting }))
            {
                await client.WriteAsync("olleh\n"u8.ToArray());
                Check.Equal("hello", await client.ReadLine());
            }

            string? reason = null;
            try
            {
                await Loop.ConnectTcp(address, new ConnectOptions { Tls = new SslClientAuthenticationOptions { TargetHost = "localhost" } });
            }
            catch (AuthenticationException exception)
            {
                reason = exception.Message;
            }

            Check.Contains("the certificate is refused", reason);
        }
        finally
        {
            server.Kill();
        }
    });

    [Case]
    public void ServerOfTheOpenSslProgram_WithABadCertificate_IsRefused_WithTheReason() => Run(async () =>
    {
        (string Problem, X509Certificate2 Certificate, string Host, string Reason)[] bad =
        [
            ("expired", Make(-20, -10), "localhost", "expired"),
            ("other", Make(), "elsewhere.test", "not for 'elsewhere.test'"),
            ("unknown", Make(), "localhost", "CustomTrustStore"),
        ];
        foreach ((string problem, X509Certificate2 certificate, string host, string expected) in bad)
        {
            using X509Certificate2 own = certificate;
            File.WriteAllText(Path.Combine(_folder, "c.pem"), own.ExportCertificatePem());
            File.WriteAllText(Path.Combine(_folder, "k.pem"), own.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
            using Process server = Start($"s_server -accept 127.0.0.1:0 -cert {_folder}/c.pem -key {_folder}/k.pem -rev");
            try
            {
                IPEndPoint address = await Address(server);
                SslClientAuthenticationOptions options = problem == "unknown" ? new SslClientAuthenticationOptions() : NetCertificates.Trusting(own);
                options.TargetHost = host;
                AuthenticationException refusal = await Fails<AuthenticationException>(async () => await Loop.ConnectTcp(address, new ConnectOptions { Tls = options }));
                Check.Contains("the certificate is refused", refusal.Message);
                Check.Contains(expected, refusal.Message);
            }
            finally
            {
                server.Kill();
            }
        }
    });

    [Case]
    public void ClientOfTheOpenSslProgram_RefusesOurs_OrIsRefusedWithoutItsOwn_AndWeSayWhy() => Run(async () =>
    {
        using X509Certificate2 certificate = Make();
        using (Server server = Loop.ListenTcp(Anywhere, EchoAll, new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = certificate } }))
        {
            using Process stranger = Start($"s_client -connect 127.0.0.1:{server.IPEndPoint.Port} -servername localhost -verify_return_error");
            await Loop.RunInExecutor(stranger.WaitForExit);
            Check.True(stranger.ExitCode != 0, "it does not know the certificate");
        }

        AuthenticationException? refusal = null;
        var asking = new SslServerAuthenticationOptions { ServerCertificate = certificate, ClientCertificateRequired = true };
        using (Server server = Loop.ListenTcp(Anywhere, async plain => refusal = await Fails<AuthenticationException>(async () => await plain.StartTls(asking))))
        {
            using Process stranger = Start($"s_client -connect 127.0.0.1:{server.IPEndPoint.Port} -servername localhost -CAfile {_folder}/c.pem -quiet");
            await Loop.WithTimeout(Until(() => refusal is not null), Patience.Long);
            Check.Contains("it has sent none", refusal!.Message);
            await Loop.RunInExecutor(stranger.WaitForExit);
        }
    });

    private async LoopTask<IPEndPoint> Address(Process server)
    {
        string? line;
        do
        {
            line = await Loop.RunInExecutor(server.StandardOutput.ReadLine);
        }
        while (line?.StartsWith("ACCEPT ", StringComparison.Ordinal) == false);
        return IPEndPoint.Parse(line!["ACCEPT ".Length..]);
    }

    private static Process Start(string arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new SkipException("needs the openssl program");
        }
    }

    private X509Certificate2 Make(int fromDays = -1, int toDays = 10)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(fromDays), now.AddDays(toDays));
        File.WriteAllText(Path.Combine(_folder, "c.pem"), made.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "k.pem"), key.ExportPkcs8PrivateKeyPem());
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
