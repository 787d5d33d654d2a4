using Mainspring.Contracts;

namespace Mainspring.Tests;

/// <summary>The contract cases that native programs run too.</summary>
public sealed class ContractTests
{
    /// <summary>The names of all cases.</summary>
    public static TheoryData<string> Names => [.. Case.All.Select(static one => one.Name)];

    /// <summary>Runs one case.</summary>
    /// <param name="name">Its name.</param>
    [Theory]
    [MemberData(nameof(Names))]
    public void Contract(string name)
    {
        try
        {
            Case.All.Single(one => one.Name == name).Run();
        }
        catch (SkipException exception)
        {
            Assert.Skip(exception.Message);
        }
    }
}
