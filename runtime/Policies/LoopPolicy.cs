using System.Diagnostics.CodeAnalysis;

namespace Mainspring;

/// <summary>
/// The loop of whoever asks, for code that is not given one: a policy for the whole process decides. It is the one state that loops share; see docs/decisions/0013-loop-policy.md. Nothing in the loop itself uses it: a loop
/// made with <c>new</c> is as good. All members may be called from any thread.
/// </summary>
public static class LoopPolicy
{
    private static ILoopPolicy s_current = new ThreadLoopPolicy();

    /// <summary>The policy of this process; a <see cref="ThreadLoopPolicy"/> at first. A new one knows nothing of the loops that were set under the one before. Setting null restores a new default one.</summary>
    [AllowNull]
    public static ILoopPolicy Current
    {
        get => Volatile.Read(ref s_current);
        set => Volatile.Write(ref s_current, value ?? new ThreadLoopPolicy());
    }

    /// <summary>The loop that runs on this thread. Where none runs, that of the policy.</summary>
    /// <returns>The loop.</returns>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static MainLoop GetLoop() => MainLoop.Current ?? Current.GetLoop() ?? throw new InvalidOperationException($"The policy {Current.GetType().Name} gave no loop, but null.");

    /// <summary>The loop that runs on this thread, as <see cref="MainLoop.Current"/>, which is null where this throws.</summary>
    /// <returns>The loop.</returns>
    /// <exception cref="InvalidOperationException">None runs here.</exception>
    public static MainLoop GetRunningLoop() => MainLoop.Current ?? throw new InvalidOperationException(
        $"No loop runs on thread {Environment.CurrentManagedThreadId}: this is for what a loop calls. From elsewhere, use GetLoop, or the loop itself.");

    /// <summary>Sets the loop of the present context, as <see cref="ILoopPolicy.SetLoop"/> of the policy.</summary>
    /// <param name="loop">The loop, or null.</param>
    public static void SetLoop(MainLoop? loop) => Current.SetLoop(loop);

    /// <summary>Makes a loop as the policy says, which belongs to the caller.</summary>
    /// <returns>The loop.</returns>
    public static MainLoop NewLoop() => Current.NewLoop();
}
