namespace Mainspring.Perf.Measurements;

/// <summary>A byte goes back and forth between two sources of one loop.</summary>
internal static class Descriptors
{
    public static void Measure(bool useSockets, long rounds)
    {
        using var loop = new MainLoop();
        (int first, int second) = useSockets ? Libc.SocketPair() : (-1, -1);
        (int read1, int write1) = useSockets ? (first, first) : Libc.Pipe();
        (int read2, int write2) = useSockets ? (second, second) : Libc.Pipe();
        var near = new ByteEcho(read1, useSockets ? write1 : write2) { Done = loop.Stop };
        var far = new ByteEcho(read2, useSockets ? write2 : write1);
        loop.Add(near, RetryPolicy.Never);
        loop.Add(far, RetryPolicy.Never);
        Run(loop, near, rounds / 10);
        Measurement.Time("epoll", rounds, () => Run(loop, near, rounds));
    }

    private static void Run(MainLoop loop, ByteEcho near, long rounds)
    {
        near.Left = rounds;
        near.Write();
        loop.Run();
    }
}
