using Microsoft.Win32.SafeHandles;

namespace Mainspring.Net;

public static partial class Network
{
    // What can be sought (a file, /dev/null) is always ready, and no poller takes it: it is read on the executor, and comes through a pipe, at the pace of who reads.
    internal static Connection OpenInput(MainLoop loop, SafeFileHandle input, ConnectionProtocol? protocol)
    {
        Check(loop, PipeInstead);
        if (PositionOf(input, FileAccess.Read) is not { } position)
        {
            return Open(loop, input, reads: true, protocol, "stdin");
        }

        (Connection read, Connection write) = loop.OpenPipe();
        Feed(input, position, write).Forget();
        if (protocol is not null)
        {
            protocol.OnMade(read);
            read.Protocol = protocol;
        }

        return read;
    }

    internal static Connection OpenOutput(MainLoop loop, SafeFileHandle output)
    {
        Check(loop, PipeInstead);
        return PositionOf(output, FileAccess.Write) is null
            ? Open(loop, output, reads: false, null, "stdout")
            : new DescriptorConnection(loop, "stdout", new FileChannel(output)).Start(null);
    }

    // Where whoever had it before has left it; null when it has no positions.
    private static long? PositionOf(SafeFileHandle handle, FileAccess access)
    {
        using var file = new FileStream(new SafeFileHandle(handle.DangerousGetHandle(), ownsHandle: false), access, bufferSize: 0);
        return file.CanSeek ? file.Position : null;
    }

    private static async LoopTask Feed(SafeFileHandle file, long position, Connection write)
    {
        try
        {
            await write.SendFile(file, position);
        }
        catch (NetworkException)
        {
            // Who reads has closed it, and wants no more.
        }
        finally
        {
            write.Close();
            file.Dispose();
        }
    }
}
