using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Mainspring.Net;

/// <summary>Listening sockets, and the connections that came through them. Loop's thread only.</summary>
[DebuggerDisplay("{Name}, {Connections.Count} connections")]
public sealed class Server : IDisposable
{
    private readonly ListenOptions _options;
    private readonly Func<ConnectionProtocol>? _protocols;
    private readonly Func<Connection, LoopTask>? _handler;
    private readonly List<Listener> _listeners = [];
    private readonly HashSet<Connection> _connections = [];
    private readonly LoopSignals _closed;
    private readonly LoopSignals _stopped;
    private bool _isClosed;

    internal Server(MainLoop loop, ListenOptions options, Func<ConnectionProtocol>? protocols, Func<Connection, LoopTask>? handler)
    {
        Loop = loop;
        (_options, _protocols, _handler) = (options, protocols, handler);
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

    /// <summary>Begins to listen. Nothing when it does already.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (!IsServing)
        {
            IsServing = true;
            _listeners.ForEach(listener => listener.Start(_options.Backlog));
        }
    }

    /// <summary>Listens until the token is cancelled or <see cref="Close"/> is called; then closes.</summary>
    /// <param name="cancellationToken">Ends it, with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The end. Awaited once.</returns>
    public async LoopTask ServeForever(CancellationToken cancellationToken = default)
    {
        Start();
        try
        {
            await _stopped.Wait(cancellationToken);
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Stops listening. Connections go on: see <see cref="CloseConnections"/> and <see cref="AbortConnections"/>. Idempotent.</summary>
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

    /// <summary>Calls <see cref="Connection.Close"/> of each connection.</summary>
    public void CloseConnections()
    {
        foreach (Connection connection in _connections.ToArray())
        {
            connection.Close();
        }
    }

    /// <summary>Calls <see cref="Connection.Abort"/> of each connection.</summary>
    public void AbortConnections()
    {
        foreach (Connection connection in _connections.ToArray())
        {
            connection.Abort();
        }
    }

    /// <summary>Waits until the server is closed and its last connection has ended.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The end of the wait.</returns>
    public ValueTask WaitClosed(CancellationToken cancellationToken = default) => _isClosed && _connections.Count == 0 ? default : _closed.Wait(cancellationToken);

    /// <summary>Closes it and its connections.</summary>
    public void Dispose()
    {
        Close();
        CloseConnections();
    }

    /// <summary>The call that accepts; it leaves its error as the last one of a P/Invoke.</summary>
    internal Func<SafeHandle, int> Accepting { get; set; } = Listener.Accept;

    /// <summary>How long it leaves new connections in the backlog when the system has no descriptors left.</summary>
    internal TimeSpan AcceptPause { get; set; } = TimeSpan.FromSeconds(1);

    internal Listener Bind(Socket socket, string? path = null, UnixSocketFile? file = null)
    {
        var listener = new Listener(this, socket, path, file);
        _listeners.Add(listener);
        if (_options.StartServing)
        {
            Start();
        }

        return listener;
    }

    internal void Take(SocketChannel channel, string? path)
    {
        new StreamOptions(_options).Apply(channel.Socket);
        var connection = new DescriptorConnection(Loop, path is null ? Addresses.Name(channel.RemoteEndPoint) : $"unix:{path}", channel);
        if (_options.Tls is null)
        {
            Add(connection);
            Begin(connection, () => connection.Start(_protocols?.Invoke()));
            return;
        }

        Add(connection); // it counts from now on
        Begin(connection, () => connection.Start(null));
        Secure(connection).Forget();
    }

    // The loop was disposed, or somebody has removed the source.
    internal void OnDetached()
    {
        if (!_isClosed)
        {
            Close();
        }
    }

    private void Begin(DescriptorConnection connection, Action start)
    {
        try
        {
            start();
        }
        catch
        {
            connection.Channel.Dispose();
            Forget(connection);
            throw;
        }

        if (_options.Tls is null && _handler is not null)
        {
            Handle(connection).Forget();
        }
    }

    private async LoopTask Secure(DescriptorConnection socket)
    {
        Connection connection;
        using var limit = new CancellationTokenSource();
        TimerHandle timer = Loop.CallLater(_options.HandshakeTimeout, static limit => limit.Cancel(), limit);
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

        if (_handler is not null)
        {
            await Handle(connection);
        }

        void Exchange(Connection secured)
        {
            Add(secured);
            Forget(socket);
        }
    }

    private async LoopTask Handle(Connection connection)
    {
        try
        {
            await _handler!(connection);
        }
        catch (NetworkException) when (connection.IsBroken)
        {
            // The other end has gone, which is no fault of the handler.
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            connection.Report(exception);
            connection.Abort();
        }
        finally
        {
            connection.Close();
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
        if (_isClosed && _connections.Count == 0)
        {
            _closed.End(null);
        }
    }
}
