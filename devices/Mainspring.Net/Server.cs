using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Mainspring.Net;

/// <summary>Listening sockets, and the connections that came through them. Loop's thread only.</summary>
/// <remarks>A handler is a task of the loop, under its connection's name in <see cref="MainLoop.Tasks"/>. It is cancelled by <see cref="CloseConnections"/>, <see cref="AbortConnections"/>, <see cref="Dispose"/>, and
/// at the end of <see cref="LoopRunner"/>, which waits for it: its token is, and where it takes none, its connection is closed, and it has 5 s to end.</remarks>
[DebuggerDisplay("{Name}, {Connections.Count} connections")]
public sealed class Server : IDisposable, IAsyncDisposable
{
    private readonly ListenOptions _options;
    private readonly Func<ConnectionProtocol>? _protocols;
    private readonly Func<Connection, CancellationToken, LoopTask>? _handler;
    private readonly bool _takesToken;
    private readonly List<Listener> _listeners = [];
    private readonly HashSet<Connection> _connections = [];
    private readonly HashSet<ServerHandler> _handlers = []; // under way
    private readonly LoopSignals _closed;
    private readonly LoopSignals _stopped;
    private bool _isClosed;

    internal Server(MainLoop loop, ListenOptions options, ConnectionTaker taker)
    {
        Loop = loop;
        (_options, _protocols, _handler, _takesToken) = (options, taker.Protocols, taker.Handler, taker.TakesToken);
        _closed = new LoopSignals(loop);
        _stopped = new LoopSignals(loop);
    }

    /// <summary>The loop.</summary>
    public MainLoop Loop { get; }

    /// <summary>Its first address, for messages.</summary>
    public string Name => _listeners.Count > 0 ? _listeners[0].Name : "server";

    /// <summary>Whether it accepts connections.</summary>
    public bool IsServing { get; private set; }

    /// <summary>Where it listens, with the ports that the system has chosen for port 0. Empty once it is closed.</summary>
    public IReadOnlyList<EndPoint> EndPoints => _isClosed ? [] : _listeners.ConvertAll(static listener => listener.EndPoint);

    /// <summary>Its listening sockets, for their options: reading them, accepting and closing are the server's. Empty once it is closed.</summary>
    public IReadOnlyList<Socket> Sockets => _isClosed ? [] : _listeners.ConvertAll(static listener => listener.Socket);

    /// <summary>The first of <see cref="EndPoints"/> that is an IP address.</summary>
    /// <exception cref="InvalidOperationException">It has none, or is closed.</exception>
    public IPEndPoint IPEndPoint => EndPoints.OfType<IPEndPoint>().FirstOrDefault() ?? throw new InvalidOperationException($"{Name} is closed, or listens on no IP address.");

    /// <summary>The sources of its listening sockets, with their counters; empty before <see cref="Start"/>.</summary>
    public IReadOnlyList<SourceHandle> Sources => [.. _listeners.Select(static listener => listener.Source).OfType<SourceHandle>()];

    /// <summary>Its open connections; of TLS, those whose handshake is over.</summary>
    public IReadOnlyCollection<Connection> Connections => _connections;

    /// <summary>How many handlers are under way, those whose connections have ended too.</summary>
    public int HandlerCount => _handlers.Count;

    /// <summary>Its <see cref="Name"/>.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;

