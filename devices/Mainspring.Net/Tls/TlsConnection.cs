using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Mainspring.Net;

/// <summary>TLS over another connection, by <see cref="SslStream"/>, whose waits all end on the loop.</summary>
internal sealed class TlsConnection : Connection
{
    private const int BufferSize = 16 * 1024; // a record of TLS

    private readonly Connection _inner;
    private readonly SslStream _tls;
    private ByteQueue _output;
    private ByteQueue _sending;
    private readonly LoopSignal<bool> _resumed;
    private readonly LoopSignal<int> _read;
    private readonly Action _endRead;
    private ValueTask<int> _present; // the read of SslStream that is under way
    private Exception? _writeError;
    private bool _isSending;
    private bool _isPumping;
    private bool _isReadingPaused;
    private bool _isWritingCompleted;
    private bool _isShutdown;
    private bool _isReleased;
    private TimerHandle _closeTimer;

    private TlsConnection(Connection inner, SslStream tls)
        : base(inner.Loop, $"tls:{inner.Name[(inner.Name.IndexOf(':', StringComparison.Ordinal) + 1)..]}")
    {
        _inner = inner;
        _tls = tls;
        _resumed = new LoopSignal<bool>(inner.Loop);
        _read = new LoopSignal<int>(inner.Loop);
        _endRead = EndRead;
        (WriteLimit, CloseTimeout, ReadLimit) = (inner.WriteLimit, inner.CloseTimeout, inner.ReadLimit);
    }

    public override SourceHandle Source => _inner.Source;

    public override EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    public override Socket? Socket => _inner.Socket;

    public override SslStream Tls => _tls;

    public override int Unsent => _output.Count + _sending.Count;

    public override bool IsReadingPaused => _isReadingPaused;

    private protected override bool IsBeingRead => !_read.IsFree && !_isPumping;

    /// <summary>Makes TLS as the client.</summary>
    public static async LoopTask<Connection> Connect(
        Connection inner, SslClientAuthenticationOptions options, ConnectionProtocol? protocol, CancellationToken cancellationToken)
    {
        string reason = "";
        RemoteCertificateValidationCallback? own = options.RemoteCertificateValidationCallback;
        options.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            reason = TlsDefaults.Reason(errors, chain, certificate, options.TargetHost);
            return own?.Invoke(sender, certificate, chain, errors) ?? errors == SslPolicyErrors.None;
        };
        var tls = new SslStream(inner.AsStream(), leaveInnerStreamOpen: false);
        try
        {
            await WithoutContext(() => tls.AuthenticateAsClientAsync(options, cancellationToken));
        }
        catch (AuthenticationException exception)
        {
            inner.Abort();
            throw TlsDefaults.Failed($"TLS with {options.TargetHost} ({inner.Name})", reason, exception);
        }
        catch (IOException exception) when (exception is not NetworkException)
        {
            inner.Abort();
            throw new NetworkException($"TLS with {options.TargetHost} ({inner.Name}): {exception.Message}", SocketError.ConnectionReset, exception);
        }
        catch
        {
            inner.Abort();
            throw;
        }

