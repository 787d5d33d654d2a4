using System.Text;

namespace Mainspring.Embed;

/// <summary>Each thread's last message, in memory that does not move and lives as long as the thread: what <c>ms_last_error</c> gives.</summary>
internal static unsafe class LastError
{
    private const int Capacity = 1024;

    [ThreadStatic]
    private static byte[]? s_message;

    public static byte* Message => s_message is null ? Text.Empty : Address(s_message);

    /// <summary>Keeps a message for this thread. Throws nothing: without memory for it the message before stays.</summary>
    /// <returns>The status as a number, for the export to return.</returns>
    public static int Set(Status status, string message)
    {
        try
        {
            byte[] buffer = s_message ??= GC.AllocateUninitializedArray<byte>(Capacity, pinned: true);
            Encoding.UTF8.GetEncoder().Convert(message, buffer.AsSpan(0, Capacity - 1), flush: true, out _, out int used, out _);
            buffer[used] = 0;
            return (int)status;
        }
        catch (OutOfMemoryException)
        {
            return (int)Status.Limit;
        }
    }

    /// <summary>What an exception becomes at the border, which none crosses.</summary>
    public static int Set(Exception exception)
    {
        try
        {
            return Set(StatusOf(exception), exception.Message);
        }
        catch (OutOfMemoryException)
        {
            return (int)Status.Limit; // some messages are made when they are asked for
        }
    }

    private static Status StatusOf(Exception exception) => exception switch
    {
        EmbedException embedded => embedded.Status,
        ObjectDisposedException => Status.Handle,
        ArgumentException => Status.Argument,
        InvalidOperationException => Status.State,
        IOException => Status.System,
        OutOfMemoryException => Status.Limit,
        _ => Status.Failed,
    };

    // The array is pinned for good.
    private static byte* Address(byte[] pinned) => (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
}
