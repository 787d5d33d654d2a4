using System.Reflection;
using System.Runtime.InteropServices;

namespace Mainspring.Embed;

/// <summary>The version that the library was built with, in memory that does not move.</summary>
internal static unsafe class LibraryVersion
{
    private static readonly byte[] s_text = Read();

    public static byte* Text => (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(s_text, 0);

    private static byte[] Read()
    {
        string version = typeof(LibraryVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        byte[] text = Embed.Text.ToC(version.Split('+')[0]); // behind the plus is the commit
        byte[] pinned = GC.AllocateUninitializedArray<byte>(text.Length, pinned: true);
        text.CopyTo(pinned, 0);
        return pinned;
    }
}
