using System.Net.Sockets;
using Mainspring.Net;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>Files and sockets of one's own.</summary>
public sealed class NetFileCases : NetSuite
{
    [Case]
    public void LoopSocket_SendsAFile_OrAPartOfIt()
    {
        string path = Path.GetTempFileName();
        try
        {
            byte[] content = new byte[3_000_000];
            new Random(1).NextBytes(content);
            File.WriteAllBytes(path, content);
            Run(async () =>
            {
                using SafeFileHandle file = File.OpenHandle(path);
                using var listener = new LoopSocket(Loop, new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                listener.Socket.Bind(Anywhere);
                listener.Socket.Listen();
                LoopTask<Socket> accept = listener.Accept();
                using var client = new LoopSocket(Loop, new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                await client.Connect(listener.Socket.LocalEndPoint!);
                using var server = new LoopSocket(Loop, await accept);
                LoopTask<long> send = server.SendFile(file, 1000);
                byte[] received = new byte[content.Length - 1000];
                for (int count = 0; count < received.Length;)
                {
                    count += await client.Receive(received.AsMemory(count));
                }

                Check.Equal(received.LongLength, await send);
                Check.True(content.AsSpan(1000).SequenceEqual(received));
                Check.Equal(10L, await server.SendFile(file, content.Length - 10, 100), "the file ended before");
                Check.Equal(10, await client.Receive(received));
            });
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Case]
    public void StandardInput_ThatIsAFile_ComesWhole_AtThePaceOfItsReader()
    {
        string path = Path.GetTempFileName();
        try
        {
            byte[] content = new byte[500_000];
            new Random(1).NextBytes(content);
            File.WriteAllBytes(path, content);
            Run(async () =>
            {
                await using Connection input = Network.OpenInput(Loop, File.OpenHandle(path), null);
                byte[] received = new byte[content.Length];
                await input.ReadExactly(received);
                Check.True(content.AsSpan().SequenceEqual(received));
                Check.Equal(0, await input.ReadAsync(received), "its end");
            });
            Run(async () =>
            {
                Connection closedEarly = Network.OpenInput(Loop, File.OpenHandle(path), null);
                await closedEarly.ReadExactly(new byte[10]);
                closedEarly.Abort();
                await closedEarly.WaitClosed();
            });
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Case]
    public void StandardInput_ThatIsNothing_HasItsEndAtOnce_AlsoForAProtocol()
    {
        Sys.NeedsLinux();
        var protocol = new NetProtocol();
        Run(async () =>
        {
            await using Connection input = Network.OpenInput(Loop, File.OpenHandle("/dev/null"), null);
            Check.Equal(0, await input.ReadAsync(new byte[10]));
            Connection told = Network.OpenInput(Loop, File.OpenHandle("/proc/self/comm"), protocol);
            await told.WaitClosed();
        });
        Check.True(protocol.Text.Length > 0);
    }

    [Case]
    public void StandardOutput_ThatIsAFile_IsWrittenWhole_BehindWhatWasThere()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "head\n");
            byte[] content = new byte[500_000];
            new Random(1).NextBytes(content);
            Run(async () =>
            {
                FileStream file = new(path, FileMode.Append, FileAccess.Write);
                await using (Connection output = Network.OpenOutput(Loop, file.SafeFileHandle))
                {
                    await output.WriteAsync(content);
                    output.Write("tail"u8);
                }

                Check.True(file.SafeFileHandle.IsClosed, "the connection owns it");
            });
            byte[] written = File.ReadAllBytes(path);
            Check.Equal(5 + content.Length + 4, written.Length);
            Check.True(content.AsSpan().SequenceEqual(written.AsSpan(5, content.Length)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Case]
    public void StandardOutput_ThatIsAFile_IsWrittenWhole_ThoughTheLoopEndsBehindIt()
    {
        string path = Path.GetTempFileName();
        try
        {
            using (var loop = new MainLoop())
            {
                loop.Run(() =>
                {
                    Connection output = Network.OpenOutput(loop, File.OpenHandle(path, FileMode.Open, FileAccess.Write));
                    output.Write(new byte[400_000]);
                    return Task.CompletedTask;
                });
            }

            Check.Equal(400_000L, new FileInfo(path).Length);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Case]
    public void StandardOutput_ThatIsAFile_PressesBack()
    {
        string path = Path.GetTempFileName();
        try
        {
            Run(async () =>
            {
                Connection output = Network.OpenOutput(Loop, File.OpenHandle(path, FileMode.Open, FileAccess.Write));
                output.Write(new byte[400_000]);
                Check.True(output.Unsent > 300_000, $"{output.Unsent} bytes wait: a disk may be slow, and others have their turn");
                Check.Equal(400_000L, new FileInfo(path).Length + output.Unsent);
                ValueTask drain = output.Drain();
                Check.False(drain.IsCompleted);
                await drain;
                Check.True(output.Unsent <= output.LowWaterMark);
                output.WriteLimit = 1_000_000;
                Check.Throws<NetworkException>(() =>
                {
                    for (int i = 0; i < 100; i++)
                    {
                        output.Write(new byte[100_000]);
                    }
                });
                int ticks = 0;
                TimerHandle others = Loop.CallEvery(TimeSpan.FromTicks(1), () => ticks++);
                await output.WriteAsync(new byte[3_000_000]);
                others.Cancel();
                Check.True(ticks >= 30, $"{ticks} ticks meanwhile");
                await output.DisposeAsync();
            });
            Check.True(new FileInfo(path).Length > 4_000_000);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Case]
    public void StandardOutput_ThatIsFull_SaysSo()
    {
        Sys.NeedsLinux();
        Run(async () =>
        {
            Connection output = Network.OpenOutput(Loop, File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write));
            try
            {
                await output.WriteAsync(new byte[100]);
                await output.Drain();
                output.Write("x"u8);
                await output.DisposeAsync();
                await output.WaitClosed();
                Check.True(false);
            }
            catch (NetworkException exception)
            {
                Check.Contains("stdout", exception.Message);
            }

            output.Abort();
        });
    }
}
