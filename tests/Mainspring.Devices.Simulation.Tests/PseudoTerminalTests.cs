namespace Mainspring.Devices.Simulation.Tests;

/// <summary>A pseudo-terminal without a loop, and its name and limits.</summary>
public sealed class PseudoTerminalTests
{
    public PseudoTerminalTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

    [Fact]
    public void Path_IsATerminalOfTheSystem()
    {
        using var terminal = new PseudoTerminal();
        Assert.StartsWith("/dev/pts/", terminal.Path, StringComparison.Ordinal);
        Assert.True(File.Exists(terminal.Path));
        Assert.Equal("pty:device", terminal.Name);
    }

    [Fact]
    public void TwoTerminals_AreTwo()
    {
        using var one = new PseudoTerminal();
        using var two = new PseudoTerminal();
        Assert.NotEqual(one.Path, two.Path);
    }

    [Fact]
    public void Unplugged_TakesNothing()
    {
        using var terminal = new PseudoTerminal();
        Assert.True(terminal.TryWrite("x"u8));
        terminal.HangUp();
        Assert.False(terminal.IsConnected);
        Assert.False(terminal.TryWrite("x"u8));
        Assert.Throws<InvalidOperationException>(() => terminal.Handle);
    }

    [Fact]
    public void Link_ThatCannotBeMade_IsAnError()
    {
        Assert.ThrowsAny<IOException>(static () => PseudoTerminal.At("/dev/null/there/is/no/folder/here"));
    }
}
