namespace Mainspring;

/// <summary>The loop that runs on this thread. A class of its own: one that has other statics would be looked at, whether it is initialized, in every access.</summary>
internal static class CurrentLoop
{
    [ThreadStatic]
    public static MainLoop? Value;
}
