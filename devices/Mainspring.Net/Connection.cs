using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Mainspring.Net;

/// <summary>
/// A stream of bytes to another program: TCP, a Unix socket, TLS over either, a pipe. It belongs to its loop's thread, where all its calls are made and all waits end. In the
/// steady state reading and writing allocate nothing. Bytes that nobody reads stay in the kernel; bytes that the other end does not take wait here, up to <see cref="WriteLimit"/>.
/// </summary>
/// <remarks>With a <see cref="ConnectionProtocol"/> the bytes come by calls; without one, by <see cref="ReadAsync"/> and its kin, one reader at a time.</remarks>
[DebuggerDisplay("{Name} {State}")]
public abstract partial class Connection : IDisposable, IAsyncDisposable
{
    private protected const int DefaultHighWaterMark = 64 * 1024;

    private const int MostDrains = 64; // in one tick that do not wait, so that one that writes in a loop starves nobody

    private readonly LoopSignals _drains;
    private readonly LoopSignals _closeds;
    private ConnectionProtocol? _protocol;
    private TickTurn _drainTurn = new(MostDrains);
    private bool _isWritingPaused;
    private bool _isFilling; // somebody receives into _input
    private bool _isLost;

    private protected Connection(MainLoop loop, string name)
    {
        Loop = loop;
        Name = name;
        _drains = new LoopSignals(loop);
        _closeds = new LoopSignals(loop);
    }

    /// <summary>The name under which errors, traces and counters speak of it, such as <c>tcp:127.0.0.1:4433</c>.</summary>
    public string Name { get; }

    /// <summary>Its <see cref="Name"/>.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;

    /// <summary>The loop.</summary>
    public MainLoop Loop { get; }

    /// <summary>Where it is in its life.</summary>
    public ConnectionState State { get; private protected set; }

    /// <summary>The source behind it, with its counters; of TLS, that of the socket.</summary>
    public abstract SourceHandle Source { get; }

    /// <summary>The address of this end; null when it has none.</summary>
    public abstract EndPoint? LocalEndPoint { get; }

    /// <summary>The address of the other end; null when it has none.</summary>
    public abstract EndPoint? RemoteEndPoint { get; }

    /// <summary>The TLS session: protocol, cipher, certificates, the negotiated application protocol; null without TLS. For looking, not for reading and writing.</summary>
    public virtual SslStream? Tls => null;

    /// <summary>The socket, for its options; null when it is none. Reading, writing and closing it are the connection's.</summary>
    public abstract Socket? Socket { get; }

    /// <summary>Bytes that wait to be sent.</summary>
    public abstract int Unsent { get; }

    /// <summary>From how many unsent bytes on writers wait, or are asked to pause. 64 KiB at first.</summary>
    public int HighWaterMark { get; private set; } = DefaultHighWaterMark;

    /// <summary>Down to how many unsent bytes they wait. A quarter of <see cref="HighWaterMark"/> at first.</summary>
    public int LowWaterMark { get; private set; } = DefaultHighWaterMark / 4;

    /// <summary>How many unsent bytes <see cref="Write"/> accepts for whoever does not wait; 4 MiB at first. One that comes when nothing waits may be longer.</summary>
    public int WriteLimit { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long <see cref="Close"/> lets the other end take what is unsent, before it aborts. 30 s at first; <see cref="Timeout.InfiniteTimeSpan"/> is for ever.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public TimeSpan CloseTimeout
    {
        get;
        set
        {
            if (value != Timeout.InfiniteTimeSpan)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            }

            field = value;
        }
    } = TimeSpan.FromSeconds(30);

    /// <summary>Whoever is told of the bytes; null when they are read by <see cref="ReadAsync"/>. Setting one is for before the first byte was read, or between two reads.</summary>
    /// <exception cref="InvalidOperationException">Somebody reads just now.</exception>
    public ConnectionProtocol? Protocol
    {
        get => _protocol;
        set
        {
            CheckAccess();
            if (IsBeingRead)
            {
                throw new InvalidOperationException($"{Name} is being read: end that before its protocol is changed.");
            }

            _protocol = value;
            OnProtocolChanged();
            ResumeInput();
        }
    }

    /// <summary>Whether <see cref="PauseReading"/> is in force.</summary>
    public abstract bool IsReadingPaused { get; }

    /// <summary>Sets the water marks.</summary>
    /// <param name="high">From how many unsent bytes on writers wait; 0 lets them wait for every byte.</param>
    /// <param name="low">Down to how many; null is a quarter of <paramref name="high"/>.</param>
    public void SetWriteMarks(int high, int? low = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(high);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(low ?? 0, high, nameof(low));
        ArgumentOutOfRangeException.ThrowIfNegative(low ?? 0, nameof(low));
        CheckAccess();
        (HighWaterMark, LowWaterMark) = (high, low ?? (high / 4));
        OnUnsentChanged();
    }