    /// <summary>Begins to listen. Nothing when it does already.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        _listeners.ForEach(listener => listener.Start(_options.Backlog));
        IsServing = true;
    }

    /// <summary>Listens until <see cref="Close"/> is called or the token is cancelled.</summary>
    /// <param name="cancellationToken">Ends it: the server and its connections are closed as by <see cref="DisposeAsync"/>, handlers cancelled, and their ends waited for; then an <see cref="OperationCanceledException"/> is thrown.</param>
    /// <returns>The end. Awaited once.</returns>
    public async LoopTask ServeForever(CancellationToken cancellationToken = default)
    {
        Start();
        try
        {
            await _stopped.Wait(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Dispose();
            await WaitClosed(CancellationToken.None);
            throw;
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Stops listening. Connections and their handlers go on: see <see cref="CloseConnections"/> and <see cref="AbortConnections"/>. Idempotent.</summary>
    public void Close()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        IsServing = false;
        _listeners.ForEach(static listener => listener.Dispose());
        _stopped.End(null);
        EndWhenEmpty();
    }

    /// <summary>Cancels the handlers, and calls <see cref="Connection.Close"/> of each connection: at once, but where a handler takes a token when that handler has ended, so that it can say good-bye.
    /// One that does not end within 5 s is left, with a warning.</summary>
    public void CloseConnections()
    {
        CancelHandlers();
        HashSet<Connection> handled = _takesToken ? [.. _handlers.Select(static handler => handler.Connection)] : [];
        foreach (Connection connection in _connections.Where(connection => !handled.Contains(connection)).ToArray())
        {
            connection.Close();
        }
    }

    /// <summary>Cancels the handlers, and calls <see cref="Connection.Abort"/> of each connection.</summary>
    public void AbortConnections()
    {
        CancelHandlers();
        foreach (Connection connection in _connections.ToArray())
        {
            connection.Abort();
        }
    }

    /// <summary>Waits until the server is closed, its last connection has ended, and the last of its handlers. A handler that waits for it waits for itself.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The end of the wait.</returns>
    public ValueTask WaitClosed(CancellationToken cancellationToken = default) => IsOver ? default : _closed.Wait(cancellationToken);

    /// <summary>Closes it and its connections, and cancels its handlers.</summary>
    public void Dispose()
    {
        Close();
        CloseConnections();
    }

    /// <summary>As <see cref="Dispose"/>, and waits for the end of connections and handlers.</summary>
    /// <returns>The end.</returns>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await WaitClosed().ConfigureAwait(false);
    }

    private bool IsOver => _isClosed && _connections.Count == 0 && _handlers.Count == 0;

    /// <summary>The call that accepts; it leaves its error as the last one of a P/Invoke.</summary>
    internal Func<SafeHandle, int> Accepting { get; set; } = Listener.Accept;

    /// <summary>How long it leaves new connections in the backlog when the system has no descriptors left.</summary>
    internal TimeSpan AcceptPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a handler that takes no token is waited for at the program's end.</summary>
    internal TimeSpan HandlerPatience { get; set; } = TimeSpan.FromSeconds(5);

    internal Listener Bind(Socket socket, string? path = null, UnixSocketFile? file = null)
    {
        var listener = new Listener(this, socket, path, file);
        _listeners.Add(listener);
        return listener;
    }

    /// <summary>Whether it takes another connection. One that comes while the program is being ended closes it, so that this comes to an end.</summary>
    internal bool Accepts()
    {
        if (Loop.IsFinishing)
        {
            Close();
        }

        return !_isClosed;
    }

    internal void Take(SocketChannel channel, string? path)
    {
        DescriptorConnection connection;
        ConnectionProtocol? protocol;
        try
        {
            new StreamOptions(_options).Apply(channel.Socket);
            connection = new DescriptorConnection(Loop, path is null ? Addresses.Name(channel.RemoteEndPoint) : $"unix:{path}", channel);
            protocol = _options.Tls is null ? _protocols?.Invoke() : null;
        }
        catch
        {
            channel.Dispose();
            throw;
        }

        if (_isClosed)
        {
            channel.Dispose(); // by the maker of protocols
            return;
        }

        Add(connection); // with TLS too, it counts from now on
        try
        {
            connection.Start(protocol);
        }
        catch
        {
            channel.Dispose();
            Forget(connection);
            throw;
        }

        if (_options.Tls is not null)
        {
            Secure(connection).Forget();
        }
        else
        {
            Handle(connection);
        }
    }

    /// <summary>A handler is over.</summary>
    internal void OnEnded(ServerHandler handler)
    {
        _handlers.Remove(handler);
        EndWhenEmpty();
    }

    // The loop was disposed, or somebody has removed the source.
    internal void OnDetached()
    {
        if (!_isClosed)
        {
            Close();
        }
    }

    private async LoopTask Secure(DescriptorConnection socket)
    {
        Connection connection;
        using var limit = new CancellationTokenSource();
        TimerHandle timer = _options.HandshakeTimeout == Timeout.InfiniteTimeSpan ? default : Loop.CallLater(_options.HandshakeTimeout, static limit => limit.Cancel(), limit);
        try
        {
            connection = await TlsConnection.Accept(socket, _options.Tls!, _protocols?.Invoke(), limit.Token, Exchange);
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException or OperationCanceledException)
        {
            socket.Abort();
            if (!_isClosed)
            {
                _listeners[0].Warn(limit.IsCancellationRequested
                    ? $"TLS with {socket.Name}: no handshake in {_options.HandshakeTimeout.TotalSeconds:0.###} s"
                    : exception is System.Security.Authentication.AuthenticationException ? exception.Message : $"TLS with {socket.Name}: {exception.Message}");
            }

            return;
        }
        catch
        {
            socket.Abort(); // the protocols' maker, or a callback of the options, has failed
            throw;
        }
        finally
        {
            timer.Cancel();
        }

        if (Loop.IsFinishing)
        {
            connection.Close(); // too late for another handler
        }
        else if (connection.State == ConnectionState.Open)
        {
            Handle(connection);
        }

        void Exchange(Connection secured)
        {
            Add(secured);
            Forget(socket);
        }
    }

    private void Handle(Connection connection)
    {
        if (_handler is not null && !Loop.IsClosing)
        {
            var handler = new ServerHandler(this, connection, _handler, _takesToken);
            _handlers.Add(handler);
            handler.Start();
        }
    }

    private void CancelHandlers()
    {
        foreach (ServerHandler handler in _handlers.ToArray())
        {
            handler.Cancel();
        }
    }

    private void Add(Connection connection)
    {
        _connections.Add(connection);
        connection.Closed += Forget;
        UpdateRoom();
    }

    private void Forget(Connection connection)
    {
        if (_connections.Remove(connection))
        {
            UpdateRoom();
            EndWhenEmpty();
        }
    }

    private void UpdateRoom()
    {
        if (_options.MaxConnections != int.MaxValue)
        {
            _listeners.ForEach(listener => listener.SetFull(_connections.Count >= _options.MaxConnections));
        }
    }

    private void EndWhenEmpty()
    {
        if (IsOver)
        {
            _closed.End(null);
        }
    }
}
