using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mainspring.Windows;

/// <summary>What a handle is for, as in the documentation of NtQueryObject (winternl.h).</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Ntdll
{
    private const int TypeInformation = 2; // ObjectTypeInformation
    private const int Size = 512;          // PUBLIC_OBJECT_TYPE_INFORMATION, and the name behind it

    /// <summary>The name of an object's type, such as "Event" or "Mutant"; empty where the system does not say.</summary>
    public static string TypeOf(nint handle)
    {
        byte* information = stackalloc byte[Size];
        var name = (UnicodeString*)information; // its first member
        return QueryObject(handle, TypeInformation, information, Size, null) >= 0 ? new string(name->Characters, 0, name->Length / sizeof(char)) : "";
    }

    [LibraryImport("ntdll", EntryPoint = "NtQueryObject")]
    private static partial int QueryObject(nint handle, int kind, void* information, uint size, uint* needed);

    /// <summary>UNICODE_STRING.</summary>
    public struct UnicodeString
    {
        public ushort Length; // in bytes
        public ushort Capacity;
        public char* Characters;
    }
}
