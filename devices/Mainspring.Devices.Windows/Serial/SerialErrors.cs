using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mainspring.Devices.Windows;

/// <summary>What went wrong with a serial port, in words: what happened, where, what to do.</summary>
[SupportedOSPlatform("windows")]
internal static class SerialErrors
{
    /// <summary>It could not be opened.</summary>
    public static IOException Opening(string device, int error) => Exception(error, $"{device}: {error switch
    {
        SerialAbi.FileNotFound or SerialAbi.PathNotFound or SerialAbi.InvalidName or SerialAbi.NoSuchDevice =>
            "there is no such port; check its name (the device manager lists the ports, and so does WindowsSerialPort.List) and that the device is plugged in",
        SerialAbi.AccessDenied or SerialAbi.SharingViolation => "in use by another program or another port of this one; end that or close it there",
        SerialAbi.NotConnected or SerialAbi.GeneralFailure or SerialAbi.BadCommand => "the device does not answer; it is being unplugged, or its driver waits for another program to let go of it",
        _ => Words(error),
    }}.");

    /// <summary>It is something else than a serial port.</summary>
    public static IOException NotAPort(string device, int error) => Exception(error, $"{device}: is not a serial port; check its name.");

    /// <summary>It is one, and cannot do what is wanted.</summary>
    public static IOException Unsupported(string device, string what, int error) => Exception(error, $"{device}: its driver does not take {what}; choose what the device supports.");

    /// <summary>Something beside the data was refused.</summary>
    public static IOException Refused(string device, string what)
    {
        int error = Marshal.GetLastPInvokeError();
        return Exception(error, $"{device}: {what} refused: {Words(error)}.");
    }

    /// <summary>Why it went away.</summary>
    public static string Gone(int error) => error switch
    {
        SerialAbi.BadCommand or SerialAbi.NotConnected or SerialAbi.Removed or SerialAbi.NoSuchDevice or SerialAbi.AccessDenied or SerialAbi.GeneralFailure or SerialAbi.FileNotFound => "the device was unplugged",
        0 or SerialAbi.EndOfFile or SerialAbi.BrokenPipe or SerialAbi.Aborted or SerialAbi.InvalidHandle => "it hung up: the device was unplugged or its far end was closed",
        _ => Words(error),
    };

    private static IOException Exception(int error, string message) => new(message, unchecked((int)0x80070000) | error); // HRESULT_FROM_WIN32

    private static string Words(int error) => $"{Marshal.GetPInvokeErrorMessage(error).TrimEnd('.', ' ', '\r', '\n')} (error {error})";
}
