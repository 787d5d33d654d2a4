namespace Mainspring.Contracts;

/// <summary>The case cannot run on this machine.</summary>
/// <param name="reason">What is missing.</param>
public sealed class SkipException(string reason) : Exception(reason);
