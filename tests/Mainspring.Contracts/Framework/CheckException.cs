namespace Mainspring.Contracts;

/// <summary>A contract is broken.</summary>
/// <param name="message">What was expected and what was found.</param>
public sealed class CheckException(string message) : Exception(message);
