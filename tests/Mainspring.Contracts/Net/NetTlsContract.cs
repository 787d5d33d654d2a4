using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Mainspring.Net;

namespace Mainspring.Contracts;

/// <summary>TLS on the loop, with certificates that are made here.</summary>
public sealed class NetTlsContract : NetSuite
{
    private static readonly X509Certificate2 s_certificate = NetCertificates.Localhost;

    [Case]
    public void Echo_OverTls_WithATrustedCertificate() => Run(async () =>
    {
        using Server server = Serve();
        Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = NetCertificates.Trusting(s_certificate) });
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
        SslClientAuthenticationOptions options = NetCertificates.Trusting(s_certificate);
        options.TargetHost = "elsewhere.test";
        AuthenticationException error = await Refused(server, options);
        Check.Contains("CN=localhost", error.Message);
        Check.Contains("'elsewhere.test'", error.Message);
    });

    [Case]
    public void ExpiredCertificate_IsRefused_WithTheReason() => Run(async () =>
    {
        using X509Certificate2 expired = NetCertificates.Make("localhost", -20, -10);
        using Server server = Serve(expired);
        AuthenticationException error = await Refused(server, NetCertificates.Trusting(expired));
        Check.Contains("expired", error.Message);
    });

    [Case]
    public void ClientCertificate_AndApplicationProtocol_ReachTheServer() => Run(async () =>
    {
        using X509Certificate2 mine = NetCertificates.Make("client");
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
        SslClientAuthenticationOptions options = NetCertificates.Trusting(s_certificate);
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
        Connection tls = await client.StartTls(NetCertificates.Trusting(s_certificate));
        Check.Equal("secret", await tls.ReadLine());
        tls.Close();
        await tls.WaitClosed();
    });

    [Case]
    public void StartTls_TakesTheProtocolAlong_AndTellsItOfItsFailure()
    {
        var securing = new Securing();
        var failing = new Securing();
        Run(async () =>
        {
            Queue<Securing> protocols = new([securing, failing]);
            using Server server = Loop.ListenTcp(Anywhere, protocols.Dequeue);
            foreach (bool isTls in (bool[])[true, false])
            {
                Connection client = await Loop.ConnectTcp(server.IPEndPoint);
                client.Write("STARTTLS"u8);
                Check.Equal("go", await client.ReadLine());
                if (isTls)
                {
                    Connection tls = await client.StartTls(NetCertificates.Trusting(s_certificate));
                    tls.Write("secret"u8);
                    Check.Equal("secret", await tls.ReadLine());
                    tls.Close();
                }
                else
                {
                    client.Write("GET / HTTP/1.0\r\n\r\n"u8);
                    await client.WaitClosedByPeer();
                }
            }

            await Until(() => securing.Story.Contains("lost") && failing.Story.Contains("lost"));
        });
        Check.Sequence(["made", "STARTTLS", "secret", "end", "lost"], securing.Story);
        Check.Sequence(["made", "STARTTLS", "lost"], failing.Story);
        Check.True(failing.Reason is not null);
    }

    [Case]
    public void Protocol_OverTls_HearsItsStory()
    {
        var protocol = new NetProtocol { Received = static connection => connection.Write("answer\n"u8) };
        Run(async () =>
        {
            using Server server = Loop.ListenTcp(Anywhere, () => protocol, new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = s_certificate } });
            Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = NetCertificates.Trusting(s_certificate) });
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
    public void ProtocolSetLater_OverTls_GetsWhatWasReadAheadFirst()
    {
        var protocol = new NetProtocol();
        string body = string.Concat(Enumerable.Range(0, 2000).Select(static i => $"{i} "));
        Run(async () =>
        {
            using Server server = Loop.ListenTcp(
                Anywhere,
                async connection => await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes("head\n" + body)),
                new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = s_certificate } });
            Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = NetCertificates.Trusting(s_certificate) });
            Check.Equal("head", await client.ReadLine()); // of one record, which is read in part
            protocol.OnMade(client);
            client.Protocol = protocol;
            await client.WaitClosed();
        });
        Check.Equal(body.Length, protocol.Count);
        string start = protocol.Text.ToString();
        Check.Equal(body[..start.Length], start);
    }

    [Case]
    public void CloseWhilePaused_OverTls_TellsNoMore()
    {
        var protocol = new NetProtocol();
        Run(async () =>
        {
            Connection? accepted = null;
            using Server server = Loop.ListenTcp(
                Anywhere,
                connection =>
                {
                    accepted = connection;
                    protocol.OnMade(connection);
                    connection.Protocol = protocol;
                    return WaitClosed(connection);
                },
                new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = s_certificate } });
            Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = NetCertificates.Trusting(s_certificate) });
            await Loop.WithTimeout(Until(() => accepted is not null), Patience.Long);
            await Loop.Delay(TimeSpan.FromMilliseconds(5)); // it reads now
            accepted!.PauseReading();
            long before = accepted.Source.Counters.Bytes;
            client.Write("too late"u8);
            await Loop.WithTimeout(Until(() => accepted.Source.Counters.Bytes > before), Patience.Long);
            await Loop.Yield();
            accepted.Close();
            await client.WaitClosedByPeer();
            client.Close();
            await Loop.WithTimeout(Until(() => protocol.IsLost), Patience.Long);
        });
        Check.Sequence(["made", "lost"], protocol.Story);

        static async LoopTask WaitClosed(Connection connection) => await connection.WaitClosed();
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
        await using Connection good = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = NetCertificates.Trusting(s_certificate) });
        await good.WriteAsync("x\n"u8.ToArray());
        Check.Equal("x", await good.ReadLine());
    });

    [Case]
    public void Echo_AllocatesNothingPerMessage()
    {
        (Server server, Connection client) = Loop.Run(async () =>
        {
            Server server = Serve();
            return (server, await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = NetCertificates.Trusting(s_certificate) }));
        });
        AwaitedEcho.AllocatesNothing(Loop, client);
        client.Abort();
        server.Dispose();
    }

    [Case]
    public void DisposedLoop_TellsWhoReads()
    {
        Exception? told = null;
        bool reads = false;
        Check.True(s_certificate.HasPrivateKey, "it is made before anybody waits");
        Loop.CallSoon(() => Wait().Forget());
        Pump.Until(Loop, () => reads);
        Loop.Dispose();
        Check.Contains("disposed", told?.Message);

        async LoopTask Wait()
        {
            Server server = Serve();
            Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = NetCertificates.Trusting(s_certificate) });
            try
            {
                reads = true;
                await client.ReadAsync(new byte[1]);
            }
            catch (Exception exception)
            {
                told = exception;
            }
        }
    }

    [Case]
    public void NameThatTheClientAsksFor_ChoosesTheCertificate() => Run(async () =>
    {
        using X509Certificate2 other = NetCertificates.Make("other.test");
        using Server server = Loop.ListenTcp(
            Anywhere,
            EchoAll,
            new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificateSelectionCallback = (_, name) => name == "other.test" ? other : s_certificate } });
        foreach ((string name, X509Certificate2 certificate) in ((string, X509Certificate2)[])[("localhost", s_certificate), ("other.test", other)])
        {
            SslClientAuthenticationOptions options = NetCertificates.Trusting(certificate);
            options.TargetHost = name;
            await using Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = options });
            Check.Equal($"CN={name}", client.Tls!.RemoteCertificate!.Subject);
            await client.WriteAsync("x\n"u8.ToArray());
            Check.Equal("x", await client.ReadLine());
        }
    });

    [Case]
    public void Handshake_FetchesNothing_AndBothSidesSayWhyTheyRefuse() => Run(async () =>
    {
        using var elsewhere = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        elsewhere.Bind(Anywhere);
        elsewhere.Listen(); // and answers nobody: who asks here, waits
        using X509Certificate2 incomplete = NetCertificates.MakeIncomplete("localhost", $"http://{elsewhere.LocalEndPoint}/issuer");
        AuthenticationException? ofServer = null;
        using Server server = Loop.ListenTcp(Anywhere, async plain =>
        {
            try
            {
                using Connection secured = await plain.StartTls(new SslServerAuthenticationOptions { ServerCertificate = incomplete, ClientCertificateRequired = true });
            }
            catch (AuthenticationException exception)
            {
                ofServer = exception;
            }
            catch (NetworkException)
            {
                // the client has refused
            }
        });
        AuthenticationException ofClient = await Fails<AuthenticationException>(
            async () => await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = new SslClientAuthenticationOptions { TargetHost = "localhost" } }));
        Check.Contains("the certificate is refused", ofClient.Message);
        Check.Contains("CustomTrustStore", ofClient.Message);
        var credulous = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ClientCertificates = [incomplete],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == incomplete.Subject,
        };
        ofServer = null;
        try
        {
            Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = credulous });
            await client.WaitClosedByPeer(); // by TLS 1.3 the client is ready before it is refused
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            // or it is not
        }

        await Until(() => ofServer is not null);
        Check.Contains("the certificate is refused", ofServer!.Message);
        Check.Contains("CustomTrustStore", ofServer.Message);
        Check.False(elsewhere.Poll(0, SelectMode.SelectRead), "somebody has asked for the issuer");
    });

    [Case]
    public void ClientWithoutItsCertificate_IsRefused_WithTheReason() => Run(async () =>
    {
        AuthenticationException? refusal = null;
        using Server server = Loop.ListenTcp(Anywhere, async plain =>
            refusal = await Fails<AuthenticationException>(
                async () => await plain.StartTls(new SslServerAuthenticationOptions { ServerCertificate = s_certificate, ClientCertificateRequired = true })));
        try
        {
            Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = NetCertificates.Trusting(s_certificate) });
            await client.WaitClosedByPeer();
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            // by TLS 1.2 it is refused before
        }

        await Until(() => refusal is not null);
        Check.Contains("it has sent none", refusal!.Message);
    });

    [Case]
    public void ServerThatSaysNothing_IsGivenUpAfterTheTimeout() => Run(async () =>
    {
        using Server silent = Loop.ListenTcp(Anywhere, static async connection => await connection.WaitClosed());
        TimeoutException error = await Fails<TimeoutException>(async () => await Loop.ConnectTcp(
            silent.IPEndPoint, new ConnectOptions { Timeout = TimeSpan.FromMilliseconds(30), Tls = NetCertificates.Trusting(s_certificate) }));
        Check.Contains($"{silent.IPEndPoint}", error.Message);
        silent.AbortConnections();
    });

    [Case]
    public void Close_ToOneThatNeverReads_EndsWithATimeout() => Run(async () =>
    {
        Connection? secured = null;
        using Server server = Loop.ListenTcp(
            Anywhere,
            async connection =>
            {
                secured = connection;
                await connection.WaitClosed();
            },
            new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = s_certificate } });
        Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = NetCertificates.Trusting(s_certificate) });
        await Until(() => secured is not null);
        secured!.WriteLimit = int.MaxValue;
        secured.CloseTimeout = TimeSpan.FromMilliseconds(20);
        secured.Write(new byte[20_000_000]);
        secured.Close();
        await secured.WaitClosed();
        client.Abort();
    });

    [Case]
    public void ClientThatNeverReads_GrowsNothing_InBothStyles() => Run(async () =>
    {
        foreach (bool byProtocol in (bool[])[false, true])
        {
            var options = new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = s_certificate } };
            using Server server = byProtocol ? Loop.ListenTcp(Anywhere, static () => new Returning(), options) : Loop.ListenTcp(Anywhere, EchoAll, options);
            Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = NetCertificates.Trusting(s_certificate) });
            byte[] bytes = new byte[16_000];
            long bytesBefore = -1;
            for (int still = 0; still < 20;)
            {
                // Until neither end takes more: the kernel's buffers are bounded, and both queues.
                if (client.Unsent <= client.HighWaterMark)
                {
                    client.Write(bytes);
                }

                await Loop.Delay(TimeSpan.FromMilliseconds(1));
                long now = server.Connections.Sum(static connection => connection.Source.Counters.Bytes) + client.Source.Counters.Bytes + client.Unsent;
                still = now == bytesBefore ? still + 1 : 0;
                bytesBefore = now;
            }

            Connection connection = server.Connections.Single();
            Check.True(connection.Unsent > connection.HighWaterMark, "there is pressure");
            Check.True(connection.Unsent <= connection.HighWaterMark + (64 * 1024), $"{connection.Unsent} bytes wait");
            Check.Equal(byProtocol, connection.IsReadingPaused);
            client.Abort();
            server.AbortConnections();
        }
    });

    [Case]
    public void SendFile_IsReadAndSecured() => Run(async () =>
    {
        string path = Path.GetTempFileName();
        byte[] content = new byte[300_000];
        new Random(4).NextBytes(content);
        File.WriteAllBytes(path, content);
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
        File.Delete(path);
        using Server server = Loop.ListenTcp(
            Anywhere,
            async connection => Check.Equal(299_000L, await connection.SendFile(file, 1000)),
            new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = s_certificate } });
        await using Connection client = await Loop.ConnectTcp(server.IPEndPoint, new ConnectOptions { Tls = NetCertificates.Trusting(s_certificate) });
        byte[] received = new byte[299_000];
        await client.ReadExactly(received);
        Check.True(content.AsSpan(1000).SequenceEqual(received));
        Check.Equal(0, await client.ReadAsync(new byte[1]));
    });

    // Speaks plainly until it is asked for TLS.
    private sealed class Securing : ConnectionProtocol
    {
        public List<string> Story { get; } = [];

        public Exception? Reason { get; private set; }

        public override void OnMade(Connection connection) => Story.Add("made");

        public override void OnData(Connection connection, ReadOnlySpan<byte> data)
        {
            string text = System.Text.Encoding.ASCII.GetString(data);
            Story.Add(text);
            if (text == "STARTTLS")
            {
                connection.Write("go\n"u8);
                Secure(connection).Forget();
            }
            else
            {
                connection.Write(data);
                connection.Write("\n"u8);
            }
        }

        public override void OnEnd(Connection connection)
        {
            Story.Add("end");
            base.OnEnd(connection);
        }

        public override void OnLost(Connection connection, Exception? reason)
        {
            Story.Add("lost");
            Reason = reason;
        }

        private static async LoopTask Secure(Connection connection)
        {
            try
            {
                await connection.StartTls(new SslServerAuthenticationOptions { ServerCertificate = s_certificate });
            }
            catch (Exception exception) when (exception is AuthenticationException or IOException)
            {
                // OnLost tells
            }
        }
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
