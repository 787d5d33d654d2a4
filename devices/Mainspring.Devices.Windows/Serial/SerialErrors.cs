using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mainspring.Windows;

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
        SerialAbi.AccessDenied or SerialAbi.SharingViolation or SerialAbi.Busy => "in use by another program or another port of this one; end that or close it there",
        SerialAbi.NotConnected or SerialAbi.GeneralFailure or SerialAbi.BadCommand => "the device does not answer; it is being unplugged, or its driver waits for another program to let go of it",
        SerialAbi.NoAnswer => "the device does not answer; see that it is switched on, and in reach of a Bluetooth adapter",
        _ => WindowsErrors.Words(error),
    }}.");

    /// <summary>It was opened, and does not say how it is set: something else than a serial port, or one whose device has gone.</summary>
    public static IOException Asking(string device, int error) => error is SerialAbi.InvalidFunction or SerialAbi.InvalidHandle or SerialAbi.InvalidParameter or SerialAbi.NotSupported
        ? Exception(error, $"{device}: is not a serial port; check its name.")
        : Opening(device, error);

    /// <summary>It is one, and cannot do what is wanted.</summary>
    public static IOException Unsupported(string device, string what, int error) => error is SerialAbi.InvalidParameter or SerialAbi.NotSupported or SerialAbi.InvalidFunction
        ? Exception(error, $"{device}: its driver does not take {what}; choose what the device supports.")
        : Opening(device, error);

    /// <summary>Something beside the data was refused.</summary>
    public static IOException Refused(string device, string what)
    {
        int error = Marshal.GetLastPInvokeError();
        return Exception(error, $"{device}: {what} refused: {WindowsErrors.Words(error)}.");
    }

    /// <summary>Why it went away.</summary>
    public static string Gone(int error) => error switch
    {
        SerialAbi.BadCommand or SerialAbi.NotConnected or SerialAbi.Removed or SerialAbi.NoSuchDevice or SerialAbi.AccessDenied or SerialAbi.GeneralFailure or SerialAbi.FileNotFound => "the device was unplugged",
        0 or SerialAbi.EndOfFile or SerialAbi.BrokenPipe or SerialAbi.Aborted or SerialAbi.InvalidHandle => "it hung up: the device was unplugged or its far end was closed",
        _ => WindowsErrors.Words(error),
    };

    private static IOException Exception(int error, string message) => new(message, WindowsErrors.Result(error));
}
