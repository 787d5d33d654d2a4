namespace Mainspring.Net;

/// <summary>A listening socket has accepted a connection.</summary>
public readonly record struct ConnectionAccepted;
