namespace Mainspring;

/// <summary>What a poller knows a source by: an index, which is used again, and above it a number that never is.</summary>
internal static class SourceKey
{
    private const int IndexBits = 24;

    public static long Of(long number, int index) => (number << IndexBits) | (long)index;

    public static int IndexOf(long key) => (int)(key & ((1 << IndexBits) - 1));
}
