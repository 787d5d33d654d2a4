using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>
/// Calls an awaiter whose type only the compiler knows by <see cref="ILoopAwaiter"/>, for Windows. The runtime's compiler boxes a value in order to call an interface of it, unless it can take the box away again: that of Linux
/// does so here and that of Windows does not. So the loop's own awaiters are named, which costs nothing when the type is known; those with results take a delegate, which is made once for a box.
/// </summary>
internal static class LoopAwaiters
{
    /// <summary>The loop on which the method goes on; null when that is not known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static MainLoop? LoopOf<TAwaiter>(ref TAwaiter awaiter) =>
        typeof(TAwaiter) == typeof(FrameAwaitable) ? Loop(ref Unsafe.As<TAwaiter, FrameAwaitable>(ref awaiter))
        : typeof(TAwaiter) == typeof(YieldAwaitable) ? Loop(ref Unsafe.As<TAwaiter, YieldAwaitable>(ref awaiter))
        : typeof(TAwaiter) == typeof(DelayAwaitable) ? Loop(ref Unsafe.As<TAwaiter, DelayAwaitable>(ref awaiter))
        : typeof(TAwaiter) == typeof(CancelableFrameAwaitable) ? Loop(ref Unsafe.As<TAwaiter, CancelableFrameAwaitable>(ref awaiter))
        : typeof(TAwaiter) == typeof(JobAwaiter) ? Loop(ref Unsafe.As<TAwaiter, JobAwaiter>(ref awaiter))
        : null;

    /// <summary>Has a box run when what is awaited is over.</summary>
    /// <returns>False when the awaiter is another: it takes a delegate.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryContinue<TAwaiter>(ref TAwaiter awaiter, object continuation)
    {
        if (typeof(TAwaiter) == typeof(FrameAwaitable))
        {
            Continue(ref Unsafe.As<TAwaiter, FrameAwaitable>(ref awaiter), continuation);
        }
        else if (typeof(TAwaiter) == typeof(YieldAwaitable))
        {
            Continue(ref Unsafe.As<TAwaiter, YieldAwaitable>(ref awaiter), continuation);
        }
        else if (typeof(TAwaiter) == typeof(DelayAwaitable))
        {
            Continue(ref Unsafe.As<TAwaiter, DelayAwaitable>(ref awaiter), continuation);
        }
        else if (typeof(TAwaiter) == typeof(CancelableFrameAwaitable))
        {
            Continue(ref Unsafe.As<TAwaiter, CancelableFrameAwaitable>(ref awaiter), continuation);
        }
        else if (typeof(TAwaiter) == typeof(JobAwaiter))
        {
            Continue(ref Unsafe.As<TAwaiter, JobAwaiter>(ref awaiter), continuation);
        }
        else if (typeof(TAwaiter) == typeof(LoopTaskAwaiter))
        {
            Continue(ref Unsafe.As<TAwaiter, LoopTaskAwaiter>(ref awaiter), continuation);
        }
        else
        {
            return false;
        }

        return true;
    }

    private static MainLoop? Loop<T>(ref T awaiter)
        where T : struct, ILoopAwaiter => awaiter.Loop;

    private static void Continue<T>(ref T awaiter, object continuation)
        where T : struct, ILoopAwaiter => awaiter.Continue(continuation);
}
