using System.Runtime.InteropServices;
using System.Text;

namespace Mainspring.Embed;

/// <summary>Text on both sides of the border: UTF-8 that ends with a zero.</summary>
internal static unsafe class Text
{
    private const int LongestName = 255;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>"", for ever.</summary>
    public static byte* Empty => Constant(""u8);

    /// <summary>The address of a literal, which the compiler puts into the program's read-only data with a zero behind it.</summary>
    public static byte* Constant(ReadOnlySpan<byte> literal) => (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(literal));

    /// <summary>Takes a name; null when there is none.</summary>
    /// <exception cref="EmbedException">It is not UTF-8, or too long.</exception>
    public static string? Name(byte* name, string argument)
    {
        if (name is null)
        {
            return null;
        }

        int length = 0;
        while (length <= LongestName && name[length] != 0)
        {
            length++;
        }

        if (length > LongestName)
        {
            throw new EmbedException(Status.Argument, $"'{argument}' is longer than {LongestName} bytes.");
        }

        try
        {
            return s_strict.GetString(name, length);
        }
        catch (ArgumentException)
        {
            throw new EmbedException(Status.Argument, $"'{argument}' is not UTF-8.");
        }
    }

    /// <summary>Takes a message of any length; what is not UTF-8 in it is replaced.</summary>
    public static string Message(byte* message) => message is null ? "" : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message));

    /// <summary>A copy with a zero behind it.</summary>
    public static byte[] ToC(string text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}
