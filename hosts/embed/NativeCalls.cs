using System.Runtime.InteropServices;

namespace Mainspring.Embed;

/// <summary>native/calls.h: the ring of what C calls soon. Those that take a moment and call nothing do without a transition.</summary>
internal static unsafe partial class NativeCalls
{
    private const string Library = "mainspring_calls"; // linked into this one

    [LibraryImport(Library, EntryPoint = "ms_calls_init")]
    public static partial void Initialize(delegate* unmanaged<nint, int> begin, delegate* unmanaged<nint, int, nint, nint, nint, nint*, int> other);

    [LibraryImport(Library, EntryPoint = "ms_calls_create")]
    public static partial nint Create(uint perBatch);

    [LibraryImport(Library, EntryPoint = "ms_calls_own")]
    [SuppressGCTransition]
    public static partial void Own(nint calls, nint loop);

    [LibraryImport(Library, EntryPoint = "ms_calls_close")]
    [SuppressGCTransition]
    public static partial void Close(nint calls);

    [LibraryImport(Library, EntryPoint = "ms_calls_stop")]
    [SuppressGCTransition]
    public static partial void Stop(nint calls);

    [LibraryImport(Library, EntryPoint = "ms_calls_run")]
    public static partial void Run(nint calls);

    [LibraryImport(Library, EntryPoint = "ms_calls_destroy")]
    public static partial void Destroy(nint calls);
}
