namespace Mainspring.Net;

/// <summary>Where a connection is in its life.</summary>
public enum ConnectionState
{
    /// <summary>It carries bytes.</summary>
    Open,

    /// <summary><see cref="Connection.Close"/> was called; what is unsent is being sent.</summary>
    Closing,

    /// <summary>It is closed.</summary>
    Closed,
}
