using System.Diagnostics;
using System.Net;
using System.Net.Security;
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
            string? line;
            do
            {
                line = await Loop.RunInExecutor(server.StandardOutput.ReadLine);
            }
            while (line?.StartsWith("ACCEPT ", StringComparison.Ordinal) == false);
            IPEndPoint address = IPEndPoint.Parse(line!["ACCEPT ".Length..]);
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
            catch (System.Security.Authentication.AuthenticationException exception)
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

    private X509Certificate2 Make()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(10));
        File.WriteAllText(Path.Combine(_folder, "c.pem"), made.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "k.pem"), key.ExportPkcs8PrivateKeyPem());
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
