using Silk.NET.Core.Contexts;
using Silk.NET.Windowing;

namespace Mainspring.Devices.Silk;

/// <summary>A window of the system's, as Silk.NET's window had it when it was opened. The program may dispose of that or reset it, and even open it again, at the same address: then this one is not there any more.</summary>
internal sealed class NativeWindow(IWindow window)
{
    private readonly INativeWindow? _native = window.Native; // another one each time that it is opened

    public bool IsThere => window.IsInitialized && ReferenceEquals(window.Native, _native);
}