    /// <summary>Sends bytes. What the system does not take now is copied, and sent as it can be. Never waits: see <see cref="Drain"/>.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="NetworkException">The connection is lost, or <see cref="WriteLimit"/> is reached because the other end does not read.</exception>
    /// <exception cref="InvalidOperationException"><see cref="CompleteWriting"/> or <see cref="Close"/> was called; it cannot write; or this is another thread.</exception>
    public abstract void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Sends bytes, and waits when more than <see cref="HighWaterMark"/> are unsent. The bytes may be reused when the wait is over.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="cancellationToken">Ends the wait; some of the bytes, or all, may have been sent.</param>
    /// <returns>The end of the wait; at once when the system takes all.</returns>
    /// <exception cref="NetworkException">The connection is lost.</exception>
    /// <exception cref="InvalidOperationException"><see cref="CompleteWriting"/> or <see cref="Close"/> was called, or this is another thread.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (bytes.Length > Piece)
        {
            return new ValueTask(WritePieces(bytes, cancellationToken).AsTask());
        }

        Write(bytes.Span);
        return Drain(cancellationToken);
    }

    /// <summary>Waits while more than <see cref="HighWaterMark"/> bytes are unsent, until no more than <see cref="LowWaterMark"/> are.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The end of the wait; mostly at once.</returns>
    /// <exception cref="NetworkException">The connection was lost meanwhile.</exception>
    public ValueTask Drain(CancellationToken cancellationToken = default)
    {
        CheckAccess();
        if (!_isWritingPaused && _drainTurn.IsOver(Loop))
        {
            Loop.SynchronizationContext.Post(static connection => ((Connection)connection!).EndTurn(), this);
            return _drains.Wait(cancellationToken);
        }

        return _isWritingPaused ? _drains.Wait(cancellationToken) : default;
    }

    /// <summary>Says to the other end that no more will be sent, when all is; reading goes on. TLS and pipes: closes nothing but this direction where the protocol knows that.</summary>
    public abstract void CompleteWriting();

    /// <summary>Stops telling the <see cref="Protocol"/> of bytes: they stay in the kernel, and when that is full, at the sender.</summary>
    public abstract void PauseReading();

    /// <summary>Undoes <see cref="PauseReading"/>.</summary>
    public abstract void ResumeReading();

    /// <summary>Closes the connection when all that is unsent was sent, or after <see cref="CloseTimeout"/>. Nothing more is read. Idempotent.</summary>
    public abstract void Close();

    /// <summary>Closes the connection now; what is unsent is lost, and the other end sees a reset. Idempotent.</summary>
    public abstract void Abort();

    /// <summary>Waits until the connection is closed, by whomever.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The end of the wait; how it was closed makes no difference.</returns>
    public ValueTask WaitClosed(CancellationToken cancellationToken = default)
    {
        CheckAccess();
        return State == ConnectionState.Closed ? default : _closeds.Wait(cancellationToken);
    }

    /// <summary>As <see cref="Close"/>.</summary>
    public void Dispose()
    {
        if (State != ConnectionState.Closed)
        {
            Close();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>As <see cref="Close"/>, and waits until it is closed.</summary>
    /// <returns>The end.</returns>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        GC.SuppressFinalize(this);
        await WaitClosed().ConfigureAwait(false);
    }

    /// <summary>Called once, at once, when it is closed; before <see cref="ConnectionProtocol.OnLost"/>.</summary>
    internal event Action<Connection>? Closed;

    /// <summary>Why it was closed; null when by <see cref="Close"/>.</summary>
    internal Exception? Reason { get; private protected set; }

    /// <summary>Whether the other end is known to be gone, or to take nothing any more.</summary>
    internal virtual bool IsBroken => State == ConnectionState.Closed || Reason is NetworkException;

    /// <summary>How much is copied at a time for writers that wait.</summary>
    private protected const int Piece = 64 * 1024;

    private protected bool IsWritingPaused => _isWritingPaused;

    /// <summary>Has it aborted after <see cref="CloseTimeout"/>.</summary>
    private protected TimerHandle AbortLater()
    {
        if (CloseTimeout == Timeout.InfiniteTimeSpan)
        {
            return default;
        }

        try
        {
            return Loop.CallLater(CloseTimeout, static connection => connection.Abort(), this);
        }
        catch (ObjectDisposedException)
        {
            Abort(); // by somebody's finally, while the loop is disposed: nothing is sent any more
            return default;
        }
    }

    // A writer that waits after each piece never meets the limit.
    private int PauseMark => Math.Max(0, Math.Min(HighWaterMark, WriteLimit - Piece));

    private protected abstract bool IsBeingRead { get; }

    private protected abstract void OnProtocolChanged();

    /// <summary>Closes for a reason.</summary>
    internal abstract void Fail(Exception reason);

    /// <summary>Reports an error under the connection's name.</summary>
    internal abstract void Report(Exception exception);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void CheckAccess()
    {
        if (MainLoop.Current is { } current ? current != Loop : Loop.IsRunning)
        {
            ThrowForeign();
        }
    }

    private protected void CheckWritable(bool isCompleted, Exception? failure, int count)
    {
        CheckAccess();
        if (failure is not null)
        {
            throw new NetworkException(failure.Message, (failure as NetworkException)?.SocketError ?? SocketError.SocketError, failure);
        }

        if (isCompleted || State != ConnectionState.Open)
        {
            throw new InvalidOperationException($"{Name}: nothing can be written after CompleteWriting, Close or Abort.");
        }

        if (Unsent > 0 && Unsent + (long)count > WriteLimit)
        {
            throw new NetworkException(
                $"{Name}: {Unsent} bytes are unsent, because the other end does not read them, and the limit is {WriteLimit}: await Drain after Write, or raise WriteLimit.",
                SocketError.NoBufferSpaceAvailable);
        }
    }

    /// <summary>How much is unsent has changed.</summary>
    private protected void OnUnsentChanged()
    {
        if (!_isWritingPaused && Unsent > PauseMark)
        {
            _isWritingPaused = true;
            TellPressure();
        }
        else if (_isWritingPaused && Unsent <= Math.Min(LowWaterMark, PauseMark))
        {
            _isWritingPaused = false;
            _drains.End(null);
            TellPressure();
        }
    }

    private protected void TellMade()
    {
        try
        {
            _protocol?.OnMade(this);
        }
        catch (Exception exception)
        {
            FailBy(exception);
        }
    }

    private protected void TellData(ReadOnlySpan<byte> data)
    {
        try
        {
            _protocol?.OnData(this, data);
        }
        catch (Exception exception)
        {
            FailBy(exception);
        }
    }

    private protected void TellEnd()
    {
        try
        {
            _protocol?.OnEnd(this);
        }
        catch (Exception exception)
        {
            FailBy(exception);
        }
    }

    /// <summary>It is closed. Everybody who waits is told.</summary>
    private protected void TellLost()
    {
        if (_isLost)
        {
            return;
        }

        _isLost = true;
        State = ConnectionState.Closed;
        _isWritingPaused = false;
        _drains.End(Reason ?? new NetworkException($"{Name}: the connection was closed.", SocketError.ConnectionAborted));
        _closeds.End(null);
        ReleaseInput();
        Closed?.Invoke(this);
        if (_protocol is not null)
        {
            Loop.SynchronizationContext.Post(static connection => ((Connection)connection!).CallLost(), this);
        }
    }

    /// <summary>Writers that wait hear of a direction that broke.</summary>
    private protected void EndDrains(Exception exception)
    {
        _isWritingPaused = false;
        _drains.End(exception);
    }

    private void EndTurn()
    {
        if (!_isWritingPaused)
        {
            _drains.End(null);
        }
    }

    // What it throws, the loop reports.
    private void CallLost() => _protocol?.OnLost(this, Reason);

    private void TellPressure()
    {
        if (_protocol is not { } protocol || State != ConnectionState.Open)
        {
            return;
        }

        try
        {
            if (_isWritingPaused)
            {
                protocol.OnPauseWriting(this);
            }
            else
            {
                protocol.OnResumeWriting(this);
            }
        }
        catch (Exception exception)
        {
            FailBy(exception);
        }
    }

    // The protocol has a fault: its connection cannot go on.
    private void FailBy(Exception exception)
    {
        Report(exception);
        Fail(exception);
    }

    private async LoopTask WritePieces(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await Drain(cancellationToken);
        while (bytes.Length > 0)
        {
            int count = Math.Min(bytes.Length, Piece);
            Write(bytes.Span[..count]);
            bytes = bytes[count..];
            await Drain(cancellationToken);
        }
    }

    private void ThrowForeign() => throw new InvalidOperationException(
        $"{Name} was used on another thread than that of its loop '{Loop.Name}': use loop.Post, or await loop.SwitchTo() first.");
}
