using Microsoft.Win32.SafeHandles;

namespace Mainspring.Net;

public static partial class Network
{
    // What can be sought (a file, /dev/null) is always ready, and no poller takes it: it is read on the executor, and comes through a pipe, at the pace of who reads.
    internal static Connection OpenInput(MainLoop loop, SafeFileHandle input, ConnectionProtocol? protocol)
    {
        Check(loop);
        var file = new FileStream(input, FileAccess.Read, bufferSize: 0);
        if (!file.CanSeek)
        {
            return Open(loop, input, reads: true, protocol, "stdin");
        }

        (Connection read, Connection write) = loop.OpenPipe();
        Feed(file, write).Forget();
        if (protocol is not null)
        {
            protocol.OnMade(read);
            read.Protocol = protocol;
        }

        return read;
    }

    private static async LoopTask Feed(FileStream file, Connection write)
    {
        try
        {
            await write.SendFile(file.SafeFileHandle, file.Position); // from where whoever had it before has left it
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