        return new TlsConnection(inner, tls).Start(protocol);
    }

    /// <summary>Makes TLS as the server.</summary>
    public static async LoopTask<Connection> Accept(
        Connection inner, SslServerAuthenticationOptions options, ConnectionProtocol? protocol, CancellationToken cancellationToken, Action<Connection>? made = null)
    {
        options = TlsDefaults.For(options);
        string reason = "";
        RemoteCertificateValidationCallback? own = options.RemoteCertificateValidationCallback;
        options.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            bool isOptional = certificate is null && !options.ClientCertificateRequired;
            reason = isOptional ? "" : TlsDefaults.Reason(errors, chain, certificate, null);
            return own?.Invoke(sender, certificate, chain, errors) ?? (isOptional || errors == SslPolicyErrors.None);
        };
        var tls = new SslStream(inner.AsStream(), leaveInnerStreamOpen: false);
        try
        {
            await WithoutContext(() => options.ServerCertificateSelectionCallback is null
                ? tls.AuthenticateAsServerAsync(options, cancellationToken)
                : tls.AuthenticateAsServerAsync((stream, hello, _, _) => ValueTask.FromResult(TlsDefaults.Selected(options, stream, hello.ServerName)), null, cancellationToken));
        }
        catch (AuthenticationException exception)
        {
            inner.Abort();
            throw TlsDefaults.Failed($"TLS with {inner.Name}", reason, exception);
        }
        catch (IOException exception) when (exception is not NetworkException)
        {
            inner.Abort();
            throw new NetworkException($"TLS with {inner.Name}: {exception.Message}", SocketError.ConnectionReset, exception);
        }
        catch
        {
            inner.Abort();
            throw;
        }

        var connection = new TlsConnection(inner, tls);
        made?.Invoke(connection);
        return connection.Start(protocol);
    }

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        CheckWritable(_isWritingCompleted, _writeError ?? (State == ConnectionState.Closed ? Reason : null), bytes.Length);
        _output.Append(bytes);
        OnUnsentChanged();
        if (!_isSending)
        {
            Send().Forget();
        }
    }

    public override void CompleteWriting()
    {
        CheckAccess();
        if (!_isWritingCompleted && State == ConnectionState.Open)
        {
            _isWritingCompleted = true;
            if (!_isSending)
            {
                Send().Forget();
            }
        }
    }

    public override void PauseReading()
    {
        CheckAccess();
        _isReadingPaused = true;
    }

    public override void ResumeReading()
    {
        CheckAccess();
        _isReadingPaused = false;
        ResumeInput();
        _resumed.SetResult(true);
    }

    public override void Close()
    {
        CheckAccess();
        if (State != ConnectionState.Open)
        {
            return;
        }

        State = ConnectionState.Closing;
        _isWritingCompleted = true;
        _resumed.SetResult(true);
        _closeTimer = AbortLater();
        if (!_isSending && !_isReleased)
        {
            Send().Forget();
        }
    }

    public override void Abort()
    {
        CheckAccess();
        if (!_isReleased)
        {
            State = ConnectionState.Closing;
            _inner.Abort();
        }
    }

    internal override void Fail(Exception reason)
    {
        if (!_isReleased)
        {
            Reason ??= reason;
            State = ConnectionState.Closing;
            _inner.Abort();
        }
    }

    internal override bool IsBroken => base.IsBroken || _writeError is not null;

    internal override void Report(Exception exception) => _inner.Report(exception);

    private protected override void OnProtocolChanged()
    {
        if (Protocol is not null && !_isPumping)
        {
            Pump().Forget();
        }
    }

    private protected override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        CheckAccess();
        if (Protocol is not null || !_read.IsFree)
        {
            throw new InvalidOperationException(
                Protocol is not null ? $"{Name} has a protocol, which is told of its bytes: set Protocol to null to read them here." : $"{Name} is being read already: await one read before the next.");
        }

        return ReadTls(buffer, cancellationToken);
    }

    private TlsConnection Start(ConnectionProtocol? protocol)
    {
        _inner.Closed += _ => Release();
        if (_inner.State == ConnectionState.Closed)
        {
            Release();
        }

        if (protocol is not null)
        {
            Protocol = protocol; // its reading begins in the next round
            TellMade();
        }

        return this;
    }

    // Waits by a signal of the loop: the way of the framework's tasks back to a synchronization context allocates.
    private ValueTask<int> ReadTls(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (State != ConnectionState.Open)
        {
            return Reason is null ? new ValueTask<int>(0) : ValueTask.FromException<int>(Reason);
        }

        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
#pragma warning disable CA2012 // EndRead takes its result, once
            _present = _tls.ReadAsync(buffer, cancellationToken);
#pragma warning restore CA2012
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        ValueTask<int> read = _read.Begin(CancellationToken.None);
        if (_present.IsCompleted)
        {
            EndRead();
        }
        else
        {
            _present.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_endRead);
        }

        return read;
    }

    private void EndRead()
    {
        ValueTask<int> present = _present;
        _present = default;
        try
        {
            _read.SetResult(present.GetAwaiter().GetResult());
        }
        catch (Exception) when (State != ConnectionState.Open && Reason is null)
        {
            _read.SetResult(0); // closed by this end
        }
        catch (Exception) when (State == ConnectionState.Closed)
        {
            _read.SetException(Reason!);
        }
        catch (OperationCanceledException exception)
        {
            _read.SetException(exception);
        }
        catch (Exception exception)
        {
            NetworkException failure = Failure(exception);
            Fail(failure);
            _read.SetException(failure);
        }
    }

    private NetworkException Failure(Exception exception) => exception as NetworkException ?? exception.InnerException as NetworkException
        ?? new NetworkException($"{Name}: {exception.Message}", SocketError.ConnectionReset, exception);

    // For a protocol: reads and tells.
    private async LoopTask Pump()
    {
        _isPumping = true;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await Loop.Yield(); // after OnMade
            while (State == ConnectionState.Open && Protocol is not null)
            {
                TellInput(); // what was received for methods comes first
                if (_isReadingPaused)
                {
                    await _resumed.Begin(CancellationToken.None);
                    continue;
                }

                if (State != ConnectionState.Open || Protocol is null)
                {
                    return;
                }

                int count = await ReadTls(buffer, CancellationToken.None);
                if (count == 0)
                {
                    if (State == ConnectionState.Open)
                    {
                        TellEnd();
                    }

                    return;
                }

                while (_isReadingPaused && State == ConnectionState.Open)
                {
                    await _resumed.Begin(CancellationToken.None); // one record was under way
                }

                if (State == ConnectionState.Open) // nobody is told after Close
                {
                    TellOrKeep(buffer.AsSpan(0, count));
                }
            }
        }
        catch (NetworkException)
        {
            // The protocol is told by OnLost.
        }
        catch (OperationCanceledException)
        {
            // The loop is disposed.
        }
        finally
        {
            _isPumping = false;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // One at a time: what is written meanwhile goes with the next record.
    private async LoopTask Send()
    {
        _isSending = true;
        try
        {
            while (_output.Count > 0 && !_isReleased)
            {
                (_output, _sending) = (_sending, _output);
                ValueTask write;
                SynchronizationContext? context = SynchronizationContext.Current;
                SynchronizationContext.SetSynchronizationContext(null);
                try
                {
                    write = _tls.WriteAsync(_sending.Waiting, CancellationToken.None);
                }
                finally
                {
                    SynchronizationContext.SetSynchronizationContext(context);
                }

                await write;
                _sending.Clear();
                OnUnsentChanged();
            }

            if (_isWritingCompleted && !_isShutdown && !_isReleased)
            {
                _isShutdown = true;
                await WithoutContext(_tls.ShutdownAsync); // close_notify
                _inner.CompleteWriting();
            }

            if (State == ConnectionState.Closing)
            {
                _inner.Close();
            }
        }
        catch (Exception exception)
        {
            _writeError = Failure(exception);
            Fail(_writeError);
        }
        finally
        {
            _isSending = false;
        }
    }

    // SslStream goes on on the thread on which its stream has answered, unless a context makes its tasks leave that.
    private static Task WithoutContext(Func<Task> call)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return call();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private void Release()
    {
        if (_isReleased)
        {
            return;
        }

        _isReleased = true;
        _closeTimer.Cancel();
        Reason ??= _inner.Reason;
        State = ConnectionState.Closed;
        _output.Clear();
        _resumed.SetResult(true);
        TellLost();
    }
}
