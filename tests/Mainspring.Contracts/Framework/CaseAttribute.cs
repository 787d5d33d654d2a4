namespace Mainspring.Contracts;

/// <summary>A contract case: a public method without parameters that throws when the contract is broken. Its class is made anew for each case.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CaseAttribute : Attribute;
