using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Mainspring;

public sealed partial class MainLoop
{
    /// <summary>Throws that the loop was disposed, by its name: a process may have many.</summary>
    /// <exception cref="ObjectDisposedException">The condition is true.</exception>
    [StackTraceHidden]
    internal void ThrowIfDisposed([DoesNotReturnIf(true)] bool isDisposed)
    {
        if (isDisposed)
        {
            ThrowDisposed();
        }
    }

    [DoesNotReturn]
    [StackTraceHidden]
    private void ThrowDisposed() => throw new ObjectDisposedException(nameof(MainLoop), $"Loop '{Name}' was disposed.");
}
