using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Mainspring;

/// <summary>
/// Tells the processor which object comes soon. Passes over many thousands of objects wait for little but memory: those that lie about are not where the
/// processor's own prefetcher looks for them. Where the instruction is missing it does nothing.
/// </summary>
internal static class Prefetch
{
    /// <summary>How many objects ahead: the memory takes about as long as so many steps.</summary>
    public const int Ahead = 24;

    /// <summary>An object that will be used soon, and what lies behind its beginning: what is read first of it may begin another line of the cache. The addresses are only hints: they
    /// are never followed, so it does not matter when the collector moves the object.</summary>
    /// <param name="reference">The object; null does no harm.</param>
    /// <param name="behind">Where in it, in bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Object<T>(ref T? reference, int behind)
        where T : class
    {
        if (Sse.IsSupported)
        {
            nint address = Unsafe.As<T?, nint>(ref reference);
            Sse.Prefetch0((void*)address);
            Sse.Prefetch0((void*)(address + behind));
        }
    }

    /// <summary>The beginning of an object that will be used soon, so many lines of the cache. As of the other, the address is only a hint.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Lines<T>(ref T? reference, int count)
        where T : class
    {
        if (Sse.IsSupported)
        {
            nint address = Unsafe.As<T?, nint>(ref reference);
            for (int i = 0; i < count; i++)
            {
                Sse.Prefetch0((void*)(address + (i * 64)));
            }
        }
    }

    /// <summary>Something in an array that will be used soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Value<T>(ref T value)
        where T : struct
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref value));
        }
    }
}
