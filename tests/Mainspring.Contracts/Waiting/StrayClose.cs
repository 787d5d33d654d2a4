using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mainspring.Contracts;

/// <summary>A program's mistake, such as closing another handle twice: what it closes is somebody else's.</summary>
[SupportedOSPlatform("windows")]
internal static partial class StrayClose
{
    private const nint Most = 0x4000;
    private const nint Step = 4; // between the numbers of handles

    /// <summary>Closes all other handles of the same object.</summary>
    public static void Duplicates(SafeHandle handle)
    {
        int closed = 0;
        nint own = handle.DangerousGetHandle();
        for (nint number = Step; number < Most; number += Step)
        {
            if (number != own && Compare(own, number))
            {
                Check.True(Close(number));
                closed++;
            }
        }

        Check.Equal(1, closed, "duplicates that were closed");
    }

    [LibraryImport("kernelbase", EntryPoint = "CompareObjectHandles")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Compare(nint first, nint second);

    [LibraryImport("kernel32", EntryPoint = "CloseHandle")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Close(nint handle);
}
