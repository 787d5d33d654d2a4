using System.Net.Sockets;

namespace Mainspring.Net;

/// <summary>The network, or the other end, refused or went away. The message says what was tried, with whom, what the system said, and what to look at.</summary>
public sealed class NetworkException : IOException
{
    /// <summary>Says what happened.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="error">What the system said.</param>
    /// <param name="inner">What lies beneath it.</param>
    public NetworkException(string message, SocketError error, Exception? inner = null)
        : base(message, inner) => SocketError = error;

    /// <summary>What the system said.</summary>
    public SocketError SocketError { get; }
}
