using Mainspring.Net.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Net;

public static unsafe partial class Network
{
    /// <summary>Reads from a pipe, a FIFO, a terminal or a socket that somebody else has opened. The connection owns the descriptor from now on.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="pipe">The descriptor. Its open file is not changed: another program may share it.</param>
    /// <param name="protocol">Who is told of its bytes; null for a connection that is read with <c>await</c>.</param>
    /// <returns>The connection, for reading.</returns>
    /// <exception cref="IOException">It is a regular file, which is always ready: read it with <see cref="RandomAccess"/> on the executor.</exception>
    public static Connection OpenReadPipe(this MainLoop loop, SafeFileHandle pipe, ConnectionProtocol? protocol = null) => Open(loop, pipe, reads: true, protocol);

    /// <summary>Writes to a pipe, a FIFO, a terminal or a socket that somebody else has opened. The connection owns the descriptor from now on.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="pipe">The descriptor. Its open file is not changed: another program may share it.</param>
    /// <param name="protocol">Who is told of pressure and of the end; null for a connection that is written with <c>await</c>.</param>
    /// <returns>The connection, for writing.</returns>
    /// <exception cref="IOException">It is a regular file, which is always ready: write it with <see cref="RandomAccess"/> on the executor.</exception>
    public static Connection OpenWritePipe(this MainLoop loop, SafeFileHandle pipe, ConnectionProtocol? protocol = null) => Open(loop, pipe, reads: false, protocol);

    /// <summary>Makes a pipe: what is written into one end comes out of the other.</summary>
    /// <param name="loop">The loop.</param>
    /// <returns>Its ends.</returns>
    /// <exception cref="NetworkException">There are too many open files.</exception>
    public static (Connection Read, Connection Write) OpenPipe(this MainLoop loop)
    {
        Check(loop, PipeInstead);
        int* ends = stackalloc int[2];
        if (NetAbi.Pipe(ends, NetAbi.PipeFlags) != 0)
        {
            throw NetworkErrors.MakeLast("make a pipe");
        }

        var read = new SafeFileHandle(ends[0], ownsHandle: true);
        var write = new SafeFileHandle(ends[1], ownsHandle: true);
        return (new DescriptorConnection(loop, $"pipe:{ends[0]}", new DescriptorChannel(read, canRead: true, isNonBlocking: true)).Start(null),
            new DescriptorConnection(loop, $"pipe:{ends[1]}", new DescriptorChannel(write, canRead: false, isNonBlocking: true)).Start(null));
    }

    /// <summary>Standard input, whether it is a pipe, a terminal, a socket or a file, which is read on the executor. Its open file, which the shell shares, is not made non-blocking; closing the connection does not close it.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="protocol">Who is told of its bytes; null for a connection that is read with <c>await</c>.</param>
    /// <returns>The connection, for reading.</returns>
    /// <exception cref="IOException">It is closed.</exception>
    public static Connection OpenStandardInput(this MainLoop loop, ConnectionProtocol? protocol = null) => OpenInput(loop, Duplicate(loop, 0, "standard input"), protocol);

    /// <summary>Standard output, whether it is a pipe, a terminal, a socket or a file, which is written to as it comes. Its open file, which the shell shares, is not made non-blocking; closing the connection does not close it.</summary>
    /// <param name="loop">The loop.</param>
    /// <returns>The connection, for writing.</returns>
    /// <exception cref="IOException">It is closed.</exception>
    public static Connection OpenStandardOutput(this MainLoop loop) => OpenOutput(loop, Duplicate(loop, 1, "standard output"));

    private static DescriptorConnection Open(MainLoop loop, SafeFileHandle pipe, bool reads, ConnectionProtocol? protocol, string? name = null)
    {
        Check(loop, PipeInstead);
        ArgumentNullException.ThrowIfNull(pipe);
        int number = (int)pipe.DangerousGetHandle();
        int flags = NetAbi.Control(number, NetAbi.GetStatusFlags, 0);
        if (flags < 0)
        {
            throw NetworkErrors.MakeLast($"{name ?? $"descriptor {number}"} is not open");
        }

        bool isNonBlocking = (flags & NetAbi.NonBlocking) != 0;
        name ??= $"pipe:{number}";
        if (!isNonBlocking && ReopenTerminal(number, reads) is { } own)
        {
            pipe.Dispose();
            (pipe, isNonBlocking) = (own, true);
        }

        return new DescriptorConnection(loop, name, new DescriptorChannel(pipe, reads, isNonBlocking)).Start(protocol);
    }

    // Of a terminal no length is promised not to block, so it is opened anew, non-blocking: the open file that others share stays as it is. Null where that is refused, of what is no
    // terminal, and of /dev/ptmx, which would give another one.
    private static SafeFileHandle? ReopenTerminal(int number, bool reads)
    {
        string path = $"/proc/self/fd/{number}";
        if (NetAbi.IsTerminal(number) == 0 || new FileInfo(path).LinkTarget is not { } target || target.EndsWith("ptmx", StringComparison.Ordinal))
        {
            return null;
        }

        int descriptor = NetAbi.Open(path, reads ? NetAbi.OpenReadNonBlocking : NetAbi.OpenWriteNonBlocking);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : null;
    }

    private static SafeFileHandle Duplicate(MainLoop loop, int number, string name)
    {
        Check(loop, PipeInstead);
        int copy = NetAbi.Control(number, NetAbi.DuplicateCloexec, 3);
        return copy >= 0 ? new SafeFileHandle(copy, ownsHandle: true) : throw NetworkErrors.MakeLast($"{name} is not open");
    }
}
