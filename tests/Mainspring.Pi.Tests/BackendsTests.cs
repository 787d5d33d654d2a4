namespace Mainspring.Pi.Tests;

/// <summary>Whose code drives which kind of device.</summary>
public sealed class BackendsTests
{
    private const Backend All = Backend.Ports | Backend.Iot;

    [Theory]
    [InlineData("native", 0, 0)]
    [InlineData("ports", 0, 1)]
    [InlineData("iot", 0, 2)]
    [InlineData("ports,iot", 0, 3)]
    [InlineData("iot,ports", 0, 3)]
    [InlineData("native", 3, 0)]
    [InlineData("ports", 3, 3)]
    [InlineData("native,iot", 3, 2)]
    [InlineData(null, 3, 3)]
    public void Backends_WhatIsNotNamed_KeepsItsDefault(string? names, int otherwise, int chosen) =>
        Assert.Equal((Backend)chosen, Backends.Of(names, (Backend)otherwise));

    [Fact]
    public void Default_IsNativeOnLinux_AndEachPackageThatIsThereElsewhere()
    {
        Assert.Equal(Backend.Native, Backends.DefaultFor(isLinux: true, All));
        foreach (Backend built in (Backend[])[Backend.Native, Backend.Ports, Backend.Iot, All])
        {
            Assert.Equal(built, Backends.DefaultFor(isLinux: false, built));
        }
    }

    [Fact]
    public void Backend_ThatIsMissing_IsNamed()
    {
        Backends.CheckBuilt(All, All);
        Backends.CheckBuilt(Backend.Native, Backend.Native);
        Says("without System.IO.Ports; put", All, Backend.Iot);
        Says("without System.Device.Gpio; put", Backend.Iot, Backend.Ports);
        Says("without System.IO.Ports and System.Device.Gpio; put", All, Backend.Native);

        static void Says(string part, Backend chosen, Backend built) =>
            Assert.Contains(part, Assert.Throws<FormatException>(() => Backends.CheckBuilt(chosen, built)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other")]
    [InlineData("")]
    [InlineData("ports,")]
    [InlineData("ports, iot")]
    public void Backend_ThatIsNone_IsRefused(string names) =>
        Assert.Contains("is no backend; give native or ports or iot", Assert.Throws<FormatException>(() => Backends.Of(names)).Message, StringComparison.Ordinal);
}
