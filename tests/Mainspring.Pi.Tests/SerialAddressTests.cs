namespace Mainspring.Pi.Tests;

/// <summary>What a serial line on the command line may be.</summary>
public sealed class SerialAddressTests
{
    [Theory]
    [InlineData("/dev/ttyUSB0", "/dev/ttyUSB0", 9600)]
    [InlineData("/dev/ttyUSB0:115200", "/dev/ttyUSB0", 115200)]
    [InlineData("/dev/serial/by-path/usb-0:1:1.0-port0:4800", "/dev/serial/by-path/usb-0:1:1.0-port0", 4800)]
    [InlineData("/a:b/line", "/a:b/line", 9600)]
    public void Address_DeviceAndBaudRate_AreTakenApart(string text, string device, int baudRate) =>
        Assert.Equal(new SerialAddress(device, baudRate), SerialAddress.Parse(text));

    [Fact]
    public void Address_FileWhoseNameHasAColon_IsADevice()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("mainspring-").FullName, "usb-0:1.0-port0");
        File.WriteAllText(path, "");

        Assert.Equal(new SerialAddress(path, 9600), SerialAddress.Parse(path));
    }

    [Theory]
    [InlineData("", "'' names no device")]
    [InlineData(":9600", "':9600' names no device")]
    [InlineData("X:abc", "'abc' in 'X:abc' is not a baud rate")]
    [InlineData("X:", "'' in 'X:' is not a baud rate")]
    [InlineData("X:0", "'0' in 'X:0' is not a baud rate")]
    [InlineData("X:-1", "'-1' in 'X:-1' is not a baud rate")]
    [InlineData("X:99999999999", "'99999999999' in 'X:99999999999' is not a baud rate")]
    public void Address_ThatIsNone_SaysWhichPieceAndWhatToGive(string text, string message)
    {
        string said = Assert.Throws<FormatException>(() => SerialAddress.Parse(text)).Message;

        Assert.StartsWith(message, said, StringComparison.Ordinal);
        Assert.Contains($"give DEVICE[:BAUD], such as {(OperatingSystem.IsWindows() ? "COM3" : "/dev/ttyUSB0")}:115200", said, StringComparison.Ordinal);
    }
}
