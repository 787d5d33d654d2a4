using System.Net.Security;
using Mainspring.Net;
using Mainspring.Processes;

namespace Mainspring.Contracts;

/// <summary>Other ends that go away at random moments, in every way that there is.</summary>
public sealed class NetKillCases : NetSuite
{
    [Case]
    public void PeersThatGoAtRandom_AreSurvived_ByMethods() => Survive(Loop.ListenTcp(Anywhere, EchoAll), null, 50, 10);

    [Case]
    public void PeersThatGoAtRandom_AreSurvived_ByProtocols() => Survive(Loop.ListenTcp(Anywhere, static () => new Returning()), null, 50, 10);

    [Case]
    public void PeersThatGoAtRandom_AreSurvived_WithTls() => Survive(
        Loop.ListenTcp(Anywhere, EchoAll, new ListenOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = NetCertificates.Localhost } }),
        new ConnectOptions { Tls = NetCertificates.Trusting(NetCertificates.Localhost) },
        8,
        4);

    /// <summary>SIGKILL: the kernel closes what they had open, with a reset where something was unread.</summary>
    [Case]
    public void ProcessesThatAreKilledAtRandom_AreSurvived()
    {
        const int AtATime = 4;
        const int Lives = 5;
        const int Connections = 6; // of each process
        Run(async () =>
        {
            long received = 0;
            using Server server = Loop.ListenTcp(Anywhere, Count);
            await Task.WhenAll(Enumerable.Range(0, AtATime).Select(seed => Live(server, new Random(seed)).AsTask()));
            await Empty(server);
            await StillServes(server, null);

            async LoopTask Live(Server server, Random random)
            {
                for (int life = 0; life < Lives; life++)
                {
                    using ChildProcess child = StartClient(server.IPEndPoint.Port, Connections);
                    long target = received + random.Next(1, 3000);
                    await Until(() => received >= target);
                    Check.True(child.Kill());
                    Check.Equal(Signals.Kill, (await child.Exited).Signal!.Value);
                }
            }

            async LoopTask Count(Connection connection)
            {
                byte[] buffer = new byte[4096];
                for (int count; (count = await connection.ReadAsync(buffer)) > 0;)
                {
                    received += count;
                    await connection.WriteAsync(buffer.AsMemory(0, count));
                }
            }
        });
    }

    // A shell that asks and waits for the answer, on all of its connections in turns, for ever.
    private ChildProcess StartClient(int port, int connections)
    {
        string numbers = string.Join(' ', Enumerable.Range(3, connections));
        string script = $"for n in {numbers}; do eval \"exec $n<>/dev/tcp/127.0.0.1/{port}\"; done; while :; do for n in {numbers}; do printf %0100d 7 >&$n; read -r -N 100 -u $n x; done; done";
        try
        {
            return Loop.StartProcess(new ProcessOptions("bash", "-c", script) { StandardError = Redirect.Null });
        }
        catch (IOException)
        {
            throw new SkipException("needs bash");
        }
    }

    private void Survive(Server server, ConnectOptions? options, int clients, int lives) => Run(async () =>
    {
        await Task.WhenAll(Enumerable.Range(0, clients).Select(seed => Live(server, options, new Random(seed), lives).AsTask()));
        await StillServes(server, options);
        await Empty(server);
        server.Close();
        await server.WaitClosed();
        Check.Equal(0, Loop.Counters.Sources);
    });

    private async LoopTask Live(Server server, ConnectOptions? options, Random random, int lives)
    {
        byte[] bytes = new byte[50_000];
        for (int life = 0; life < lives; life++)
        {
            Connection client = await Loop.ConnectTcp(server.IPEndPoint, options);
            for (int step = random.Next(6); step > 0; step--)
            {
                client.Write(bytes.AsSpan(0, random.Next(1, bytes.Length)));
                if (random.Next(2) == 0)
                {
                    await client.ReadAsync(bytes);
                }
            }

            switch (random.Next(4))
            {
                case 0:
                    client.Abort();
                    break;
                case 1:
                    client.Close();
                    break;
                case 2:
                    client.CompleteWriting(); // and hears all that is left
                    while (await client.ReadAsync(bytes) > 0)
                    {
                    }

                    client.Close();
                    break;
                default:
                    client.CompleteWriting(); // and does not
                    client.Abort();
                    break;
            }
        }
    }

    private async LoopTask StillServes(Server server, ConnectOptions? options)
    {
        await using Connection last = await Loop.ConnectTcp(server.IPEndPoint, options);
        await last.WriteAsync("still here\n"u8.ToArray());
        Check.Equal("still here", await last.ReadLine());
    }
}
