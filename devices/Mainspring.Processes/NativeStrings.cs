using System.Runtime.InteropServices;
using System.Text;

namespace Mainspring.Processes;

/// <summary>Texts as C has them: an array of pointers that ends with null, each to UTF-8 that ends with zero.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly int _count;

    public NativeStrings(IReadOnlyList<string> texts, string what)
    {
        foreach (string text in texts)
        {
            ArgumentNullException.ThrowIfNull(text, what);
            if (text.Contains('\0', StringComparison.Ordinal))
            {
                throw new ArgumentException($"{what}: a zero character ends the text for the system, and cannot be in it.", what);
            }
        }

        Pointers = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        foreach (string text in texts)
        {
            int length = Encoding.UTF8.GetByteCount(text);
            byte* bytes = (byte*)NativeMemory.Alloc((nuint)length + 1);
            Encoding.UTF8.GetBytes(text, new Span<byte>(bytes, length));
            bytes[length] = 0;
            Pointers[_count++] = bytes;
        }
    }

    public byte** Pointers { get; private set; }

    public void Dispose()
    {
        for (int i = 0; i < _count && Pointers is not null; i++)
        {
            NativeMemory.Free(Pointers[i]);
        }

        NativeMemory.Free(Pointers);
        Pointers = null;
    }
}
