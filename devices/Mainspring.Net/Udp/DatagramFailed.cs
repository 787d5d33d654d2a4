using System.Net.Sockets;

namespace Mainspring.Net;

/// <summary>A datagram could not be delivered, or not be sent. The endpoint goes on.</summary>
/// <param name="Error">What the system said, such as <see cref="SocketError.ConnectionRefused"/>: nobody listens there.</param>
/// <param name="To">To whom, where that is known.</param>
public readonly record struct DatagramFailed(SocketError Error, DatagramAddress To);
