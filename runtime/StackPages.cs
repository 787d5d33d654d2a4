using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>The pages of the calling thread's stack.</summary>
internal static unsafe class StackPages
{
    private const int Step = 4096;

    /// <summary>Touches a page a call, as deep as asked for and the stack allows.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Touch(int bytes)
    {
        if (bytes <= 0 || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return 0;
        }

        byte* page = stackalloc byte[Step];
        Volatile.Write(ref page[0], 1);
        return Touch(bytes - Step) + Volatile.Read(ref page[0]); // used after the call, so that it is no tail call
    }
}
