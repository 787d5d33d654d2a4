namespace Mainspring.Net;

/// <summary>What an address is called.</summary>
/// <param name="Host">The host's name, or the address when it has none.</param>
/// <param name="Service">The name of the port's service, or its number when it has none.</param>
public readonly record struct HostName(string Host, string Service);
