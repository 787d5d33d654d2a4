namespace Mainspring.Net;

/// <summary>What connections receive into before their protocols are told: one for each thread, since it is in use only during a dispatch.</summary>
internal static class ReceiveBuffer
{
    public const int Size = 64 * 1024;

    [ThreadStatic]
    private static byte[]? s_free;

    /// <summary>Takes it; another one while it is in use, as when a loop runs within a callback of another.</summary>
    public static byte[] Take()
    {
        byte[]? free = s_free;
        s_free = null;
        return free ?? GC.AllocateUninitializedArray<byte>(Size, pinned: true);
    }

    public static void GiveBack(byte[] buffer) => s_free = buffer;
}
