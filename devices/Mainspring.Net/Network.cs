using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

namespace Mainspring.Net;

/// <summary>The network of a loop: connections, servers, datagrams, names and pipes, all on the loop's own thread and in its one wait.</summary>
/// <remarks>It needs Linux, where the loop watches descriptors. Elsewhere every call throws a <see cref="PlatformNotSupportedException"/>: use the framework's <see cref="Socket"/> there, whose
/// awaits go on on the loop.</remarks>
public static partial class Network
{
    private const string SocketInstead = "await the asynchronous calls of System.Net.Sockets.Socket, which go on on the loop";

    private const string PipeInstead = "use the streams of System.IO.Pipes and System.Console, those that block on the executor (loop.RunInExecutor)";

    private const string NamesInstead = "await System.Net.Dns, which goes on on the loop";

    private static void Check(MainLoop loop, string instead = SocketInstead)
    {
        ArgumentNullException.ThrowIfNull(loop);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException(
                $"Mainspring.Net needs Linux, and this is {RuntimeInformation.OSDescription}: {instead}.");
        }

        if (MainLoop.Current is { } current ? current != loop : loop.IsRunning)
        {
            throw new InvalidOperationException($"The network of loop '{loop.Name}' was used on another thread: use loop.Post, or await loop.SwitchTo() first.");
        }
    }
}
