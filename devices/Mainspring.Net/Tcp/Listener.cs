using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mainspring.Net.Linux;

namespace Mainspring.Net;

/// <summary>One listening socket of a server.</summary>
internal sealed unsafe class Listener : IPollableSource, IDisposable
{
    private readonly Server _server;
    private readonly Socket _socket;
    private readonly string? _path; // of a Unix socket
    private readonly UnixSocketFile? _file;
    private SourceContext? _context;
    private SourceHandle? _source;
    private TimerHandle _again;
    private bool _isClosed;
    private bool _isFull;         // the server has as many connections as it may
    private bool _isShortOfFiles; // accept(2) has failed for want of descriptors, and this was told

    /// <summary>accept4(2).</summary>
    public static int Accept(SafeHandle socket) => NetAbi.Accept(socket, null, null, NetAbi.AcceptFlags);

    /// <summary>Takes a bound socket.</summary>
    /// <param name="server">Whose it is.</param>
    /// <param name="socket">The socket.</param>
    /// <param name="path">Of a Unix socket: its path.</param>
    /// <param name="file">Its file, when that is to go with it.</param>
    public Listener(Server server, Socket socket, string? path, UnixSocketFile? file)
    {
        (_server, _socket, _path, _file) = (server, socket, path, file);
        EndPoint = socket.LocalEndPoint!;
        Name = $"listen:{path ?? Addresses.Text(EndPoint)}";
    }

    public string Name { get; }

    public EndPoint EndPoint { get; }

    public Socket Socket => _socket;

    public SafeHandle Handle => _socket.SafeHandle;

    public PollEvents Interest => PollEvents.Readable;

    public SourceHandle? Source => _source;

    public void Start(int backlog)
    {
        if (_source is null)
        {
            _socket.Listen(backlog);
            _server.Loop.Add(this, RetryPolicy.Never);
        }
    }

    public void Attach(SourceContext context) => (_context, _source) = (context, context.Source);

    public int Dispatch(PollEvents ready, int maxEvents)
    {
        int handled = 0;
        while (handled < maxEvents && !_isFull && _context is not null && _server.Accepts())
        {
            int descriptor = _server.Accepting(_socket.SafeHandle);
            if (descriptor < 0)
            {
                if (!GoesOn(Marshal.GetLastPInvokeError()))
                {
                    break;
                }

                handled++;
                continue;
            }

            _isShortOfFiles = false;
            handled++;
            var accepted = new SafeSocketHandle(descriptor, ownsHandle: true);
            _context.Emit(default(ConnectionAccepted));
            if (_context is null)
            {
                accepted.Dispose(); // whoever was told has closed the server
                break;
            }

            try
            {
                _server.Take(SocketChannel.Own(accepted), _path);
            }
            catch (Exception exception)
            {
                _context?.Error(exception); // this connection only
            }
        }

        return handled;
    }

    /// <summary>Says whether the server has room for another connection.</summary>
    public void SetFull(bool isFull)
    {
        if (_isFull != isFull)
        {
            _isFull = isFull;
            UpdateInterest();
        }
    }

    public void Warn(string message) => _context?.Warn(message);

    public void Detach()
    {
        _context = null;
        _again.Cancel();
        Close();
        _server.OnDetached();
    }

    public void Dispose()
    {
        if (_source is { } source)
        {
            source.Remove();
        }
        else
        {
            Close();
        }
    }

    private void Close()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _file?.Remove(); // while the socket is open no other file can have its number
            _socket.Dispose();
        }
    }

    // accept(2): errors of a connection that has gone before it was taken are no errors of the listener.
    private bool GoesOn(int error)
    {
        switch (error)
        {
            case Errno.Again:
                return false;
            case Errno.TooManyOpen or Errno.TableFull or Errno.NoBuffers or Errno.NoMemory:
                if (!_isShortOfFiles)
                {
                    _isShortOfFiles = true;
                    _context!.Error(new NetworkException(
                        $"{Name} cannot accept: {NetworkErrors.Describe(NetworkErrors.FromErrno(error))}. New connections wait in the backlog meanwhile, and it tries again every {_server.AcceptPause.TotalSeconds:0.###} s.",
                        NetworkErrors.FromErrno(error)));
                }

                _again = _server.Loop.CallLater(_server.AcceptPause, static listener => listener.Resume(), this);
                _context?.SetInterest(PollEvents.None);
                return false;
            case Errno.Invalid or Errno.BadDescriptor or Errno.NoSocket: // it listens no more, and never will
                throw NetworkErrors.MakeLast($"{Name} cannot accept");
            default:
                return true;
        }
    }

    private void Resume()
    {
        _again = default;
        UpdateInterest();
    }

    private void UpdateInterest() => _context?.SetInterest(_isFull || _again.IsPending ? PollEvents.None : PollEvents.Readable);
}
