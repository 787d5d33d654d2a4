using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mainspring.Contracts;

/// <summary>The device at the far end of a COM port, in the hands of tests/wine/peer.py: see there for what is asked of it. Where nobody says where that listens, its cases are skipped.</summary>
internal sealed class ComPeer : IDisposable
{
    private const string Variable = "MAINSPRING_COM_PEER";
    private const int HeadSize = 5;

    private readonly Socket _socket;
    private readonly Thread _reader;
    private readonly SemaphoreSlim _answers = new(0);
    private readonly byte[] _request = new byte[70_000];
    private volatile Action<byte[]>? _received;
    private string _answer = "";

    public ComPeer()
    {
        Sys.NeedsWindows();
        if (!int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out int port))
        {
            throw new SkipException($"needs a COM port with a far end: {Variable} is not set, as tests/wine/run.sh does");
        }

        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(IPAddress.Loopback, port);
        _reader = new Thread(Read) { IsBackground = true };
        _reader.Start();
        Name = Ask('N');
    }

    /// <summary>The port's name.</summary>
    public string Name { get; }

    public void Plug() => Ask('P');

    public void Unplug() => Ask('U');

    /// <summary>From now on what the program sends is taken. Called on a thread of its own.</summary>
    public void Take(Action<byte[]> received)
    {
        _received = received;
        Ask('T');
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        _request[0] = (byte)'S';
        BinaryPrimitives.WriteInt32LittleEndian(_request.AsSpan(1), bytes.Length);
        bytes.CopyTo(_request.AsSpan(HeadSize));
        Check.Equal(HeadSize + bytes.Length, _socket.Send(_request.AsSpan(0, HeadSize + bytes.Length)));
    }

    public void Dispose()
    {
        _socket.Dispose();
        _reader.Join();
    }

    private string Ask(char what)
    {
        _socket.Send([(byte)what, 0, 0, 0, 0]);
        Check.True(_answers.Wait(Patience.Long), $"the far end does not answer '{what}'");
        return _answer;
    }

    private void Read()
    {
        byte[] head = new byte[HeadSize];
        try
        {
            while (Fill(head))
            {
                byte[] content = new byte[BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(1))];
                Fill(content);
                if (head[0] == 'D')
                {
                    _received?.Invoke(content);
                }
                else
                {
                    _answer = Encoding.ASCII.GetString(content);
                    _answers.Release();
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It was disposed.
        }
    }

    private bool Fill(byte[] buffer)
    {
        for (int at = 0; at < buffer.Length;)
        {
            int count = _socket.Receive(buffer.AsSpan(at));
            if (count == 0)
            {
                return false;
            }

            at += count;
        }

        return true;
    }
}
