using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mainspring.Windows;

/// <summary>The system's errors, in words: what was tried, on what, what the system said.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsErrors
{
    /// <summary>The error of the P/Invoke that has just returned.</summary>
    public static IOException Last(string what) => Of(Marshal.GetLastPInvokeError(), what);

    public static IOException Of(int error, string what) => new($"{what}: {Words(error)}", Result(error));

    /// <summary>What the system calls an error.</summary>
    public static string Words(int error) => $"{Marshal.GetPInvokeErrorMessage(error).TrimEnd('.', ' ', '\r', '\n')} (error {error})";

    /// <summary>HRESULT_FROM_WIN32.</summary>
    public static int Result(int error) => unchecked((int)0x80070000) | error;
}
