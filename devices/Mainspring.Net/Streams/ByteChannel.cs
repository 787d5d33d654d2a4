using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Mainspring.Net;

/// <summary>A descriptor that carries a stream of bytes. No call blocks, none throws for what the system says.</summary>
internal abstract class ByteChannel : IDisposable
{
    public abstract SafeHandle Handle { get; }

    /// <summary>The socket; null when it is none.</summary>
    public virtual Socket? Socket => null;

    public virtual EndPoint? LocalEndPoint => null;

    public virtual EndPoint? RemoteEndPoint => null;

    public virtual bool CanRead => true;

    public virtual bool CanWrite => true;

    /// <summary>Takes what is there; 0 with success is the end.</summary>
    public abstract int Receive(Span<byte> buffer, out SocketError error);

    /// <summary>Gives what the system takes now.</summary>
    public abstract int Send(ReadOnlySpan<byte> bytes, out SocketError error);

    /// <summary>The loop comes to this connection: another turn of those channels that are always ready begins.</summary>
    public virtual void BeginTurn()
    {
    }

    /// <summary>Says that nothing more will be sent.</summary>
    public abstract void CompleteWriting();

    /// <summary>Has the next close throw away what is unsent, and tell the other end by a reset.</summary>
    public virtual void PrepareAbort()
    {
    }

    /// <summary>The error that the descriptor keeps, taken from it.</summary>
    public virtual SocketError TakeError() => SocketError.Success;

    public abstract void Dispose();
}
