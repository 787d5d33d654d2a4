namespace Mainspring.Embed;

/// <summary>A number for each thread. The system's and the runtime's are used again when a thread has ended; these are not.</summary>
internal static class ThreadToken
{
    private static long s_last;

    [ThreadStatic]
    private static long s_token;

    public static long Current => s_token != 0 ? s_token : s_token = Interlocked.Increment(ref s_last);
}
